import type {
  AmountRange,
  Bottleneck,
  RecoveryGain,
  RecoveryOsd,
  RecoveryReport,
} from "../../plan/recoveryReport.ts";
import { bytesText } from "../../text/bytes.ts";
import { durationText } from "../../text/duration.ts";
import { oneDecimal, percent, plural, printable, UNKNOWN, whole } from "../../text/format.ts";
import type { ClusterFacts } from "./capacityJson.ts";
import { recoveryChart } from "./recoveryChart.ts";
import { type Align, table } from "./table.ts";
import type { Canvas, Colors } from "./terminal.ts";
import { factsLines, wrapped } from "./wrapped.ts";

/** Rows of a list at most. */
const ROWS_MAX = 8;
/** Moments that are told at most. */
const MOMENTS_MAX = 16;

/** How long until a cluster is whole again, its course, and who holds it up. */
export function recoveryText(
  report: RecoveryReport,
  facts: ClusterFacts,
  { colors }: Canvas,
): string {
  const sections = [
    factsLines(facts, `${plural(report.pgs, "PG")} to look after`),
    momentLines(report, colors),
    timeLines(report, colors),
    recoveryChart(report.curves),
    bottleneckLines(report),
    gainLines(report, colors),
    osdLines(report.osds, colors),
    toofullLines(report),
    assumptionLines(report),
  ];
  const shown = sections.filter((lines) => lines.length > 0);
  return shown.map((lines) => lines.join("\n")).join("\n\n");
}

function momentLines({ moments }: RecoveryReport, colors: Colors): string[] {
  if (moments.length === 0) {
    return [];
  }
  const rows = moments
    .slice(0, MOMENTS_MAX)
    .map(({ atSeconds, text }) => [durationText(atSeconds), printable(text)]);
  const more = moments.length - rows.length;
  const rest = more > 0 ? [["", colors.dim(`and ${whole(more)} more`)]] : [];
  return ["What happens", table(["right", "left"], [...rows, ...rest])];
}

function timeLines(report: RecoveryReport, colors: Colors): string[] {
  const { orders } = report;
  const rows: [string, AmountRange | null][] = [
    ["every PG serves clients", report.activeSeconds],
    ["no PG is one loss from losing data", report.secondCopySeconds],
    ["no PG lacks a copy", report.undegradedSeconds],
    ["every PG is clean", report.cleanSeconds],
    ["nothing moves any more", report.settledSeconds],
  ];
  const time = (range: AmountRange | null) =>
    range === null
      ? ["never", "", ""]
      : [range.low, range.median, range.high].map((seconds) => durationText(seconds));
  const heads = ["until", "least", "median", "most"].map((head) => colors.dim(head));
  const aligns: Align[] = ["left", "right", "right", "right"];
  const { mostMovingPgs: most, meanMovingPgs: mean, movedBytes } = report;
  return [
    `How long it takes (${plural(orders, "order")} of PGs, each with rates of its own)`,
    table(aligns, [heads, ...rows.map(([text, range]) => [text, ...time(range)])]),
    ...wrapped(
      `${bytesText(movedBytes.median)} are copied, by ${whole(most.median)} PGs at once at most ` +
        `and ${oneDecimal(mean.median)} on average.`,
      "  ",
    ),
  ];
}

/** What parts of the time are called. */
const KINDS: Readonly<Record<Bottleneck["kind"], string>> = {
  local_slot: "local slots (osd_max_backfills): PGs it is primary of",
  remote_slot: "remote slots (osd_max_backfills): PGs that it takes",
  last_pg: "the PG that ends last, by itself",
  start: "before anything is copied: detection, out, peering",
  retry: "PGs that were refused wait to ask again",
  recovery_sleep: "osd_recovery_sleep as the primary",
  recovery_max_active: "osd_recovery_max_active as the primary",
  device: "its device",
  scheduler_recovery: "what mClock gives to recovery",
  scheduler_best_effort: "what mClock gives to data that only moves",
  network_out: "what its network sends",
  network_in: "what its network receives",
};

function bottleneckLines({ bottlenecks, paces }: RecoveryReport): string[] {
  const rows = (list: readonly Bottleneck[]) =>
    table(
      ["right", "right", "left"],
      list
        .slice(0, ROWS_MAX)
        .map((one) => [durationText(one.seconds), percent(one.ratio), bottleneckText(one)]),
    );
  return [
    ...(bottlenecks.length > 0 ? ["What the median's time goes to", rows(bottlenecks)] : []),
    ...(paces.length > 0 ? ["What keeps copying from being faster then", rows(paces)] : []),
  ];
}

function bottleneckText({ kind, osd, host }: Bottleneck): string {
  const owner = osd === null ? host : `osd.${osd}`;
  return owner === null ? KINDS[kind] : `${printable(owner)}: ${KINDS[kind]}`;
}

function gainLines({ gains, settledSeconds }: RecoveryReport, colors: Colors): string[] {
  if (gains.length === 0 || settledSeconds.high === 0) {
    return [];
  }
  const row = ({ what, settledSeconds: after, factor }: RecoveryGain) => [
    durationText(after.median),
    `${factor.toFixed(2)} times as fast`,
    printable(what),
  ];
  const reasons = new Set(gains.flatMap(({ reason }) => (reason === null ? [] : [reason])));
  const slower = [...reasons].map((reason) => `slower: ${reason}`);
  return [
    "What else would give",
    table(["right", "left", "left"], gains.slice(0, ROWS_MAX).map(row)),
    ...slower.flatMap((line) => wrapped(colors.dim(line), "  ")),
  ];
}

function osdLines(osds: readonly RecoveryOsd[], colors: Colors): string[] {
  if (osds.length === 0) {
    return [];
  }
  const size = (bytes: number | null) => (bytes === null ? UNKNOWN : bytesText(bytes));
  const row = (one: RecoveryOsd) => [
    `osd.${one.osd}`,
    size(one.startBytes),
    size(one.peakBytes),
    one.peakRatio === null ? UNKNOWN : percent(one.peakRatio),
    one.peakAtSeconds === null ? UNKNOWN : durationText(one.peakAtSeconds),
    size(one.endBytes),
    bytesText(one.receivedBytes),
  ];
  const heads = ["", "used", "peak", "of it", "after", "end", "gets"];
  const aligns: Align[] = ["left", "right", "right", "right", "right", "right", "right"];
  const shown = osds.slice(0, ROWS_MAX);
  return [
    `How full OSDs become (${whole(shown.length)} of ${whole(osds.length)}, the fullest first)`,
    table(aligns, [heads.map((head) => colors.dim(head)), ...shown.map(row)]),
  ];
}

function toofullLines({ toofull, orders }: RecoveryReport): string[] {
  if (toofull.length === 0) {
    return [];
  }
  const told = toofull
    .slice(0, ROWS_MAX)
    .map(({ pg, simulations }) =>
      simulations === orders ? pg : `${pg} (in ${whole(simulations)} of ${whole(orders)})`,
    );
  const more = toofull.length - told.length;
  const rest = more > 0 ? ` and ${whole(more)} more` : "";
  return wrapped(`Wait for room in the end: ${told.join(", ")}${rest}.`, "");
}

function assumptionLines({ assumptions }: RecoveryReport): string[] {
  const lines = assumptions.flatMap(({ name, value, source }) =>
    wrapped(`${name} ${value}: ${printable(source)}`, "  "),
  );
  return ["Reckoned with", ...lines];
}
