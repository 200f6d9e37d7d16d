import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

/** The repository. */
export const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..", "..");

/** Folders and files that are generated, or data. */
const NOT_OURS = [
  /^(node_modules|target|dist|coverage)$/,
  /^\.git$/,
  /^crates\/node\/binding$/,
  /^ts\/schema$/,
  /^examples\/data$/,
  /^test\/(golden|data)$/,
  /^crates\/[^/]+\/tests\/data$/,
  /^package-lock\.json$/,
];

/** Files that people write, below a folder, by their paths from the root. */
export function sources(folder = ""): string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (NOT_OURS.some((pattern) => pattern.test(path))) {
      return [];
    }
    return entry.isDirectory() ? sources(path) : [path];
  });
}

/** A file's text, by its path from the root. */
export function read(path: string): string {
  return readFileSync(join(ROOT, path), "utf8");
}

/** Files of this repository that a TypeScript file imports, for their types too. */
export function imports(path: string): string[] {
  const found = [...read(path).matchAll(/(?:\bfrom |\bimport\(|\bimport )"(\.[^"]+)"/g)];
  return found.map(([, target = ""]) => relative(ROOT, join(ROOT, dirname(path), target)));
}
