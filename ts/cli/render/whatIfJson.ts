import type { OsdLoad, WhatIfReport } from "../../plan/whatIf.ts";

/** The report as `--json` prints it: names with units last, ratios from 0 to 1. */
export function whatIfJson(map: string, report: WhatIfReport): object {
  return {
    map,
    rule: report.rule,
    size: report.size,
    pool: report.pool ?? null,
    out: report.out,
    summary: summaryJson(report),
    osds: report.osds.map(osdJson),
    matrix: report.matrix,
  };
}

function summaryJson(report: WhatIfReport): object {
  const { pgs, pgsMoved, shardsMoved, shardsMovedLeast, shardsPlacedBefore } = report;
  return {
    pgs,
    pgs_moved: pgsMoved,
    pgs_moved_ratio: pgsMoved / pgs,
    shards_before: shardsPlacedBefore,
    shards_after: report.shardsPlacedAfter,
    shards_moved: shardsMoved,
    shards_moved_ratio: ratio(shardsMoved, shardsPlacedBefore),
    shards_moved_least: shardsMovedLeast,
    shards_moved_to_least_ratio: ratio(shardsMoved, shardsMovedLeast),
    pgs_short_before: report.pgsShortBefore,
    pgs_short_after: report.pgsShortAfter,
    pgs_with_holes_before: report.pgsWithHolesBefore,
    pgs_with_holes_after: report.pgsWithHolesAfter,
    compared_by_position: report.byPosition,
  };
}

function osdJson(load: OsdLoad): object {
  return {
    osd: load.id,
    name: load.name,
    class: load.class ?? null,
    pgs_before: load.pgsBefore,
    pgs_after: load.pgsAfter,
    pgs_asked_before: load.pgsAskedBefore,
    pgs_asked_after: load.pgsAskedAfter,
    share_before: load.shareBefore,
    share_after: load.shareAfter,
    share_asked_before: load.shareAskedBefore,
    share_asked_after: load.shareAskedAfter,
  };
}

/** `null` where there is nothing to compare with. */
function ratio(part: number, whole: number): number | null {
  return whole > 0 ? part / whole : null;
}
