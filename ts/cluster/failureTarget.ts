import { checkText } from "../base/arguments.ts";

/**
 * What fails or comes back: `osd.3` or 3, `host=h1`, `rack=r2`, `class=ssd`, a bucket's name; or
 * the same as an object: `{ host: "h1" }`.
 */
export type FailureTarget = string | number | Readonly<Record<string, string | number>>;

/** The names in a target, as they are written on the command line. */
export function targetNames(target: FailureTarget): string[] {
  return typeof target === "object" && target !== null
    ? Object.entries(target).map(([type, name]) => `${type}=${name}`)
    : [typeof target === "number" ? `${target}` : checkText("target", target)];
}

/** A target as it is written on the command line. */
export function targetText(target: FailureTarget): string {
  return targetNames(target).join(" ");
}
