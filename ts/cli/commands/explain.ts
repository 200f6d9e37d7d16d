import type { Command } from "commander";
import { UINT32_MAX } from "../../base/arguments.ts";
import { CrushlabError } from "../../base/errors.ts";
import type { Cluster, Verdict } from "../../cluster/cluster.ts";
import { targetOsds } from "../../cluster/targetOsds.ts";
import type { Trace } from "../../map/explain.ts";
import { outOsds } from "../../map/outOsds.ts";
import { NONE } from "../../map/place.ts";
import { plural } from "../../text/format.ts";
import {
  addChangeOptions,
  CHANGES_HELP,
  type ChangeOptions,
  loadChanged,
  type StepOptions,
} from "../clusterChanges.ts";
import { isLive } from "../liveCluster.ts";
import { CLUSTER_ARGUMENT, collect, loadMap, requireOptions, wholeNumber } from "../options.ts";
import { headLines, verdictText } from "../render/headText.ts";
import { locationText } from "../render/locationText.ts";
import { terminal } from "../render/terminal.ts";
import { traceText } from "../render/traceText.ts";
import { reportHead } from "../reportHead.ts";

const EXAMPLE = `${CHANGES_HELP}

With a whole cluster, --pg or --pool and --object say what to find. With a CRUSH map alone, --rule,
--size and --x do, and --pool is a pool's id.

Examples:
  crushlab explain osdmap.bin --pool rbd --object rbd_header.1234
  crushlab explain osdmap.bin --pg 3.1f --out host=h1
  crushlab explain osdmap.bin --pg 3.1f --fail host=h1 --wait 10m
  crushlab explain map.bin --rule replicated_rule --size 3 --x 7`;

interface Options extends StepOptions {
  pg?: string;
  object?: string;
  pool?: string;
  rule?: string;
  size?: number;
  x?: number;
  out?: string[];
  runnersUp: number;
  tries: number;
}

/** `crushlab explain CLUSTER… | MAP …`: how a PG or one input finds its OSDs. */
export function describeExplain(command: Command): void {
  command
    .description("tell how CRUSH finds the OSDs of an object, a PG or an input")
    .argument("[cluster...]", `${CLUSTER_ARGUMENT}; or one CRUSH map`)
    .option("--pg <pgid>", "with a cluster: the PG")
    .option("--object <name>", "with a cluster: an object of --pool")
    .option("--pool <name|id>", "the object's pool; with a CRUSH map: hash x as this pool does")
    .option("--rule <name|id>", "with a CRUSH map: the pool's rule")
    .option("--size <n>", "with a CRUSH map: the pool's size, or k + m", wholeNumber(1, 4096))
    .option("--x <n>", "with a CRUSH map: the input", wholeNumber(0, UINT32_MAX))
    .option("--out <what>", "osd.3, host=h1, rack=r2, …; may be repeated", collect)
    .option("--runners-up <n>", "items to show beside each winner", wholeNumber(0, 1_000_000), 2)
    .option("--tries <n>", "tries to tell of each position", wholeNumber(1, 1_000_000), 5);
  const happens = addChangeOptions(command);
  command
    .addHelpText("after", EXAMPLE)
    .action((paths: string[], options: Options) => run(paths, options, happens));
}

async function run(paths: string[], options: Options, happens: ChangeOptions): Promise<void> {
  const lines =
    options.pg === undefined && options.object === undefined
      ? await ofMap(paths, options, happens)
      : await ofCluster(paths, options, happens);
  process.stdout.write(`${lines.join("\n")}\n`);
}

async function ofMap(
  [path = "", ...more]: string[],
  asked: Options,
  { changes, config }: ChangeOptions,
): Promise<string[]> {
  const { runnersUp, tries, out = [], rule = "", size = 0, x = 0 } = asked;
  if (changes.length > 0 || Object.keys(config).length > 0 || isLive(asked)) {
    const hint = "--pg, or --pool and --object, say what to explain of a cluster";
    throw new CrushlabError(
      "invalid_argument",
      "changes (--run, --fail, …), --config, --live are for a cluster, not for a CRUSH map alone",
      { hint },
    );
  }
  if (asked.rule === undefined && asked.x === undefined && asked.pool !== undefined) {
    const message = "of a cluster, --pg, or --pool and --object, say what to explain";
    const hint = "of a CRUSH map, --rule, --size and --x";
    throw new CrushlabError("invalid_argument", message, { hint });
  }
  requireOptions(asked, ["rule", "size", "x"]);
  if (more.length > 0) {
    throw new CrushlabError("invalid_argument", "--rule, --size and --x are for one CRUSH map");
  }
  const pool = asked.pool === undefined ? undefined : poolId(asked.pool);
  const map = await loadMap(path);
  const question = { rule, size, x, ...(pool !== undefined && { pool }) };
  const reweights = Object.fromEntries(outOsds(map, out).map((osd) => [osd, 0]));
  const trace = map.explain({ ...question, reweights });
  const canvas = terminal();
  const story = traceText(map.index, question, trace, { ...canvas, runnersUp, tries });
  return [verdictText(traceVerdict(x, size, trace), canvas.colors), "", story];
}

/** Whether an input finds all OSDs that it asks for. */
function traceVerdict(x: number, size: number, { osds }: Trace): Verdict {
  const found = osds.filter((osd) => osd !== NONE).length;
  return found < size
    ? { severity: "warning", text: `x ${x} finds ${found} of ${plural(size, "OSD")}.` }
    : { severity: "ok", text: `x ${x} finds ${plural(size, "OSD")}.` };
}

/** A map by itself knows no pools' names. */
function poolId(text: string): number {
  if (!/^\d{1,15}$/.test(text)) {
    throw new CrushlabError("invalid_argument", `--pool is ${text}: a CRUSH map needs a pool's id`);
  }
  return Number(text);
}

async function ofCluster(
  paths: string[],
  options: Options,
  happens: ChangeOptions,
): Promise<string[]> {
  const { runnersUp, tries, out = [] } = options;
  const names = ["rule", "size", "x"] as const;
  const foreign = names.find((name) => options[name] !== undefined);
  if (foreign !== undefined) {
    throw new CrushlabError("invalid_argument", `--${foreign} is for a CRUSH map alone`);
  }
  const changed = await loadChanged(paths, happens, options);
  const osds = out.length > 0 ? targetOsds(changed.cluster, ...out) : [];
  const cluster =
    osds.length > 0 ? changed.cluster.run(`osd out ${osds.join(" ")}`) : changed.cluster;
  const { pgid, lines } = wanted(cluster, options);
  const trace = cluster.explain(pgid);
  const [id = "", seed = ""] = pgid.split(".");
  const pool = cluster.pool(id);
  const question = {
    rule: pool.crushRule,
    size: pool.size,
    x: Number.parseInt(seed, 16),
    pool: pool.id,
  };
  const story = traceText(cluster.crush.index, question, trace, {
    ...terminal(),
    runnersUp,
    tries,
  });
  const head = await reportHead({ ...changed, cluster });
  return [...headLines(head, terminal().colors), "", ...lines, story];
}

/** The PG that is asked for, and what to say of the object. */
function wanted(
  cluster: Cluster,
  { pg, object, pool }: Options,
): { pgid: string; lines: string[] } {
  if (object === undefined) {
    return { pgid: pg ?? "", lines: [] };
  }
  if (pool === undefined || pg !== undefined) {
    throw new CrushlabError("invalid_argument", "--object needs --pool, and no --pg");
  }
  const location = cluster.locate(pool, object);
  const located = { epoch: cluster.info.epoch, pool: cluster.pool(pool), object, location };
  return { pgid: location.pgid, lines: [locationText(located), ""] };
}
