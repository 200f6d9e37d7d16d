import { CrushlabError } from "../base/errors.ts";
import { writeWhole } from "../base/files.ts";
import type { Comparison } from "../change/compare.ts";
import { changeText, type Simulation, simulate } from "../change/simulate.ts";
import type { Cluster, ClusterWarning } from "../cluster/cluster.ts";
import { plural } from "../text/format.ts";
import {
  type ChangeOptions,
  loadWithChanges,
  namesOfFiles,
  type StepOptions,
} from "./clusterChanges.ts";
import { dataOf } from "./dataFacts.ts";
import { write } from "./output.ts";
import { type PageContent, pageWith } from "./page.ts";
import { progressBar } from "./render/progress.ts";
import { simulationJson, simulationJsonLines } from "./render/simulationJson.ts";
import { simulationText } from "./render/simulationText.ts";
import { terminal } from "./render/terminal.ts";
import { changesPart, clusterHead, warningsOf } from "./reportHead.ts";

/** Changes that the heading names. */
const QUESTION_LENGTH = 3;

/** How to go through the changes, and what to print. */
export interface WhatIfClusterOptions extends StepOptions {
  top: number;
  by?: string;
  json?: true;
  jsonLines?: true;
  summary?: true;
  html?: string;
}

/** What Ceph's commands and failures do to a cluster. */
export async function whatIfCluster(
  paths: readonly string[],
  happens: ChangeOptions,
  options: WhatIfClusterOptions,
): Promise<void> {
  const {
    start: cluster,
    files,
    changes,
    config,
    skipped,
  } = await loadWithChanges(paths, happens, options);
  if (changes.length === 0) {
    // A script may hold lines that change nothing.
    const hint = "--script reads the ceph lines of a script";
    throw new CrushlabError("invalid_argument", "nothing happens: no command found", { hint });
  }
  const { by, json, jsonLines, summary, heal = false, staged = true, threads } = options;
  const bar = progressBar("placing PGs");
  const simulation = await simulate(cluster, changes, {
    staged,
    pgs: Boolean((json || jsonLines) && !summary),
    heal,
    ...(threads !== undefined && { threads }),
    onProgress: bar.update,
  }).finally(bar.stop);
  const last = simulation.steps.at(-1)?.cluster ?? cluster;
  checkBy(simulation.total, by);
  const asked = simulation.steps.filter(({ isStage }) => !isStage);
  const commands = asked.map(({ command }) => command);
  const more = commands.length > QUESTION_LENGTH ? "; …" : "";
  const question = `What if: ${commands.slice(0, QUESTION_LENGTH).join("; ")}${more}`;
  const page = { files, changes, heal, staged, config, view: "remap" };
  const texts = changes.map(changeText);
  const states = { before: cluster, after: last };
  const happened = { changes: texts, healed: heal, skipped };
  const subject = { paths: namesOfFiles(files), ...states, ...happened, question, page };
  await writeSimulation(simulation, subject, options);
}

/** What a simulation is about. */
export interface Subject {
  /** The files that the cluster was read from. */
  paths: readonly string[];
  before: Cluster;
  after: Cluster;
  /** What happened, as it is written on the command line; empty for two states that were given. */
  changes: readonly string[];
  /** Whether all data has moved that can before the next change came. */
  healed: boolean;
  /** Lines of scripts that were passed over. */
  skipped: readonly ClusterWarning[];
  question: string;
  /** What the page is given. */
  page: PageContent;
}

/** How to write a simulation down. */
export type OutputOptions = Pick<
  WhatIfClusterOptions,
  "top" | "by" | "json" | "jsonLines" | "summary" | "html"
>;

/** Writes a simulation as JSON, as text, and as a page to a file where that is asked for. */
export async function writeSimulation(
  simulation: Simulation,
  { paths, before, after, changes, healed, skipped, question, page }: Subject,
  { by, json, jsonLines, summary, html, top }: OutputOptions,
): Promise<void> {
  const facts = factsOf(paths, before);
  const data = dataOf(before);
  const reportHead = {
    verdict: simulation.total.verdict,
    warnings: [...skipped, ...warningsOf(before, after)],
    ...(data && { data }),
    ...changesPart(changes, healed),
  };
  const name = namesIn(before, after);
  const parts = { ...(by !== undefined && { by }), ...(summary && { summary }) };
  if (html !== undefined) {
    await writeWhole(html, await pageWith(page));
  }
  if (jsonLines) {
    await write(simulationJsonLines(simulation, parts));
  } else if (json) {
    const head = { ...reportHead, ...clusterHead(paths, before) };
    await write(simulationJson(head, simulation, parts));
  } else {
    const canvas = { ...terminal(), top, name, ...(by !== undefined && { by }) };
    const heading = { head: reportHead, question, facts };
    await write([`${simulationText(simulation, heading, canvas)}\n`]);
  }
}

/** Refuses a type that does not exist before anything is printed. */
export function checkBy(found: Comparison, by: string | undefined): void {
  if (by !== undefined) {
    found.movesBy(by);
  }
}

/** A line about the cluster. */
function factsOf(paths: readonly string[], { info, osds, pools }: Cluster): string {
  const pgs = pools.reduce((sum, { pgNum }) => sum + pgNum, 0);
  return [
    paths.join(" "),
    `epoch ${info.epoch}`,
    plural(osds.length, "OSD"),
    plural(pools.length, "pool"),
    plural(pgs, "PG"),
  ].join(" · ");
}

/** Names from the later state, else from the earlier. */
function namesIn(before: Cluster, after: Cluster): (id: number) => string {
  return (id) => (after.crush.index.item(id) ? after : before).crush.index.name(id);
}
