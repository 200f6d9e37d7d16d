import { writeWhole } from "../base/files.ts";
import type { Comparison } from "../change/compare.ts";
import { type Simulation, simulate } from "../change/simulate.ts";
import { Cluster } from "../cluster/cluster.ts";
import { plural } from "../text/format.ts";
import { type ChangeOptions, readChanges } from "./clusterChanges.ts";
import { readFiles } from "./options.ts";
import { write } from "./output.ts";
import { type PageContent, pageWith } from "./page.ts";
import { progressBar } from "./render/progress.ts";
import { simulationJson, simulationJsonLines } from "./render/simulationJson.ts";
import { simulationText } from "./render/simulationText.ts";
import { terminal } from "./render/terminal.ts";

/** Changes that the heading names. */
const QUESTION_LENGTH = 3;

/** How to go through the changes, and what to print. */
export interface WhatIfClusterOptions {
  top: number;
  by?: string;
  threads?: number;
  heal?: true;
  staged: boolean;
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
  const { changes, config } = await readChanges(happens);
  const files = await readFiles(paths);
  const cluster = (await Cluster.read(files)).withConfig(config);
  const { by, json, jsonLines, summary, heal, staged, threads } = options;
  const bar = progressBar("placing PGs");
  const simulation = await simulate(cluster, changes, {
    staged,
    pgs: Boolean((json || jsonLines) && !summary),
    ...(heal && { heal }),
    ...(threads !== undefined && { threads }),
    onProgress: bar.update,
  }).finally(bar.stop);
  const last = simulation.steps.at(-1)?.cluster ?? cluster;
  checkBy(simulation.total, by);
  const asked = simulation.steps.filter(({ isStage }) => !isStage);
  const commands = asked.map(({ command }) => command);
  const more = commands.length > QUESTION_LENGTH ? "; …" : "";
  const question = `What if: ${commands.slice(0, QUESTION_LENGTH).join("; ")}${more}`;
  const page = { files, changes, heal: heal ?? false, staged, config, view: "remap" };
  const subject = { paths, before: cluster, after: last, question, page };
  await writeSimulation(simulation, subject, options);
}

/** What a simulation is about. */
export interface Subject {
  /** The files that the cluster was read from. */
  paths: readonly string[];
  before: Cluster;
  after: Cluster;
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
  { paths, before, after, question, page }: Subject,
  { by, json, jsonLines, summary, html, top }: OutputOptions,
): Promise<void> {
  const facts = factsOf(paths, before);
  const name = namesIn(before, after);
  const parts = { ...(by !== undefined && { by }), ...(summary && { summary }) };
  if (html !== undefined) {
    await writeWhole(html, await pageWith(page));
  }
  if (jsonLines) {
    await write(simulationJsonLines(simulation, parts));
  } else if (json) {
    await write(simulationJson(headOf(paths, before), simulation, parts));
  } else {
    const canvas = { ...terminal(), top, name, ...(by !== undefined && { by }) };
    await write([`${simulationText(simulation, question, facts, canvas)}\n`]);
  }
}

/** Refuses a type that does not exist before anything is printed. */
export function checkBy(found: Comparison, by: string | undefined): void {
  if (by !== undefined) {
    found.movesBy(by);
  }
}

/** What stands before the steps in JSON. */
function headOf(paths: readonly string[], cluster: Cluster) {
  const missing = cluster.missing.map(({ what }) => what);
  return { cluster: paths, epoch: cluster.info.epoch, missing };
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
