import { buffer } from "node:stream/consumers";
import type { Command } from "commander";
import { CrushlabError } from "../base/errors.ts";
import { readBytes } from "../base/files.ts";
import type { ClusterFile } from "../cluster/cluster.ts";
import { progressBar } from "./render/progress.ts";

/** What reports and errors call a running cluster. */
const LIVE = "live cluster";

/** How long one of Ceph's commands may take, in seconds. */
const TIMEOUT_SECONDS = 60;
/** How Ceph is reached where nothing is said. */
const CEPH = "ceph";

/** What errors call the file that is read from standard input. */
export const STANDARD_INPUT = "standard input";

/** Whether a running cluster is asked in place of files, and how. */
export interface LiveOptions {
  live?: true;
  ceph?: string;
}

/** Adds the options that ask a running cluster. */
export function addLiveOptions(command: Command): void {
  command
    .option("--live", "ask the running cluster in place of files, as snapshot does")
    .option("--ceph <command>", "--live by this command: 'sudo ceph', 'kubectl … -- ceph', …");
}

/** Whether a running cluster is to be asked. */
export function isLive({ live, ceph }: LiveOptions): boolean {
  return live === true || ceph !== undefined;
}

/**
 * Some files, of which one may be `-` for standard input, and folders of files; or a snapshot of a
 * running cluster in their place.
 *
 * @throws {CrushlabError} `invalid_argument`, `file_error` or `ceph_failed`.
 */
export async function readCluster(
  paths: readonly string[],
  options: LiveOptions = {},
): Promise<ClusterFile[]> {
  if (!isLive(options)) {
    if (paths.length === 0) {
      const message = "missing required argument 'cluster', or --live";
      throw new CrushlabError("invalid_argument", message, { hint: "see --help" });
    }
    return (await Promise.all(paths.map(readAny))).flat();
  }
  const [path] = paths;
  if (path !== undefined) {
    const message = `found ${path} with --live or --ceph: expected files or a running cluster`;
    throw new CrushlabError("invalid_argument", message);
  }
  return [await askCluster(options.ceph ?? CEPH)];
}

async function readAny(path: string): Promise<ClusterFile[]> {
  const { isFolder, readFolder } = await import("./clusterFolder.ts");
  return path !== "-" && (await isFolder(path)) ? readFolder(path) : [await readOne(path)];
}

async function readOne(path: string): Promise<ClusterFile> {
  return path === "-"
    ? { name: STANDARD_INPUT, bytes: await buffer(process.stdin) }
    : { name: path, bytes: await readBytes(path) };
}

/** A running cluster as the file that `snapshot` would write of it. */
async function askCluster(ceph: string): Promise<ClusterFile> {
  const { readCephCommand } = await import("./snapshot/askCeph.ts");
  const { QUESTION_COUNT, takeSnapshot } = await import("./snapshot/takeSnapshot.ts");
  const command = readCephCommand(ceph);
  const bar = progressBar("asking Ceph");
  const cluster = await takeSnapshot({
    command,
    timeoutSeconds: TIMEOUT_SECONDS,
    onQuestion: (_, done) => bar.update(done, QUESTION_COUNT),
  }).finally(bar.stop);
  return { name: LIVE, bytes: await cluster.toState() };
}
