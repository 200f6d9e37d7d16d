import type { Cluster } from "../cluster.ts";
import type { Comparison } from "../compare.ts";
import { simulate } from "../simulate.ts";
import { type ChangeOptions, readChanges } from "./clusterChanges.ts";
import { loadCluster } from "./options.ts";
import { write } from "./output.ts";
import { plural } from "./render/format.ts";
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
}

/** What Ceph's commands and failures do to a cluster. */
export async function whatIfCluster(
  paths: readonly string[],
  happens: ChangeOptions,
  options: WhatIfClusterOptions,
): Promise<void> {
  const changes = await readChanges(happens);
  const cluster = await loadCluster(paths);
  const { by, json, jsonLines, heal, staged, threads } = options;
  const bar = progressBar("placing PGs");
  const simulation = await simulate(cluster, changes, {
    staged,
    pgs: Boolean(json || jsonLines),
    ...(heal && { heal }),
    ...(threads !== undefined && { threads }),
    onProgress: bar.update,
  }).finally(bar.stop);
  const last = simulation.steps.at(-1)?.cluster ?? cluster;
  checkBy(simulation.total, by);
  if (jsonLines) {
    await write(simulationJsonLines(simulation, by));
  } else if (json) {
    await write(simulationJson(headOf(paths, cluster), simulation, by));
  } else {
    const asked = simulation.steps.filter(({ isStage }) => !isStage);
    const commands = asked.map(({ command }) => command);
    const more = commands.length > QUESTION_LENGTH ? "; …" : "";
    const question = `What if: ${commands.slice(0, QUESTION_LENGTH).join("; ")}${more}`;
    const canvas = { ...terminal(), top: options.top, name: namesIn(cluster, last) };
    const text = simulationText(simulation, question, factsOf(paths, cluster), {
      ...canvas,
      ...(by !== undefined && { by }),
    });
    await write([`${text}\n`]);
  }
}

/** Refuses a type that does not exist before anything is printed. */
function checkBy(found: Comparison, by: string | undefined): void {
  if (by !== undefined) {
    found.movesBy(by);
  }
}

/** What stands before the steps in JSON. */
export function headOf(paths: readonly string[], cluster: Cluster) {
  const missing = cluster.missing.map(({ what }) => what);
  return { cluster: paths, epoch: cluster.info.epoch, missing };
}

/** A line about the cluster. */
export function factsOf(paths: readonly string[], { info, osds, pools }: Cluster): string {
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
export function namesIn(before: Cluster, after: Cluster): (id: number) => string {
  return (id) => (after.crush.index.item(id) ? after : before).crush.index.name(id);
}
