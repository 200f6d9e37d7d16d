import { CrushlabError } from "../../ts/base/errors.ts";

// In the page this stands in for ts/base/files.ts: a browser's page has no files by path.

/** @throws {CrushlabError} `file_error`, always. */
export async function readBytes(path: string): Promise<Uint8Array> {
  throw noFiles(path);
}

/** @throws {CrushlabError} `file_error`, always. */
export async function writeWhole(path: string): Promise<void> {
  throw noFiles(path);
}

function noFiles(path: string): CrushlabError {
  return new CrushlabError("file_error", `${path}: a page has no files by path`, { path });
}
