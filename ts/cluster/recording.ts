import type { NativeCluster } from "#native";

/** How fresh what is known of a cluster is. */
export interface Recording {
  /** Epoch of the map that was read. */
  epoch: number;
  /** When the cluster said it, where the files tell that. */
  recordedAt?: Date;
  /** When this map was made, where it tells that: it was not recorded before. */
  mapModifiedAt?: Date;
  /** What a snapshot says of itself: `command`, `versions`, `health`, …; empty for other files. */
  snapshot: Readonly<Record<string, unknown>>;
}

/** What a program that asked a cluster says of that. */
export interface SnapshotNotes {
  time: Date;
  /** Kept as it is: with which command the cluster was asked, what else it said. */
  about: Readonly<Record<string, unknown>>;
  /** What is to be said of the answers, with stable codes. */
  warnings: readonly { code: string; message: string }[];
}

/** How fresh a cluster is; nothing for one that was described. */
export function readRecording(native: NativeCluster): Recording | undefined {
  const epoch = native.recordedEpoch();
  if (epoch === null) {
    return undefined;
  }
  const [recordedAt, mapModifiedAt] = [native.recordedAt(), native.mapModifiedAt()].map(date);
  return {
    epoch,
    ...(recordedAt && { recordedAt }),
    ...(mapModifiedAt && { mapModifiedAt }),
    snapshot: JSON.parse(native.snapshot()),
  };
}

function date(seconds: number | null): Date | undefined {
  return seconds === null ? undefined : new Date(seconds * 1000);
}
