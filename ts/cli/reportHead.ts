import type { JobOptions } from "../base/job.ts";
import type { Cluster, ClusterWarning, Verdict } from "../cluster/cluster.ts";
import type { ChangedCluster } from "./clusterChanges.ts";
import type { DataFacts } from "./dataFacts.ts";
import { progressBar } from "./render/progress.ts";

/** What every report begins with. */
export interface ReportHead {
  verdict: Verdict;
  /** What is to be said of the files, and what they did not tell. */
  warnings: readonly ClusterWarning[];
  /** How fresh the data is; absent where the cluster was described. */
  data?: DataFacts;
  /** What happened before the question; absent where nothing did. */
  changes?: readonly string[];
  /** Whether all data has moved that can after each change; absent where there was none. */
  healed?: boolean;
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
