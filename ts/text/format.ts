const WHOLE = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });
const ONE_DECIMAL = new Intl.NumberFormat("en-US", {
  minimumFractionDigits: 1,
  maximumFractionDigits: 1,
});

/** 1,234 */
export function whole(value: number): string {
  return WHOLE.format(value);
}

/** 1,234.5 */
export function oneDecimal(value: number): string {
  return ONE_DECIMAL.format(value);
}

/** 12.3 %, of a ratio. */
export function percent(ratio: number): string {
  return Number.isFinite(ratio) ? `${ONE_DECIMAL.format(ratio * 100)} %` : "–";
}

const THREE_DECIMALS = new Intl.NumberFormat("en-US", {
  minimumFractionDigits: 3,
  maximumFractionDigits: 3,
});

/** As `percent`, with more digits where they count: 0.123 %. */
export function share(ratio: number): string {
  return ratio > 0 && ratio < 0.01 ? `${THREE_DECIMALS.format(ratio * 100)} %` : percent(ratio);
}

/** +12.3 % or −12.3 %, of a ratio. */
export function signedPercent(ratio: number): string {
  return signed(ratio, percent);
}

/** +12 or −12. */
export function signedWhole(value: number): string {
  return signed(value, whole);
}

function signed(value: number, format: (value: number) => string): string {
  const text = format(Math.abs(value));
  // What is shown as 0 has no sign.
  if (!/[1-9]/.test(text)) {
    return text;
  }
  return `${value < 0 ? "−" : "+"}${text}`;
}

/** 1 PG, 2 PGs. */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${whole(count)} ${count === 1 ? one : many}`;
}

/** Most characters of the names of files in a line about a cluster. */
const FILES_WIDTH = 60;

/** Files by their names without folders; those that make a line too long are counted. */
export function fileNames(paths: readonly string[]): string {
  const names = paths.map((path) => printable(path.split("/").at(-1) || path));
  const all = names.join(", ");
  const [first = "", ...others] = names;
  return all.length <= FILES_WIDTH || others.length === 0
    ? all
    : `${first} and ${plural(others.length, "file")} more`;
}

/** A name from a map without what would steer the terminal. */
export function printable(name: string): string {
  return name.replaceAll(/[\p{Cc}\p{Cf}]/gu, "�");
}

/** What stands for a number that is not known. */
export const UNKNOWN = "\u2013";

// A format that is made anew for each number takes longer than all else of a large table.
const WEIGHT = new Intl.NumberFormat("en-US", { maximumFractionDigits: 3 });

/** A CRUSH weight with the decimals that `ceph osd tree` gives it at most. */
export function weightText(weight: number): string {
  return WEIGHT.format(weight);
}

/** 32 bits in hexadecimal: 0x309c3ed6. */
export function hex(value: number): string {
  return `0x${(value >>> 0).toString(16).padStart(8, "0")}`;
}
