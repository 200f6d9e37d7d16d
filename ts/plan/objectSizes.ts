import { checkInteger, checkText, describe } from "../base/arguments.ts";
import { CrushlabError } from "../base/errors.ts";
import { readSize, type Size } from "../base/size.ts";

/** How many objects have one size. */
export interface ObjectSize {
  /** The size of each. */
  size: Size;
  /** How many there are. Default: 1. */
  objects?: number;
}

/** Sizes that are told apart: each line of a histogram is one. */
const SIZES_MAX = 100_000;

/**
 * Reads a histogram: on each line a size with its unit and how many objects have it, with spaces, a
 * comma or a colon between; `#` begins a comment.
 *
 * @throws {CrushlabError} `invalid_argument`, with the line.
 */
export function readObjectSizes(text: string): ObjectSize[] {
  checkText("text", text);
  const sizes = text.split("\n").flatMap((line, at): ObjectSize[] => {
    const [content = ""] = line.split("#");
    return content.trim() === "" ? [] : [readLine(content.trim(), at + 1)];
  });
  if (sizes.length === 0) {
    throw new CrushlabError(
      "invalid_argument",
      "no sizes of objects: expected lines such as 64 KiB 1200",
    );
  }
  return sizes;
}

function readLine(content: string, line: number): ObjectSize {
  const [, size, objects] = /^(.*\S)[\s,:]+([-+\d.]+)$/.exec(content) ?? [];
  try {
    if (size === undefined) {
      throw new CrushlabError(
        "invalid_argument",
        `found ${describe(content)}, expected a size and a number of objects: 64 KiB 1200`,
      );
    }
    const entry = { size: size.replace(/[\s,:]+$/, ""), objects: Number(objects) };
    checkObjectSize(entry);
    return entry;
  } catch (error) {
    if (error instanceof CrushlabError) {
      throw new CrushlabError(error.code, `line ${line}: ${error.message}`, { line, cause: error });
    }
    throw error;
  }
}

function checkObjectSize({ size, objects = 1 }: ObjectSize): [bytes: number, objects: number] {
  const bytes = readSize("the size of an object", size);
  return [bytes, checkInteger("objects", objects, 0, Number.MAX_SAFE_INTEGER)];
}

/** Sizes of objects as the binding takes them; one size stands for objects that all have it. */
export function nativeObjectSizes(sizes: Size | readonly ObjectSize[] | undefined): {
  objectBytes: Float64Array;
  objectCounts: Float64Array;
} {
  const list = typeof sizes === "object" ? sizes : sizes === undefined ? [] : [{ size: sizes }];
  if (!Array.isArray(list) || list.length > SIZES_MAX || (sizes && list.length === 0)) {
    throw new CrushlabError(
      "invalid_argument",
      `objectSizes is not a list of 1 to ${SIZES_MAX} { size, objects }`,
    );
  }
  const checked = list.map(checkObjectSize);
  return {
    objectBytes: Float64Array.from(checked, ([bytes]) => bytes),
    objectCounts: Float64Array.from(checked, ([, objects]) => objects),
  };
}
