import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { CrushlabError } from "../base/errors.ts";
import { reason } from "../base/files.ts";
import type { Change } from "../change/simulate.ts";
import type { ClusterFile, Config } from "../cluster/cluster.ts";

const pack = promisify(gzip);

/** The page without data, beside the command line where that is shipped. */
const PAGE = new URL("./viz.html", import.meta.url);
/** Where the page takes its data from. */
const SLOT = /(<script type="application\/json" id="embedded">)(<\/script>)/;
const GZIP_MAGIC = [0x1f, 0x8b] as const;

/** What a page shall show. */
export interface PageContent {
  files: readonly ClusterFile[];
  /** Files of a later state that it is compared with. */
  later?: readonly ClusterFile[];
  changes: readonly Change[];
  /** Whether all data moves before the next change comes. */
  heal: boolean;
  /** Whether a change of `pg_num` is followed by its steps. */
  staged: boolean;
  /** Settings of monitors and managers; Ceph's defaults for all that are not named. */
  config?: Config;
  /** Name of the view that it opens with. */
  view: string;
}

/**
 * The page as one file that holds its data and needs no other.
 *
 * @throws {CrushlabError} `file_error` where the page was not built.
 */
export async function pageWith({
  files,
  later,
  changes,
  ...content
}: PageContent): Promise<string> {
  const data = JSON.stringify({
    files: await texts(files),
    ...(later && { later: await texts(later) }),
    // Where a command stood in a file tells the page nothing.
    changes: changes.map((one) =>
      typeof one === "object" && "run" in one ? { run: one.run } : one,
    ),
    ...content,
  });
  // In HTML only a "<" could end the script that holds the data.
  const safe = data.replaceAll("<", "\\u003c");
  return (await emptyPage()).replace(SLOT, (_, start: string, end: string) => start + safe + end);
}

function texts(files: readonly ClusterFile[]): Promise<{ name: string; base64: string }[]> {
  const read = files.map(async ({ name, bytes }) => {
    const base64 = (await packed(bytes)).toString("base64");
    return { name, base64 };
  });
  return Promise.all(read);
}

async function packed(bytes: Uint8Array): Promise<Buffer> {
  const isPacked = GZIP_MAGIC.every((byte, at) => bytes[at] === byte);
  return isPacked ? Buffer.from(bytes) : pack(bytes);
}

async function emptyPage(): Promise<string> {
  try {
    return await readFile(PAGE, "utf8");
  } catch (cause) {
    throw new CrushlabError("file_error", `the page is missing: ${reason(cause)}`, {
      hint: "npm run build:viz makes it",
      cause,
    });
  }
}
