import type { GrowthLimit, GrowthLimits, GrowthPlan, GrowthReport } from "../../plan/grow.ts";
import { bytesText } from "../../text/bytes.ts";
import { fileNames, oneDecimal, percent, plural, printable, whole } from "../../text/format.ts";
import type { GrowthFacts } from "./growthJson.ts";
import { type Align, table } from "./table.ts";
import type { Canvas, Colors } from "./terminal.ts";

/** What a cell without a value shows. */
const NONE = "–";
/** Rows of a table of months, at most. */
const ROWS_MAX = 13;

/** When a cluster is full: the dates first, then what changes move, then the months. */
export function growthText(report: GrowthReport, facts: GrowthFacts, { colors }: Canvas): string {
  const { info } = facts.cluster;
  const ratios = [info.nearfullRatio, info.backfillfullRatio, info.fullRatio].map(percent);
  const [nearfull = "", backfillfull = "", full = ""] = ratios;
  const heads = ["plan", `nearfull ${nearfull}`, `backfillfull ${backfillfull}`, `full ${full}`];
  const rows = report.plans.flatMap((plan) => [
    [printable(planName(plan)), ...limitCells(plan.limits)],
    [`  with the worst ${report.failureDomain} lost`, ...lossCells(plan)],
  ]);
  const aligns: Align[] = ["left", "left", "left", "left"];
  return [
    colors.bold(printable(`Growth: ${growthLine(facts)}`)),
    factsLine(facts),
    "",
    verdict(report),
    "",
    "When the first OSD reaches a limit, and which one",
    table(aligns, [heads.map((head) => colors.dim(head)), ...rows]),
    ...changes(report, colors),
    "",
    "How evenly OSDs are filled at the start",
    balances(report, colors),
    ...report.plans.flatMap((plan) => ["", ...months(plan, report, colors)]),
    ...missing(facts),
  ].join("\n");
}

/** What a plan is called. */
export function planName({ change }: GrowthPlan): string {
  return change === null ? "as it is" : `then ${change}`;
}

/** How pools grow, in one line. */
export function growthLine({ pools }: GrowthFacts): string {
  return Object.entries(pools)
    .map(([pool, growth]) => `${pool} ${growth}`)
    .join(", ");
}

/** A line about the cluster. */
export function factsLine({ paths, cluster }: GrowthFacts): string {
  return [
    fileNames(paths),
    `epoch ${cluster.info.epoch}`,
    plural(cluster.osds.length, "OSD"),
    plural(cluster.pools.length, "pool"),
  ].join(" · ");
}

/** The sentence that a person needs: until when to buy. */
export function verdict(report: GrowthReport): string {
  const [first] = report.plans;
  const last = report.plans.at(-1);
  if (!first || !last) {
    return "";
  }
  const sentence = (plan: GrowthPlan) => {
    const limit = (plan.limitsAfterLoss ?? plan.limits).nearfull;
    const months = plan.months.length - 1;
    if (limit === null) {
      return `not within ${plural(months, "month")}`;
    }
    return limit.months === 0 ? "now" : `${when(limit)} (osd.${limit.osd})`;
  };
  const loss = first.limitsAfterLoss ? ` with a ${report.failureDomain} lost` : "";
  const before = `  The first OSD is nearfull${loss}: ${sentence(first)}`;
  const text = last === first ? `${before}.` : `${before}; after the changes: ${sentence(last)}.`;
  return printable(text);
}

/** A time: a day, or months where no start is known. */
export function when({ date, months }: GrowthLimit): string {
  return date ?? `after ${oneDecimal(months)} months`;
}

function limitCells({ nearfull, backfillfull, full }: GrowthLimits): string[] {
  return [nearfull, backfillfull, full].map((limit) => {
    if (limit === null) {
      return NONE;
    }
    const where = [`osd.${limit.osd}`, ...(limit.lost === null ? [] : [`${limit.lost} lost`])];
    const time = limit.months === 0 ? "now" : when(limit);
    return printable(`${time} (${where.join(", ")})`);
  });
}

function lossCells({ limitsAfterLoss }: GrowthPlan): string[] {
  return limitsAfterLoss ? limitCells(limitsAfterLoss) : ["nothing left", "", ""];
}

function changes({ plans }: GrowthReport, colors: Colors): string[] {
  const rows = plans
    .slice(1)
    .map((plan) => [
      printable(plan.change ?? ""),
      bytesText(plan.movedBytes),
      plan.worst ? `${percent(plan.worst.usedRatio)} (osd.${plan.worst.osd})` : NONE,
      bytesText(plan.totalBytes),
      whole(plan.pgsShort),
    ]);
  if (rows.length === 0) {
    return [];
  }
  const heads = ["change", "moves", "fullest meanwhile", "raw size then", "short PGs"];
  const aligns: Align[] = ["left", "right", "right", "right", "right"];
  const body = table(aligns, [heads.map((head) => colors.dim(head)), ...rows]);
  return ["", "What the changes make move", body];
}

function balances({ plans }: GrowthReport, colors: Colors): string {
  const heads = [
    "plan",
    "used",
    "fullest by mean",
    "deviation",
    "OSD size",
    "OSDs",
    "PGs each",
    "fill",
  ];
  const aligns: Align[] = ["left", "right", "right", "right", "right", "right", "right", "right"];
  const rows = plans.flatMap((plan) =>
    plan.balance.sizes.map((size, at) => [
      ...(at > 0
        ? ["", "", "", ""]
        : [
            printable(planName(plan)),
            percent(plan.balance.usedRatio),
            plan.balance.fullestByMean.toFixed(2),
            percent(plan.balance.usedRatioDeviation),
          ]),
      bytesText(size.totalBytes),
      whole(size.osds),
      oneDecimal(size.pgsMean),
      percent(size.usedRatioMean),
    ]),
  );
  return table(aligns, [heads.map((head) => colors.dim(head)), ...rows]);
}

function months(plan: GrowthPlan, report: GrowthReport, colors: Colors): string[] {
  // When an OSD is full, nothing is written any more.
  const fullAt = plan.months.findIndex(({ fullest }) => (fullest?.usedRatio ?? 0) >= 1);
  const rowsUntilFull = fullAt < 0 ? plan.months : plan.months.slice(0, fullAt + 1);
  const step = Math.max(1, Math.ceil((rowsUntilFull.length - 1) / (ROWS_MAX - 1)));
  const shown = rowsUntilFull.filter(({ month }) => month % step === 0);
  const heads = [
    "month",
    "day",
    "stored",
    "used",
    "",
    "fullest",
    "",
    `a ${report.failureDomain} lost`,
    "",
  ];
  const aligns: Align[] = [
    ...(["right", "left", "right", "right", "right"] as const),
    ...(["right", "left", "right", "left"] as const),
  ];
  const rows = shown.map((row) => [
    whole(row.month),
    row.date ?? NONE,
    bytesText(row.storedBytes),
    bytesText(row.usedBytes),
    percent(row.usedRatio),
    row.fullest ? percent(row.fullest.usedRatio) : NONE,
    row.fullest ? `osd.${row.fullest.osd}` : "",
    row.fullestAfterLoss ? percent(row.fullestAfterLoss.usedRatio) : NONE,
    row.fullestAfterLoss ? printable(`osd.${row.fullestAfterLoss.osd} (${row.lost} lost)`) : "",
  ]);
  const every = step === 1 ? "Month by month" : `Every ${step} months`;
  const body = table(aligns, [heads.map((head) => colors.dim(head)), ...rows]);
  return [printable(`${every}, ${planName(plan)}`), body];
}

function missing({ cluster }: GrowthFacts): string[] {
  const notes = cluster.missing.filter(({ what }) => what !== "recorded_mappings");
  return notes.length === 0
    ? []
    : ["", ...notes.map(({ description }) => `  Missing: ${description}.`)];
}
