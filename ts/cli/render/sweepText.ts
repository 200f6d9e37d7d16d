import type {
  CopysetLoss,
  Copysets,
  RequirementCheck,
  SweepFailure,
  SweepReport,
  SweepType,
} from "../../plan/sweepReport.ts";
import { bytesText } from "../../text/bytes.ts";
import { fileNames, percent, plural, printable, whole } from "../../text/format.ts";
import type { ClusterHead } from "../reportHead.ts";
import { type Align, table } from "./table.ts";
import type { Canvas, Colors } from "./terminal.ts";

/** What a cell without a value shows. */
const NONE = "–";

/** Digits of a share that is small. */
const DIGITS = 3;

/** Verdicts as the table has them. */
const VERDICTS: Record<SweepFailure["verdict"], string> = {
  lost: "loses data",
  inactive: "stops IO",
  undersized: "stays short",
  too_full: "no room",
  healed: "heals",
};

/** A sweep: what a person needs to know first, then the worst failures. */
export function sweepText(
  head: ClusterHead,
  report: SweepReport,
  { colors, top }: Canvas & { top: number },
): string {
  const sections = [
    [...report.types.flatMap((swept) => sentences(swept, colors)), factsLine(head, report)],
    requirementLines(report.requirements, colors),
    failureTable(report, top, colors),
    copysetLines(report.copysets, colors),
    notes(report),
  ];
  return sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n");
}

function sentences(swept: SweepType, colors: Colors): string[] {
  const { sentence, pairsSentence, type, goesOutByItself } = swept;
  const own = [sentence, ...(pairsSentence === null ? [] : [pairsSentence])];
  const lines = own.map((text) => {
    const line = printable(`${text.charAt(0).toUpperCase()}${text.slice(1)}.`);
    return colors.bold(line);
  });
  const nobody = `  Ceph marks no whole ${type} out by itself`;
  return goesOutByItself
    ? lines
    : [...lines, `${nobody}: until an operator does, nothing is rebuilt.`];
}

function factsLine({ cluster, epoch }: ClusterHead, { start, failures }: SweepReport): string {
  return [
    fileNames(cluster),
    `epoch ${epoch}`,
    plural(start.pgs, "PG"),
    plural(failures.length, "failure"),
  ].join(" · ");
}

function requirementLines(checks: readonly RequirementCheck[], colors: Colors): string[] {
  return checks.map(({ text, isMet, checked, failing, worst, isSample }) => {
    const sample = isSample ? " in the sample" : "";
    const result = isMet
      ? `met by ${whole(checked)} of ${whole(checked)}${sample}`
      : `not met by ${whole(failing)} of ${whole(checked)}${sample}, the worst is ${worst}`;
    const line = printable(`Required: ${text}: ${result}`);
    return isMet ? line : colors.bold(line);
  });
}

/** A column: its head, and what it shows of a failure. */
type Column = [head: string, align: Align, cell: (failure: SweepFailure) => string];

function failureTable(report: SweepReport, top: number, colors: Colors): string[] {
  const columns = failureColumns(report);
  const shown = report.failures.slice(0, top);
  const rows = shown.map((failure) => columns.map(([, , cell]) => cell(failure)));
  const heads = columns.map(([head]) => colors.dim(head));
  const count = `${whole(shown.length)} of ${whole(report.failures.length)}`;
  return [
    `Worst failures (${count})`,
    table(
      columns.map(([, align]) => align),
      [heads, ...rows],
    ),
  ];
}

function failureColumns({ dataBasis, hasFill, failures }: SweepReport): Column[] {
  const bytes = (value: number | null) => (value === null ? NONE : bytesText(value));
  const amount = (shards: number, value: number | null) =>
    dataBasis === "unknown" ? plural(shards, "shard") : bytes(value);
  const left: Column[] = [
    ["failed", "left", ({ failed }) => printable(failed)],
    ["", "left", ({ verdict }) => VERDICTS[verdict]],
    ["undersized", "right", ({ pgsUndersized }) => whole(pgsUndersized)],
    ["below min", "right", ({ pgsBelowMinSize }) => whole(pgsBelowMinSize)],
    ["lost", "right", ({ pgsLost }) => whole(pgsLost)],
    ["rebuild", "right", (one) => amount(one.rebuildShards, one.rebuildBytes)],
    ["stay short", "right", ({ pgsUndersizedHealed }) => whole(pgsUndersizedHealed)],
  ];
  const full: Column[] = [
    ["fullest", "left", ({ fullestOsd }) => (fullestOsd === null ? NONE : `osd.${fullestOsd}`)],
    ["", "right", ({ fullestRatio }) => (fullestRatio === null ? NONE : percent(fullestRatio))],
  ];
  const most: Column[] = [
    ["most PGs", "left", ({ mostPgsOsd }) => (mostPgsOsd === null ? NONE : `osd.${mostPgsOsd}`)],
    ["", "right", ({ mostPgs }) => whole(mostPgs)],
  ];
  const waits: Column[] = [
    ["no room for", "right", (one) => amount(one.backfillToofullShards, one.backfillToofullBytes)],
  ];
  const wanted: Column[] = [
    [
      "with room",
      "right",
      ({ fullestWantedRatio: ratio }) => (ratio === null ? NONE : percent(ratio)),
    ],
  ];
  const more = someWait(failures) ? [...waits, ...(hasFill ? wanted : [])] : [];
  return [...left, ...(hasFill ? full : most), ...more];
}

function someWait(failures: readonly SweepFailure[]): boolean {
  return failures.some(({ pgsBackfillToofull }) => pgsBackfillToofull > 0);
}

function copysetLines(copysets: Copysets | null, colors: Colors): string[] {
  if (!copysets) {
    return [];
  }
  const { pgs, osds, copysets: sets, scatterWidthMean, losses } = copysets;
  const heads = ["OSDs lost at once", "ways", "of them lose data", ""].map((text) =>
    colors.dim(text),
  );
  const rows = losses.map((loss) => [
    whole(loss.osdsLost),
    loss.combinations < 1e9 ? whole(loss.combinations) : loss.combinations.toExponential(2),
    shareText(loss.share),
    boundsText(loss),
  ]);
  const width = whole(Math.round(scatterWidthMean));
  const heading =
    `Copysets: ${plural(pgs, "PG")} on ${plural(sets, "set")} of OSDs; ` +
    `each of ${plural(osds, "OSD")} shares data with ${width} others`;
  return [heading, ...(rows.length > 0 ? [table(LOSS_ALIGNS, [heads, ...rows])] : [])];
}

const LOSS_ALIGNS: readonly Align[] = ["right", "right", "right", "left"];

function boundsText({ method, shareLow, shareHigh }: CopysetLoss): string {
  return method === "exact" ? "exactly" : `${shareText(shareLow)} to ${shareText(shareHigh)}`;
}

/** A share that may be very small. */
function shareText(share: number): string {
  return share === 0 || share >= 0.01
    ? percent(share)
    : `${Number((share * 100).toPrecision(DIGITS))} %`;
}

function notes({ dataBasis, hasFill, start, failures }: SweepReport): string[] {
  const wanted = someWait(failures) ? "; with room: were there room for all that moves" : "";
  const fill = hasFill
    ? `Fill is what an OSD reaches once healed${wanted}.`
    : "How full OSDs get is not known: sizes of OSDs or the data of some pool are missing.";
  const basis = {
    counted: "Bytes are those that the cluster counted in each PG.",
    estimated: "Bytes are estimates: each PG's share of what its pool holds.",
    unknown: "The data of some pool is not known, so shards are counted, not bytes.",
  }[dataBasis];
  const before =
    start.pgsUndersized > 0
      ? [`Before any failure ${plural(start.pgsUndersized, "PG")} lack OSDs; they are counted in.`]
      : [];
  return [...before, basis, fill];
}
