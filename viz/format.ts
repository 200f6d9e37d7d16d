// Numbers read on the page as they do on the command line: the same functions print them.
export { bytesText } from "../ts/cli/render/bytes.ts";
export {
  oneDecimal,
  percent,
  plural,
  share,
  signedPercent,
  signedWhole,
  whole,
} from "../ts/cli/render/format.ts";

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
