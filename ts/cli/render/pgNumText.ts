import type {
  PgNumCandidate,
  PgNumCheck,
  PgNumReport,
  PgsPerOsd,
  PoolPgNum,
} from "../../plan/pgNumReport.ts";
import { bytesText } from "../../text/bytes.ts";
import { oneDecimal, percent, plural, printable, signedPercent, whole } from "../../text/format.ts";
import { type Align, table } from "./table.ts";
import type { Canvas, Colors } from "./terminal.ts";

/** Recommended numbers of PGs: summary, what each method says, then each pool. */
export function pgNumText(report: PgNumReport, { colors, width }: Canvas): string {
  const { limits, targetPgsPerOsd, pools } = report;
  const title = `PGs for each pool: ${whole(targetPgsPerOsd)} PGs per OSD are aimed at`;
  const limit = `${limits.release}: mon_max_pg_per_osd ${whole(limits.monMaxPgPerOsd)}`;
  return [
    colors.bold(title),
    colors.dim(limit),
    "",
    summary(report, colors),
    "",
    ...spreads(report),
    "",
    colors.bold("What each method says"),
    methods(pools, colors),
    ...pools.flatMap((pool) => ["", ...poolText(pool, colors, width)]),
    "",
    ...LEGEND.flatMap((text) => wrapped(text, width)).map((line) => colors.dim(line)),
    ...(report.commands.length > 0 ? ["", colors.bold("Commands"), ...commands(report)] : []),
  ].join("\n");
}

function grid(heads: readonly string[], rows: readonly string[][], colors: Colors): string {
  const aligns = heads.map((_, at): Align => (at === 0 ? "left" : "right"));
  return table(aligns, [heads.map((head) => colors.dim(head)), ...rows]);
}

function summary({ pools }: PgNumReport, colors: Colors): string {
  const heads = ["pool", "size", "OSDs", "of the data", "PGs today", "recommended", "space lost"];
  const rows = pools.map((pool) => [
    printable(pool.name),
    pool.dataShards === null
      ? whole(pool.size)
      : `${pool.dataShards}+${pool.size - pool.dataShards}`,
    whole(pool.osds),
    percent(pool.percent / 100),
    count(pool.pgNum),
    colors.bold(whole(pool.recommendedPgNum)),
    percent(chosen(pool)?.spaceLostRatio ?? Number.NaN),
  ]);
  return grid(heads, rows, colors);
}

function spreads({ pgsPerOsdToday, pgsPerOsdRecommended }: PgNumReport): string[] {
  const line = (when: string, { min, mean, max, standardDeviation }: PgsPerOsd) =>
    `  PGs per OSD ${when}: ${whole(min)} to ${whole(max)}, mean ${oneDecimal(mean)}, ` +
    `standard deviation ${oneDecimal(standardDeviation)}`;
  return [
    ...(pgsPerOsdToday ? [line("today", pgsPerOsdToday)] : []),
    line("as recommended", pgsPerOsdRecommended),
  ];
}

function methods(pools: readonly PoolPgNum[], colors: Colors): string {
  const heads = ["pool", "classic", "keep lower", "table", "PGCalc 100", "200", "300"];
  const rows = pools.map(({ name, methods: found }) => [
    printable(name),
    count(found.classic),
    count(found.classic_keep_lower),
    count(found.table),
    count(found.pgcalc_100),
    count(found.pgcalc_200),
    count(found.pgcalc_300),
    count(found.pg_autoscaler_pacific),
    count(found.pg_autoscaler_latest),
  ]);
  return grid([...heads, "autoscaler", "latest"], rows, colors);
}

function poolText(pool: PoolPgNum, colors: Colors, width: number): string[] {
  const { hostLost } = pool;
  const lost = hostLost === null ? "a host lost" : `${printable(hostLost)} lost`;
  const heads = [
    "PGs",
    "per OSD",
    "mean",
    "dev.",
    "fullest",
    "space lost",
    "upmaps",
    "all pools",
    lost,
  ];
  const hasData = pool.candidates.some(({ bytesPerPg }) => bytesPerPg !== null);
  const hasMoves = pool.candidates.some(({ moved }) => moved !== null);
  const rows = pool.candidates.map((one) => [
    ...candidate(one, one.pgNum === pool.recommendedPgNum),
    ...(hasData ? [bytesText(Math.round(one.bytesPerPg ?? 0))] : []),
    ...(hasMoves ? [movedText(one)] : []),
  ]);
  const more = [...(hasData ? ["data a PG"] : []), ...(hasMoves ? ["moves"] : [])];
  return [
    colors.bold(`${printable(pool.name)}: ${whole(pool.recommendedPgNum)}`),
    ...sentences(pool).flatMap((text) => wrapped(printable(text), width)),
    grid([...heads, ...more], rows, colors),
  ];
}

/** What the columns of the pools' tables are. */
const LEGEND = [
  "* recommended, ! above mon_max_pg_per_osd. per OSD to dev.: this pool's PGs. space lost: what " +
    "the fullest OSD keeps from use, as CRUSH places PGs; upmaps: as far as the balancer gets. " +
    "all pools: most PGs on an OSD.",
];

const SKIPPED = {
  overlapping_roots: "its root shares OSDs with another pool's root",
  no_capacity: "the sizes of its OSDs are not known (ceph osd df tree -f json)",
  no_root: "its rule takes no bucket",
} as const;

function sentences(pool: PoolPgNum): string[] {
  const { staged, autoscalerPacific } = pool;
  const short = chosen(pool)?.pgsShort ?? 0;
  return [
    `${pool.reason}.`,
    ...(staged
      ? [
          `Managers do it in ${plural(staged.steps, "step")}: ` +
            `${plural(staged.moved.shards, "shard")} move${bytesMoved(staged.moved.bytes)}.`,
        ]
      : []),
    `Monitors up to Pacific ${checkText(pool.checkPacific)}; ` +
      `those from Quincy on ${checkText(pool.checkQuincy)}.`,
    ...(autoscalerPacific.skipped
      ? [`The autoscaler skips it: ${SKIPPED[autoscalerPacific.skipped]}.`]
      : []),
    ...(short > 0 ? [`${plural(short, "PG")} get fewer than ${pool.size} OSDs.`] : []),
  ];
}

function bytesMoved(bytes: number): string {
  return bytes > 0 ? `, ${bytesText(bytes)}` : "";
}

/** Lines of words that are no wider than this where words allow it, indented by two. */
function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width) {
      lines[lines.length - 1] = `${last} ${word}`;
    } else {
      lines.push(`  ${word}`);
    }
  }
  return lines;
}

function candidate(one: PgNumCandidate, isChosen: boolean): string[] {
  const { pgsPerOsd, fullestOsd } = one;
  const flagged = ({ max }: PgsPerOsd, isWithin: boolean) => `${whole(max)}${isWithin ? "" : " !"}`;
  return [
    `${whole(one.pgNum)}${isChosen ? " *" : ""}`,
    `${whole(pgsPerOsd.min)}–${whole(pgsPerOsd.max)}`,
    oneDecimal(pgsPerOsd.mean),
    oneDecimal(pgsPerOsd.standardDeviation),
    fullestOsd ? `osd.${fullestOsd.osd} ${signedPercent(fullestOsd.ratio - 1)}` : "–",
    percent(one.spaceLostRatio),
    percent(one.spaceLostUpmapRatio),
    flagged(one.pgsPerOsdAllPools, one.isWithinMax),
    flagged(one.pgsPerOsdAllPoolsHostLost, one.isWithinMaxHostLost),
  ];
}

function movedText({ moved }: PgNumCandidate): string {
  if (!moved) {
    return "–";
  }
  return moved.bytes > 0 ? bytesText(moved.bytes) : plural(moved.shards, "shard");
}

function checkText({ isAllowed, pgReplicas, pgReplicasMax, osds }: PgNumCheck): string {
  const most = `${whole(pgReplicasMax)} copies of PGs on ${whole(osds)} OSDs`;
  return `${isAllowed ? "take" : "refuse"} it, ${whole(pgReplicas)} of at most ${most}`;
}

function chosen({ candidates, recommendedPgNum }: PoolPgNum): PgNumCandidate | undefined {
  return candidates.find(({ pgNum }) => pgNum === recommendedPgNum);
}

function count(value: number | null): string {
  return value === null ? "–" : whole(value);
}

function commands({ commands: lines }: PgNumReport): string[] {
  return lines.map((line) => `  ${printable(line)}`);
}
