import { readFile, stat, writeFile } from "node:fs/promises";
import { checkText } from "./arguments.ts";
import { CrushlabError } from "./errors.ts";
import { checkMemory } from "./memory.ts";

/**
 * The bytes of a file.
 *
 * @throws {CrushlabError} `file_error` or `too_large`, with the path.
 */
export async function readBytes(path: string): Promise<Uint8Array> {
  checkText("path", path);
  try {
    const { size } = await stat(path);
    checkMemory("the file", size, path);
    return await readFile(path);
  } catch (cause) {
    if (cause instanceof CrushlabError) {
      throw cause;
    }
    const message = `cannot read ${path}: ${reason(cause)}`;
    throw new CrushlabError("file_error", message, { path, cause });
  }
}

/**
 * Writes a file: the whole of it, or nothing. With `mode` it gets these permissions, else those of
 * the file that was there. A device or a FIFO, such as /dev/stdout, is written to as it is.
 *
 * @throws {CrushlabError} `file_error`, with the path.
 */
export async function writeWhole(
  path: string,
  content: string | Uint8Array,
  mode?: number,
): Promise<void> {
  // Few programs write, and all would wait for it.
  const { default: writeFileAtomic } = await import("write-file-atomic");
  try {
    const bytes =
      typeof content === "string"
        ? content
        : Buffer.from(content.buffer, content.byteOffset, content.byteLength);
    if (await isSpecial(path)) {
      // A new file in its place would be the end of it, for all programs.
      await writeFile(path, bytes);
    } else {
      await writeFileAtomic(path, bytes, mode === undefined ? {} : { mode });
    }
  } catch (cause) {
    const message = `cannot write ${path}: ${reason(cause)}`;
    throw new CrushlabError("file_error", message, { path, cause });
  }
}

/** Whether there is something that is neither a regular file nor missing. */
async function isSpecial(path: string): Promise<boolean> {
  try {
    return !(await stat(path)).isFile();
  } catch {
    // Whoever writes it says what is wrong with it.
    return false;
  }
}

/** What a file operation failed of, in words. */
export function reason(cause: unknown): string {
  const code = (cause as NodeJS.ErrnoException).code;
  switch (code) {
    case "ENOENT":
      return "no such file or directory";
    case "EISDIR":
      return "it is a directory";
    case "ENOSPC":
      return "no space left";
    case "EACCES":
      return "permission denied";
    case "ERR_FS_FILE_TOO_LARGE":
      return "it is larger than 2 GiB: compress it with gzip";
    default:
      return cause instanceof Error ? cause.message : String(cause);
  }
}
