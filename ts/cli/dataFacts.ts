import type { Count } from "../base/quantity.ts";
import type { Cluster } from "../cluster/cluster.ts";

/** How fresh what is known of a cluster is; times as in 2026-11-30T10:12:00Z. */
export interface DataFacts {
  /** Epoch of the map that was read; null where no file tells it, such as the text of a tree. */
  epoch: Count | null;
  /** When the cluster said what is known; null where no file tells it. */
  recorded_at: string | null;
  /** When its map was made; null where it does not tell. */
  map_modified_at: string | null;
}

/** How fresh what is known of a cluster is; nothing where it was described. */
export function dataOf({ recording }: Cluster): DataFacts | undefined {
  const text = (date: Date | undefined) => date?.toISOString().replace(/\.\d+/, "") ?? null;
  return (
    recording && {
      // Epochs begin with 1.
      epoch: recording.epoch || null,
      recorded_at: text(recording.recordedAt),
      map_modified_at: text(recording.mapModifiedAt),
    }
  );
}
