import { fileNames } from "../../text/format.ts";
import type { ClusterFacts } from "./capacityJson.ts";

/** Widest line of words. */
const WIDTH = 80;

/** The files of a cluster and what else is to be named with them. */
export function factsLines({ paths, cluster }: ClusterFacts, ...more: string[]): string[] {
  return wrapped([fileNames(paths), `epoch ${cluster.info.epoch}`, ...more].join(" · "), "");
}

/** Lines of words that are no wider than a terminal is, as far as words allow it. */
export function wrapped(text: string, indent: string): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= WIDTH) {
      lines[lines.length - 1] = `${last} ${word}`;
    } else {
      lines.push(`${indent}${last === undefined ? "" : indent}${word}`);
    }
  }
  return lines;
}
