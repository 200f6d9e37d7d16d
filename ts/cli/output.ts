import { once } from "node:events";

/** What JSON leaves as it is and terminals act on. Line ends are those of the text itself. */
const STEERING = /(?!\n)[\p{Cc}\p{Cf}\u2028\u2029]/gu;

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
  return [`${jsonText(value, 2)}\n`];
}

/**
 * A value as JSON. Names from a map are in it as they are: what could steer a terminal (C1
 * controls, what changes the direction of text) is written by its number, which means the same.
 */
export function jsonText(value: unknown, indent?: number): string {
  return JSON.stringify(value, null, indent).replaceAll(STEERING, (found) =>
    Array.from({ length: found.length }, (_, at) => {
      return `\\u${found.charCodeAt(at).toString(16).padStart(4, "0")}`;
    }).join(""),
  );
}

/** One JSON object a line. */
export function* jsonLines(values: Iterable<object>): Generator<string> {
  for (const value of values) {
    yield `${jsonText(value)}\n`;
  }
}

/** One JSON object whose last member is a list that may be long: one line for each entry. */
export function* jsonWithList(
  head: object,
  name: string,
  values: Iterable<object>,
): Generator<string> {
  const members = Object.entries(head).map(
    ([key, value]) => `${jsonText(key)}:${jsonText(value)},\n`,
  );
  yield `{${members.join("")}${jsonText(name)}:[`;
  let separator = "\n";
  for (const value of values) {
    yield `${separator}${jsonText(value)}`;
    separator = ",\n";
  }
  yield "\n]}\n";
}
