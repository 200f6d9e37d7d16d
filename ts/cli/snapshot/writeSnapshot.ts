import { lstat } from "node:fs/promises";
import { join } from "node:path";
import { CrushlabError } from "../../base/errors.ts";
import { reason, writeWhole } from "../../base/files.ts";
import type { Cluster } from "../../cluster/cluster.ts";

/** A snapshot tells much of a cluster: only its owner may read it. */
const MODE = 0o600;

/**
 * The file that a snapshot goes to: the path itself, or one named by epoch and time in the folder
 * of this path.
 *
 * @throws {CrushlabError} `file_error` where something is there that is not a regular file.
 */
export async function snapshotPath(path: string, cluster?: Cluster): Promise<string> {
  const kind = await kindOf(path);
  if (kind === "folder") {
    if (cluster === undefined) {
      return path;
    }
    const file = join(path, fileName(cluster));
    refuseOther(file, await kindOf(file));
    return file;
  }
  refuseOther(path, kind);
  return path;
}

/** Writes a snapshot, all or nothing; a name that ends in `.gz` makes it compressed. */
export async function writeSnapshot(path: string, cluster: Cluster): Promise<void> {
  await writeWhole(path, await cluster.toState({ compressed: path.endsWith(".gz") }), MODE);
}

function fileName({ recording }: Cluster): string {
  const time = (recording?.recordedAt ?? new Date(0)).toISOString();
  const short = time.replace(/\.\d+/, "").replaceAll(/[-:]/g, "");
  return `ceph-snapshot-e${recording?.epoch ?? 0}-${short}.json`;
}

type FileKind = "none" | "file" | "folder" | "other";

async function kindOf(path: string): Promise<FileKind> {
  try {
    const found = await lstat(path);
    return found.isFile() ? "file" : found.isDirectory() ? "folder" : "other";
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") {
      return "none";
    }
    throw new CrushlabError("file_error", `cannot write ${path}: ${reason(cause)}`, {
      path,
      cause,
    });
  }
}

function refuseOther(path: string, kind: FileKind): void {
  if (kind !== "none" && kind !== "file") {
    const message = `cannot write ${path}: it is not a regular file`;
    throw new CrushlabError("file_error", message, {
      path,
      hint: "-o - writes to standard output",
    });
  }
}
