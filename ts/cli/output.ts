import { once } from "node:events";

/** Characters that are put together before they are written. */
const BLOCK_LENGTH = 1 << 16;

/** Writes texts to standard output, no faster than they are taken. */
export async function write(texts: Iterable<string>): Promise<void> {
  let block = "";
  for (const text of texts) {
    block += text;
    if (block.length >= BLOCK_LENGTH) {
      await writeBlock(block);
      block = "";
    }
  }
  await writeBlock(block);
}

async function writeBlock(text: string): Promise<void> {
  if (text !== "" && !process.stdout.write(text)) {
    await once(process.stdout, "drain");
  }
}

/** One JSON object, indented. */
export function json(value: object): string[] {
  return [`${JSON.stringify(value, null, 2)}\n`];
}

/** One JSON object a line. */
export function* jsonLines(values: Iterable<object>): Generator<string> {
  for (const value of values) {
    yield `${JSON.stringify(value)}\n`;
  }
}

/** One JSON object whose last member is a list that may be long: one line for each entry. */
export function* jsonWithList(
  head: object,
  name: string,
  values: Iterable<object>,
): Generator<string> {
  const members = Object.entries(head).map(
    ([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)},\n`,
  );
  yield `{${members.join("")}${JSON.stringify(name)}:[`;
  let separator = "\n";
  for (const value of values) {
    yield `${separator}${JSON.stringify(value)}`;
    separator = ",\n";
  }
  yield "\n]}\n";
}
