import pc from "picocolors";
import type { FilledOsd, GrowthLimit, GrowthPlan, GrowthReport } from "../../plan/grow.ts";
import { bytesText } from "../../text/bytes.ts";
import { percent, whole } from "../../text/format.ts";
import type { ReportHead } from "../reportHead.ts";
import { growthChart } from "./growthChart.ts";
import type { GrowthFacts } from "./growthJson.ts";
import { factsLine, growthLine, planName, verdict, when } from "./growthText.ts";
import { headLines } from "./headText.ts";
import { escaped, htmlPage, htmlTable } from "./html.ts";

/** Pages have no escape sequences of a terminal. */
const NO_COLORS = pc.createColors(false);

/** When a cluster is full, as one page without any other file. */
export function growthHtml(report: GrowthReport, facts: GrowthFacts, head: ReportHead): string {
  const title = `Growth: ${growthLine(facts)}`;
  const { nearfullRatio, backfillfullRatio, fullRatio } = facts.cluster.info;
  const limits = { nearfull: nearfullRatio, backfillfull: backfillfullRatio, full: fullRatio };
  return htmlPage(title, [
    `<h1>${escaped(title)}</h1>`,
    ...headLines(head, NO_COLORS).map((line) => `<p>${escaped(line)}</p>`),
    `<p>${escaped(factsLine(facts))}</p>`,
    `<p><strong>${escaped(verdict(report).trim())}</strong></p>`,
    growthChart(report, limits),
    "<h2>When the first OSD reaches a limit</h2>",
    dates(report),
    ...changes(report),
    ...report.plans.flatMap((plan) => months(plan, report)),
  ]);
}

function dates({ plans, failureDomain }: GrowthReport): string {
  const rows = plans.flatMap((plan) =>
    [
      { label: planName(plan), limits: plan.limits },
      { label: `… with the worst ${failureDomain} lost`, limits: plan.limitsAfterLoss },
    ].map(({ label, limits }) => [
      label,
      limitText(limits?.nearfull),
      limitText(limits?.backfillfull),
      limitText(limits?.full),
    ]),
  );
  return htmlTable(["plan", "nearfull", "backfillfull", "full"], rows);
}

function limitText(limit: GrowthLimit | null | undefined): string {
  if (!limit) {
    return "–";
  }
  const lost = limit.lost === null ? "" : `, ${limit.lost} lost`;
  const domain = limit.domain === null ? "" : ` on ${limit.domain}`;
  return `${limit.months === 0 ? "now" : when(limit)}: osd.${limit.osd}${domain}${lost}`;
}

function changes({ plans }: GrowthReport): string[] {
  return plans.slice(1).flatMap((plan) => {
    const facts = [
      ["bytes that OSDs receive", bytesText(plan.movedBytes)],
      ["fullest OSD meanwhile", plan.worst ? percent(plan.worst.usedRatio) : "–"],
      ["raw size then", bytesText(plan.totalBytes)],
      ["fullest OSD by mean", plan.balance.fullestByMean.toFixed(2)],
      ["PGs short of an OSD", whole(plan.pgsShort)],
    ];
    const sizes = plan.balance.sizes.map((size) => [
      bytesText(size.totalBytes),
      whole(size.osds),
      size.pgsMean.toFixed(1),
      percent(size.usedRatioMean),
      percent(size.usedRatioMax),
    ]);
    return [
      `<h2>${escaped(planName(plan))}</h2>`,
      htmlTable(["what the change does", ""], facts),
      htmlTable(["OSD size", "OSDs", "PGs each", "fill", "fullest"], sizes),
      `<pre>${escaped(plan.commands.join("\n"))}</pre>`,
    ];
  });
}

function months(plan: GrowthPlan, { failureDomain }: GrowthReport): string[] {
  const rows = plan.months.map((row) => [
    whole(row.month),
    row.date ?? "–",
    bytesText(row.storedBytes),
    bytesText(row.usedBytes),
    percent(row.usedRatio),
    filled(row.fullest),
    `${filled(row.fullestAfterLoss)}${row.lost === null ? "" : `, ${row.lost} lost`}`,
  ]);
  const heads = [
    "month",
    "day",
    "stored",
    "used",
    "",
    "fullest OSD",
    `worst ${failureDomain} lost`,
  ];
  return [`<h2>Month by month, ${escaped(planName(plan))}</h2>`, htmlTable(heads, rows)];
}

function filled(osd: FilledOsd | null): string {
  return osd ? `${percent(osd.usedRatio)} osd.${osd.osd}` : "–";
}
