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

/** A CRUSH weight with the decimals that `ceph osd tree` gives it at most. */
export function weightText(weight: number): string {
  return weight.toLocaleString("en-US", { maximumFractionDigits: 3 });
}

/** 32 bits in hexadecimal: 0x309c3ed6. */
export function hex(value: number): string {
  return `0x${(value >>> 0).toString(16).padStart(8, "0")}`;
}
