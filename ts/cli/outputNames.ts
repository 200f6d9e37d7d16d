import { basename, dirname } from "node:path";

/**
 * What a saved output of Ceph holds: one of each makes a cluster, in this order. A map comes with a
 * CRUSH map where it has none itself.
 */
const KINDS = [
  { kind: "map", names: ["osdmap", "osd_getmap"] },
  { kind: "report", names: ["report"] },
  { kind: "dump", names: ["osd_dump"] },
  { kind: "crush", names: ["osd_getcrushmap", "crushmap", "osd_crush_dump", "crush_dump"] },
  { kind: "pgs", names: ["pg_dump", "pg", "pgs"] },
  { kind: "sizes", names: ["osd_df_tree", "osd_df"] },
  { kind: "pools", names: ["df_detail", "df"] },
] as const;

type Kind = (typeof KINDS)[number]["kind"];

/** What may follow a command's name: how it was asked, and how it is kept. */
const MORE = /^(_(format|f|json|pretty|all|bin|txt|out|gz))*$/;

/** What a file is by its name. */
interface Output {
  path: string;
  kind: Kind;
  /** Place of the name among those of its kind. */
  rank: number;
  isJson: boolean;
}

/**
 * Of many files, those that make a cluster: the best of each kind. They are found by their names,
 * as sosreports, must-gather and people give them: `ceph_osd_dump_--format_json-pretty`,
 * `pg-dump.json.gz`.
 */
export function chooseOutputs(paths: readonly string[]): string[] {
  const outputs = paths.flatMap((path) => outputOf(path) ?? []);
  const all = bestOf(outputs);
  const map = all.get("map") ?? all.get("report") ?? all.get("dump");
  if (!map) {
    return [];
  }
  // What lies in a folder beside the map's may be of another cluster.
  const home = dirname(map.path);
  const best = bestOf(
    outputs.filter(({ path }) => isAbove(home, path) || isAbove(dirname(path), home)),
  );
  // A binary map and a report have their CRUSH map inside.
  const parts: Kind[] = map.kind === "dump" ? ["crush", "pgs"] : ["pgs"];
  const wanted: Kind[] = [map.kind, ...parts, "sizes", "pools"];
  return wanted.flatMap((kind) => best.get(kind)?.path ?? []);
}

/** The best output of each kind. */
function bestOf(outputs: readonly Output[]): Map<Kind, Output> {
  const best = new Map<Kind, Output>();
  for (const output of outputs) {
    const known = best.get(output.kind);
    if (!known || isBetter(output, known)) {
      best.set(output.kind, output);
    }
  }
  return best;
}

/** Whether a path is below a folder. */
function isAbove(folder: string, path: string): boolean {
  return folder === "." || path.startsWith(`${folder}/`) || path.startsWith(`${folder}\\`);
}

/** What a file is; nothing where its name does not tell. */
function outputOf(path: string): Output | undefined {
  const words = basename(path)
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "_");
  const name = words.replace(/^_?(ceph_)?/, "").replace(/_$/, "");
  for (const { kind, names } of KINDS) {
    const rank = names.findIndex(
      (one) => name.startsWith(one) && MORE.test(name.slice(one.length)),
    );
    if (rank >= 0) {
      return { path, kind, rank, isJson: name.includes("json") };
    }
  }
  return undefined;
}

/** JSON tells more than text; of equals the one that is less deep, then the first by name. */
function isBetter(one: Output, other: Output): boolean {
  const order = (output: Output) => [Number(!output.isJson), output.rank, output.path.length];
  const [a, b] = [order(one), order(other)];
  const at = a.findIndex((value, index) => value !== b[index]);
  return at < 0 ? one.path < other.path : (a[at] ?? 0) < (b[at] ?? 0);
}
