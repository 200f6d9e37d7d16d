import type { Comparison } from "../../change/compare.ts";
import type { ClusterSummary, OsdChange, PgSums } from "../../cluster/clusterReport.ts";
import { bytesText } from "../../text/bytes.ts";
import { percent, plural, printable, signedWhole, whole } from "../../text/format.ts";
import { matrixText } from "./matrixText.ts";
import { table } from "./table.ts";
import type { Canvas } from "./terminal.ts";

/** How to draw a comparison. */
export interface ComparisonCanvas extends Canvas {
  /** OSDs, and rows of the matrix, to show. */
  top: number;
  /** Bucket type of the matrix; OSDs without one. */
  by?: string;
  /** Name of an OSD or bucket. */
  name: (id: number) => string;
}

/** The comparison for a person: summary, worst OSDs, from-to matrix. */
export function comparisonText(found: Comparison, canvas: ComparisonCanvas): string {
  return [comparisonSummary(found, canvas), ...details(found, canvas)].join("\n\n");
}

/** The summary alone. */
export function comparisonSummary(found: Comparison, canvas: ComparisonCanvas): string {
  return [movementTable(found, canvas), stateTable(found, canvas)].join("\n\n");
}

/** Rows of the table of what moves: what they are called, how many, and how many bytes. */
export const MOVEMENT_ROWS: readonly [
  label: string,
  count: (summary: ClusterSummary) => number,
  bytes?: (summary: ClusterSummary) => number,
][] = [
  ["PGs that change", ({ pgsChanged }) => pgsChanged],
  ["PGs that move", ({ pgsMoved }) => pgsMoved],
  ["Shards that move", ({ shardsMoved }) => shardsMoved, ({ movedBytes }) => movedBytes],
  ["  rebuilt", ({ shardsRebuilt }) => shardsRebuilt, ({ rebuiltBytes }) => rebuiltBytes],
  [
    "  least possible",
    ({ shardsMovedLeast }) => shardsMovedLeast,
    ({ movedBytesLeast }) => movedBytesLeast,
  ],
];

function movementTable({ summary }: Comparison, { colors }: Canvas): string {
  const { dataBasis, pgsAfter, shardsMovedRatio } = summary;
  const hasData = dataBasis !== "unknown";
  const about = dataBasis === "estimated" ? "about " : "";
  const last = MOVEMENT_ROWS.length - 1;
  const rows = MOVEMENT_ROWS.map(([label, count, bytes], at) => {
    const text = whole(count(summary));
    const isExcess = at === last && shardsMovedRatio !== null;
    const excess = isExcess ? `what moves is ${shardsMovedRatio.toFixed(2)} times that` : "";
    return [
      label,
      label.endsWith("that move") ? colors.bold(text) : text,
      hasData && bytes ? `${about}${bytesText(bytes(summary))}` : "",
      at === 0 ? `of ${whole(pgsAfter)}` : excess,
    ];
  });
  const note = hasData ? "" : "\n  The data is not known: PGs and shards are counted, not bytes.";
  return `${table(["left", "right", "right", "left"], rows)}${note}`;
}

/** Rows of the table of states: what they are called, and which are bad news. */
export const STATES: readonly [label: string, count: (sums: PgSums) => number, isBad: boolean][] = [
  ["PGs active", ({ pgsActive }) => pgsActive, false],
  ["  clean", ({ pgsClean }) => pgsClean, false],
  ["  undersized", ({ pgsUndersized }) => pgsUndersized, true],
  ["  degraded", ({ pgsDegraded }) => pgsDegraded, true],
  ["  remapped", ({ pgsRemapped }) => pgsRemapped, false],
  ["  below min_size", ({ pgsPeered }) => pgsPeered, true],
  ["  without room", ({ pgsBackfillToofull }) => pgsBackfillToofull, true],
  ["  down", ({ pgsDown }) => pgsDown, true],
  ["  incomplete", ({ pgsIncomplete }) => pgsIncomplete, true],
  ["  sharing a failure domain", (sums) => sums.pgsSharingFailureDomain, true],
  ["  outside of their rule", ({ pgsOutsideRule }) => pgsOutsideRule, true],
  ["Object copies", ({ objectCopies }) => objectCopies, false],
  ["  degraded", ({ degradedObjectCopies }) => degradedObjectCopies, true],
  ["  misplaced", ({ misplacedObjectCopies }) => misplacedObjectCopies, false],
];

/** Rows that are shown although all is 0. */
const ALWAYS = 2;

function stateTable({ summary }: Comparison, { colors }: Canvas): string {
  const times = [summary.before, summary.after, summary.healed];
  const rows = STATES.filter(
    ([, count], at) => at < ALWAYS || times.some((sums) => count(sums) > 0),
  ).map(([label, count, isBad]) => [
    label,
    ...times.map((sums) => {
      const text = whole(count(sums));
      return isBad && count(sums) > 0 ? colors.red(text) : text;
    }),
  ]);
  const head = ["", "before", "right after", "when all has moved"].map((one) => colors.dim(one));
  const grid = table(["left", "right", "right", "right"], [head, ...rows]);
  return [grid, ...staysText(summary).map((line) => `  ${line}`)].join("\n");
}

/** What does not move in the end, and what keeps it. */
function staysText(summary: ClusterSummary): string[] {
  const { healed, heldBy, pgsHeld, backfillToofullShards, backfillToofullBytes } = summary;
  const toofull = healed.pgsBackfillToofull;
  const size = summary.dataBasis === "unknown" ? "" : `, ${bytesText(backfillToofullBytes)}`;
  const shards = `${plural(backfillToofullShards, "shard")}${size}`;
  return [
    ...(toofull > 0
      ? [`${plural(toofull, "PG finds", "PGs find")} no room: ${shards} cannot be copied.`]
      : []),
    ...(pgsHeld > 0
      ? [`${plural(pgsHeld, "PG is", "PGs are")} held by ${heldBy.join(", ")}.`]
      : []),
  ];
}

function details(found: Comparison, canvas: ComparisonCanvas): string[] {
  const moves = canvas.by === undefined ? found.moves : found.movesBy(canvas.by);
  const matrix = moves.map(({ from, to, shards }) => ({ from, to, shards }));
  const shardsMoved = matrix.reduce((sum, { shards }) => sum + shards, 0);
  return [
    osdTable(found, canvas),
    ...(matrix.length > 0 ? [matrixText({ matrix, shardsMoved, name: canvas.name }, canvas)] : []),
  ];
}

/** A column of the table of OSDs. */
interface Column {
  head: string;
  align: "left" | "right";
  cell: (osd: OsdChange) => string;
}

function osdTable({ osds, summary }: Comparison, canvas: ComparisonCanvas): string {
  const { colors, top } = canvas;
  const hasFill = summary.hasOsdSizes && summary.dataBasis !== "unknown";
  const worst = osds.toSorted((a, b) => compareOsds(b, a) || a.osd - b.osd).slice(0, top);
  const columns = osdColumns(canvas, hasFill);
  const title = hasFill ? "Fullest OSDs at the worst moment" : "OSDs that receive most";
  const grid = table(
    columns.map(({ align }) => align),
    [
      columns.map(({ head }) => colors.dim(head)),
      ...worst.map((osd) => columns.map(({ cell }) => cell(osd))),
    ],
  );
  return `${colors.bold(`${title} (${worst.length} of ${plural(osds.length, "OSD")})`)}\n${grid}`;
}

/** Fuller ones are greater; without fill, those that receive more. */
function compareOsds(a: OsdChange, b: OsdChange): number {
  return (
    (a.fill?.worstRatio ?? 0) - (b.fill?.worstRatio ?? 0) ||
    a.shardsReceived - b.shardsReceived ||
    a.pgsAfter - b.pgsAfter
  );
}

function osdColumns({ colors, name }: ComparisonCanvas, hasFill: boolean): Column[] {
  const right = (head: string, cell: Column["cell"]): Column => ({ head, align: "right", cell });
  const fill = (head: string, at: "before" | "worst" | "after") =>
    right(head, ({ fill: found }) => {
      if (!found) {
        return "–";
      }
      const level = found[`${at}Level`];
      const text = percent(found[`${at}Ratio`]);
      const paint = level === "nearfull" ? colors.yellow : colors.red;
      return level === "below" ? text : paint(text);
    });
  return [
    { head: "OSD", align: "left", cell: ({ osd }) => printable(name(osd)) },
    right("PGs before", ({ pgsBefore }) => whole(pgsBefore)),
    right("after", ({ pgsAfter }) => whole(pgsAfter)),
    right("change", ({ pgsBefore, pgsAfter }) => signedWhole(pgsAfter - pgsBefore)),
    right("received", ({ shardsReceived }) => whole(shardsReceived)),
    ...(hasFill
      ? [
          right("bytes", ({ receivedBytes }) => bytesText(receivedBytes)),
          fill("fill before", "before"),
          fill("worst", "worst"),
          fill("after", "after"),
          right("limit", ({ fill: found }) =>
            found && found.worstLevel !== "below" ? found.worstLevel : "",
          ),
        ]
      : []),
  ];
}
