import type { JobOptions } from "../base/job.ts";
import type { Count } from "../base/quantity.ts";
import type { Cluster, ClusterWarning, MissingData, Verdict } from "../cluster/cluster.ts";
import type { ChangedCluster } from "./clusterChanges.ts";
import type { DataFacts } from "./dataFacts.ts";
import { progressBar } from "./render/progress.ts";

/** What every report begins with. */
export interface ReportHead {
  /** The answer in one sentence, and how bad it is. */
  verdict: Verdict;
  /** What is to be said of the files, and what they did not tell. */
  warnings: readonly ClusterWarning[];
  /** How fresh the data is, before any change; absent where the cluster was described. */
  data?: DataFacts;
  /** What happens, in order, before the question or as `whatif` asks; absent where nothing does. */
  changes?: readonly string[];
  /** Whether all data moves that can after each of the changes; absent where there is none. */
  healed?: boolean;
}

/** Which cluster a report is about. */
export interface ClusterHead {
  /** The files that the cluster was read from. */
  cluster: readonly string[];
  /** Number of the OSDMap; of `whatif` and `diff` at the start. */
  epoch: Count;
  /** What the files did not tell. */
  missing: readonly MissingData["what"][];
}

/** The head of a report on a cluster: by its own verdict, else by what its PGs are and become. */
export async function reportHead(
  { cluster, data, changes, healed, skipped }: Omit<ChangedCluster, "paths">,
  own?: Verdict,
  options: JobOptions = {},
): Promise<ReportHead> {
  return {
    verdict: own ?? (await outlookOf(cluster, options)),
    warnings: [...skipped, ...warningsOf(cluster)],
    ...(data && { data }),
    ...changesPart(changes, healed),
  };
}

/** Which cluster a report is about, by the files that it was read from. */
export function clusterHead(paths: readonly string[], cluster: Cluster): ClusterHead {
  const missing = cluster.missing.map(({ what }) => what);
  return { cluster: paths, epoch: cluster.info.epoch, missing };
}

/** The changes of a head; nothing where there were none. */
export function changesPart(
  changes: readonly string[],
  healed: boolean,
): Pick<ReportHead, "changes" | "healed"> {
  return changes.length > 0 ? { changes, healed } : {};
}

/** What is to be said of a cluster's files and of a later state's, and what the first lack. */
export function warningsOf({ warnings, missing }: Cluster, later?: Cluster): ClusterWarning[] {
  const known = new Set(warnings.map(({ message }) => message));
  return [
    ...warnings,
    ...(later?.warnings ?? []).filter(({ message }) => !known.has(message)),
    ...missing.map(({ what, description }) => ({ code: `missing_${what}`, message: description })),
  ];
}

async function outlookOf(cluster: Cluster, { threads }: JobOptions): Promise<Verdict> {
  const bar = progressBar("placing PGs");
  const { verdict } = await cluster
    .outlook({ ...(threads !== undefined && { threads }), onProgress: bar.update })
    .finally(bar.stop);
  return verdict;
}
