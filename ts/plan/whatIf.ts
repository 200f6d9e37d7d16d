import { type NativeReport, runWhatIf } from "#native";
import { checkInteger, checkThreads } from "../base/arguments.ts";
import { checkJob, type JobOptions, runJob } from "../base/job.ts";
import { type CrushMap, nativeOf } from "../map/crushMap.ts";
import type { MapIndex } from "../map/mapIndex.ts";
import { outOsds } from "../map/outOsds.ts";
import { NONE } from "../map/place.ts";
import {
  type MappingOptions,
  nativeRequest,
  nativeReweights,
  type Reweights,
} from "../map/request.ts";

/** A change, and the PGs to look at. */
export interface WhatIfOptions extends MappingOptions, JobOptions {
  /**
   * Number of PGs, 1 to 2^31 - 1: inputs 0 to pgs - 1, or with `pool` the PGs of that pool.
   * Default: about 100 for each OSD that the rule can reach, as a power of two.
   */
  pgs?: number;
  /** What goes out: OSD ids, or names as `osd.3`, `host=h1`, `rack=r2`. */
  out?: readonly (string | number)[];
  /** Reweights after the change. Default: those before. What is `out` has 0 in any case. */
  reweightsAfter?: Reweights;
}

/** What changes. A pair of numbers is before and after. */
export interface WhatIfReport {
  rule: { id: number; name: string };
  size: number;
  /** The pool whose PGs were looked at. */
  pool?: number;
  /** OSDs that go out, by rising id. */
  out: number[];
  /** PGs looked at. */
  pgs: number;
  /**
   * Whether shards were compared position by position (erasure-coded pools), so that an OSD that
   * only changes its position has a shard to move. Otherwise the sets of OSDs were compared.
   */
  byPosition: boolean;
  /** PGs whose OSDs change, those that only lose one included. */
  pgsMoved: number;
  /** Shards (replicas, or positions of an erasure-coded PG) that an OSD receives. */
  shardsMoved: number;
  /**
   * Fewest shards that any placement has to move for this change: those on OSDs that the reweights
   * no longer let hold them, and those that come to OSDs which the reweights kept out before.
   */
  shardsMovedLeast: number;
  /** Shards that have an OSD. */
  shardsPlacedBefore: number;
  shardsPlacedAfter: number;
  /** PGs with fewer OSDs than `size`. */
  pgsShortBefore: number;
  pgsShortAfter: number;
  /** PGs with an empty position among their OSDs. */
  pgsWithHolesBefore: number;
  pgsWithHolesAfter: number;
  /** Every OSD that holds or should hold a PG, by rising id. */
  osds: OsdLoad[];
  /** Moved shards by source and target, the most first. */
  matrix: ShardMove[];
}

/** One OSD before and after. A share is a part of all shards that have an OSD, from 0 to 1. */
export interface OsdLoad {
  id: number;
  name: string;
  /** Its device class. */
  class?: string;
  pgsBefore: number;
  pgsAfter: number;
  /** PGs that the weights ask for: CRUSH weight times reweight among what each take holds. */
  pgsAskedBefore: number;
  pgsAskedAfter: number;
  shareBefore: number;
  shareAfter: number;
  shareAskedBefore: number;
  shareAskedAfter: number;
}

/** Shards that go from one OSD to another. */
export interface ShardMove {
  /** The OSD that loses them; `null` where the position was empty. */
  from: number | null;
  /** The OSD that receives them. */
  to: number;
  shards: number;
}

/** PGs for each OSD that the default number of PGs aims at. */
const PGS_PER_OSD = 100;

/**
 * What moves when OSDs go out or get other reweights: every PG is placed before and after.
 *
 * @throws {CrushlabError} `invalid_argument`, `unknown_rule`, `unknown_item` or `aborted`.
 */
export async function whatIf(map: CrushMap, options: WhatIfOptions): Promise<WhatIfReport> {
  nativeOf(map);
  checkJob(options);
  const { index } = map;
  const request = nativeRequest(index, options);
  const threads = checkThreads(options.threads);
  const pgs = checkInteger("pgs", options.pgs ?? defaultPgs(index, request), 1, 2 ** 31 - 1);
  const out = outOsds(map, options.out ?? []);
  const reweightsAfter = nativeReweights(index, {
    ...(options.reweightsAfter ?? options.reweights),
    ...Object.fromEntries(out.map((osd) => [osd, 0])),
  });
  const report = await runJob(options, pgs, (progress) =>
    runWhatIf(nativeOf(map), request, reweightsAfter, pgs, threads, progress),
  );
  return {
    rule: { id: request.rule, name: index.rule(request.rule).name },
    size: request.size,
    ...(options.pool !== undefined && { pool: options.pool }),
    out,
    ...readReport(index, report),
  };
}

function defaultPgs(index: MapIndex, { rule, size }: { rule: number; size: number }): number {
  const reached = new Set<number>();
  for (const step of index.rule(rule).steps) {
    for (const osd of step.op === "take" ? index.devicesBelow(step.item) : []) {
      reached.add(osd);
    }
  }
  return 2 ** Math.ceil(Math.log2(Math.max(1, (reached.size * PGS_PER_OSD) / size)));
}

function readReport(
  index: MapIndex,
  report: NativeReport,
): Omit<WhatIfReport, "rule" | "size" | "pool" | "out"> {
  const pair = ([before = 0, after = 0]: number[]) => [before, after] as const;
  const [shardsPlacedBefore, shardsPlacedAfter] = pair(report.shardsPlaced);
  const [pgsShortBefore, pgsShortAfter] = pair(report.pgsShort);
  const [pgsWithHolesBefore, pgsWithHolesAfter] = pair(report.pgsWithHoles);
  const matrix = Array.from(report.movesTo, (to, at) => {
    const from = report.movesFrom[at] ?? NONE;
    return { from: from === NONE ? null : from, to, shards: report.movesShards[at] ?? 0 };
  });
  return {
    pgs: report.pgs,
    byPosition: report.byPosition,
    pgsMoved: report.pgsMoved,
    shardsMoved: report.shardsMoved,
    shardsMovedLeast: report.shardsMovedLeast,
    shardsPlacedBefore,
    shardsPlacedAfter,
    pgsShortBefore,
    pgsShortAfter,
    pgsWithHolesBefore,
    pgsWithHolesAfter,
    osds: readLoads(index, report),
    matrix,
  };
}

function readLoads(index: MapIndex, report: NativeReport): OsdLoad[] {
  const shares = (values: Float64Array) => {
    const total = values.reduce((sum, value) => sum + value, 0);
    return values.map((value) => (total > 0 ? value / total : 0));
  };
  const { pgsBefore, pgsAfter, askedBefore, askedAfter } = report;
  const [shareBefore, shareAfter] = [shares(pgsBefore), shares(pgsAfter)];
  const [shareAskedBefore, shareAskedAfter] = [shares(askedBefore), shares(askedAfter)];
  return Array.from(report.osds, (id, at) => {
    const device = index.item(id);
    return {
      id,
      name: index.name(id),
      ...(device?.class !== undefined && { class: device.class }),
      pgsBefore: pgsBefore[at] ?? 0,
      pgsAfter: pgsAfter[at] ?? 0,
      pgsAskedBefore: askedBefore[at] ?? 0,
      pgsAskedAfter: askedAfter[at] ?? 0,
      shareBefore: shareBefore[at] ?? 0,
      shareAfter: shareAfter[at] ?? 0,
      shareAskedBefore: shareAskedBefore[at] ?? 0,
      shareAskedAfter: shareAskedAfter[at] ?? 0,
    };
  });
}
