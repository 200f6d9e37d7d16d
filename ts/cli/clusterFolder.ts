import { spawn } from "node:child_process";
import { createReadStream } from "node:fs";
import { opendir, stat } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { CrushlabError } from "../base/errors.ts";
import { readBytes, reason } from "../base/files.ts";
import { checkMemory } from "../base/memory.ts";
import type { ClusterFile } from "../cluster/cluster.ts";
import { chooseOutputs } from "./outputNames.ts";

/** Entries that are looked at: a sosreport has some ten thousand. */
const ENTRIES_MAX = 200_000;

const ARCHIVE = /\.(tar|tgz|txz|tar\.(gz|xz))$/i;
const EXPECTED =
  "expected Ceph's outputs under the names of their commands, such as ceph_osd_dump.json and " +
  "ceph_pg_dump.json";

/** Whether a path is a folder or an archive of one, such as a sosreport. */
export async function isFolder(path: string): Promise<boolean> {
  try {
    const found = await stat(path);
    return found.isDirectory() || (found.isFile() && ARCHIVE.test(path));
  } catch {
    // Whoever reads it says what is wrong with it.
    return false;
  }
}

/**
 * What Ceph put out, in a folder or an archive.
 *
 * @throws {CrushlabError} `file_error` where nothing of use is in it.
 */
export async function readFolder(path: string): Promise<ClusterFile[]> {
  return ARCHIVE.test(path) ? readArchive(path) : readDirectory(path);
}

async function readDirectory(path: string): Promise<ClusterFile[]> {
  const paths: string[] = [];
  let entries = 0;
  const folders = [path];
  for (let folder = folders.shift(); folder !== undefined; folder = folders.shift()) {
    try {
      for await (const entry of await opendir(folder)) {
        entries += 1;
        checkCount(path, entries);
        const below = join(folder, entry.name);
        // What is behind a link is not part of the folder.
        if (entry.isDirectory()) {
          folders.push(below);
        } else if (entry.isFile()) {
          paths.push(below);
        }
      }
    } catch (cause) {
      if (cause instanceof CrushlabError) {
        throw cause;
      }
      const message = `cannot read ${folder}: ${reason(cause)}`;
      throw new CrushlabError("file_error", message, { path: folder, cause });
    }
  }
  const chosen = found(path, chooseOutputs(paths));
  return Promise.all(chosen.map(async (name) => ({ name, bytes: await readBytes(name) })));
}

async function readArchive(path: string): Promise<ClusterFile[]> {
  // First what there is, then what of it is taken: an archive may hold much.
  const names: string[] = [];
  await eachEntry(path, (name) => {
    names.push(name);
    checkCount(path, names.length);
    return undefined;
  });
  const chosen = found(path, chooseOutputs(names));
  const files = new Map<string, Buffer[]>();
  let bytes = 0;
  await eachEntry(path, (name, size) => {
    if (!chosen.includes(name) || files.has(name)) {
      return undefined;
    }
    bytes += size;
    checkMemory("what is taken of it", bytes, path);
    const parts: Buffer[] = [];
    files.set(name, parts);
    return parts;
  });
  return chosen.map((name) => ({
    name: `${path}:${name}`,
    bytes: Buffer.concat(files.get(name) ?? []),
  }));
}

/** Goes through the regular files of an archive; what is in one is kept where `take` has a list. */
async function eachEntry(
  path: string,
  take: (name: string, size: number) => Buffer[] | undefined,
): Promise<void> {
  const { Parser } = await import("tar");
  const parser = new Parser({
    strict: true,
    onReadEntry: (entry) => {
      const isRegular = entry.type === "File" || entry.type === "OldFile";
      let kept: Buffer[] | undefined;
      try {
        kept = isRegular ? take(entry.path, entry.size) : undefined;
      } catch (error) {
        parser.abort(error as Error);
      }
      if (kept) {
        entry.on("data", (part: Buffer) => kept?.push(part));
      } else {
        entry.resume();
      }
    },
  });
  try {
    await (/xz$/i.test(path) ? unpackXz(path, parser) : unpack(path, parser));
  } catch (cause) {
    if (cause instanceof CrushlabError) {
      throw cause;
    }
    throw new CrushlabError("file_error", `cannot read ${path}: ${reason(cause)}`, { path, cause });
  }
}

async function unpack(path: string, parser: NodeJS.WritableStream): Promise<void> {
  await pipeline(createReadStream(path), parser);
}

/** Node has no xz of its own. */
async function unpackXz(path: string, parser: NodeJS.WritableStream): Promise<void> {
  const xz = spawn("xz", ["--decompress", "--stdout", "--", path], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  const ended = new Promise<void>((resolve, reject) => {
    xz.on("error", () => reject(new Error("xz is not there: unpack it first, with tar xf")));
    xz.on("close", (code) => (code === 0 ? resolve() : reject(new Error("xz cannot unpack it"))));
  });
  await Promise.all([ended, pipeline(xz.stdout, parser)]);
}

function checkCount(path: string, entries: number): void {
  if (entries > ENTRIES_MAX) {
    const message = `${path} has more than ${ENTRIES_MAX} entries: ${EXPECTED}`;
    throw new CrushlabError("file_error", message, { path });
  }
}

function found(path: string, chosen: string[]): string[] {
  if (chosen.length === 0) {
    throw new CrushlabError("file_error", `${path} has no map of a cluster: ${EXPECTED}`, { path });
  }
  return chosen;
}
