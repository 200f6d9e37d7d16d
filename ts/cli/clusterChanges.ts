import { buffer } from "node:stream/consumers";
import type { Command } from "commander";
import { CrushlabError } from "../base/errors.ts";
import { readBytes } from "../base/files.ts";
import { readScenario, type Scenario } from "../change/scenario.ts";
import { parseScript } from "../change/script.ts";
import { afterChanges, type Change, changeText } from "../change/simulate.ts";
import { Cluster, type ClusterFile, type ClusterWarning, type Config } from "../cluster/cluster.ts";
import { type DataFacts, dataOf } from "./dataFacts.ts";
import { addLiveOptions, type LiveOptions, readCluster, STANDARD_INPUT } from "./liveCluster.ts";
import { addConfigOption } from "./options.ts";
import { progressBar } from "./render/progress.ts";

/** A change as an option gives it; scripts are read later. */
type Asked = Change | { script: string };

/** Options that say what happens to a cluster, in the order in which they were given. */
export interface ChangeOptions {
  changes: readonly Asked[];
  /** Settings of the cluster; they overrule those of a scenario. */
  config: Config;
}

/** How to go through the changes, as options say it. */
export interface StepOptions extends LiveOptions {
  /** Whether all data moves that can after each change. Default: false. */
  heal?: boolean;
  /** Whether a change of `pg_num` is followed by its steps. */
  staged?: boolean;
  threads?: number;
}

/** A cluster after what happens to it before a question. */
export interface ChangedCluster {
  /** The files that it was read from, or the command by which it was asked. */
  paths: readonly string[];
  cluster: Cluster;
  /** How fresh it was before the changes; absent where it was described. */
  data?: DataFacts;
  /** What happened to it, in order, as it is written on the command line. */
  changes: readonly string[];
  /** Whether all data has moved that can after each of these. */
  healed: boolean;
  /** Lines of scripts that were passed over. */
  skipped: readonly ClusterWarning[];
}

/** What options ask for, with scripts read. */
export interface ReadChanges extends Scenario {
  /** Lines of scripts that were passed over. */
  skipped: ClusterWarning[];
}

/** What has happened to a cluster before a question, for the help of every command. */
export const CHANGES_HELP = `
Changes happen before the question, in the order in which they are given: --run, --fail, --recover,
--wait and --script may be mixed and repeated. Data stays where it was, and only the map is another;
with --heal all data moves that can after each change. With --live a running cluster is asked in
place of files; nothing of it is changed (crushlab snapshot --list).`;

/** Adds the options that say what happens to a cluster. They may be mixed and repeated. */
export function addChangeOptions(command: Command): ChangeOptions {
  const changes: Asked[] = [];
  const option = (flags: string, help: string, change: (text: string) => Asked) =>
    command.option(flags, help, (text: string) => {
      changes.push(change(text));
      return changes;
    });
  option("--run <command>", "'ceph osd out 3', …; may be repeated", (run) => ({ run }));
  option("--fail <what>", "osd.3, host=h1, rack=r2, class=ssd, …", (fail) => ({ fail }));
  option("--recover <what>", "what comes back", (recover) => ({ recover }));
  option("--wait <time>", "time passes: 90s, 10m, 2h", (wait) => ({ wait }));
  option(
    "--script <file>",
    "the ceph lines of a shell script, or a scenario in YAML",
    (script) => ({ script }),
  );
  const config = addConfigOption(command);
  addLiveOptions(command);
  command
    .option("--heal", "let all data move that can after each change")
    .option("--no-heal", "let it stay where it is (the default)")
    .option("--no-staged", "leave out the steps in which pg_num is carried out");
  return { changes, config };
}

/** The cluster in some files, or a running one, after the changes. */
export async function loadChanged(
  paths: readonly string[],
  happens: ChangeOptions,
  { heal = false, staged = true, threads, ...live }: StepOptions = {},
): Promise<ChangedCluster> {
  const { start, files, changes, skipped } = await loadWithChanges(paths, happens, live);
  const data = dataOf(start);
  const bar = progressBar("going through the changes");
  const cluster = await afterChanges(start, changes, {
    heal,
    staged,
    ...(threads !== undefined && { threads }),
    onProgress: bar.update,
  }).finally(bar.stop);
  const happened = { changes: changes.map(changeText), healed: heal, skipped };
  return { paths: namesOfFiles(files), cluster, ...happened, ...(data && { data }) };
}

/** The cluster before the changes, with the settings, and the changes. */
export async function loadWithChanges(
  paths: readonly string[],
  happens: ChangeOptions,
  live: LiveOptions = {},
): Promise<ReadChanges & { start: Cluster; files: ClusterFile[] }> {
  const read = await readChanges(happens);
  const files = await readCluster(paths, live);
  const start = (await Cluster.read(files)).withConfig(read.config);
  return { start, files, ...read };
}

/** What files are called in a report. */
export function namesOfFiles(files: readonly ClusterFile[]): string[] {
  return files.map(({ name }) => (name === STANDARD_INPUT ? "-" : name));
}

/** The changes and the settings, with scripts read. */
export async function readChanges({ changes, config }: ChangeOptions): Promise<ReadChanges> {
  const read = changes.map(
    async (change): Promise<ReadChanges> =>
      typeof change === "object" && "script" in change
        ? readScriptFile(change.script)
        : { config: {}, changes: [change], skipped: [] },
  );
  const parts = await Promise.all(read);
  return {
    config: Object.fromEntries(
      [...parts.map((part) => part.config), config].flatMap((part) => Object.entries(part)),
    ),
    changes: parts.flatMap((part) => part.changes),
    skipped: parts.flatMap((part) => part.skipped),
  };
}

async function readScriptFile(path: string): Promise<ReadChanges> {
  const bytes = path === "-" ? await buffer(process.stdin) : await readBytes(path);
  try {
    const text = new TextDecoder().decode(bytes);
    if (/\.(ya?ml|json)$/.test(path)) {
      return { ...readScenario(text), skipped: [] };
    }
    const { commands, skipped } = parseScript(text);
    return {
      config: {},
      changes: commands.map((one) => ({ run: one.text, from: { path, line: one.line } })),
      skipped: skipped.map((one) => ({
        code: "skipped_line",
        message: `${path}: line ${one.line}: ${one.text}`,
      })),
    };
  } catch (error) {
    if (error instanceof CrushlabError) {
      const { code, message, line } = error;
      throw new CrushlabError(code, message, { path, ...(line !== undefined && { line }) });
    }
    throw error;
  }
}
