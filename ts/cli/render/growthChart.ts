import { line, scaleLinear } from "d3";
import type { GrowthPlan, GrowthReport } from "../../plan/grow.ts";
import { percent } from "../../text/format.ts";
import { planName } from "./growthText.ts";
import { escaped } from "./html.ts";

/** Fills at which limits are. */
export interface LimitRatios {
  nearfull: number;
  backfillfull: number;
  full: number;
}

const WIDTH = 960;
const HEIGHT = 420;
const MARGIN = { top: 16, right: 120, bottom: 44, left: 56 };
/** Room of a line of the legend. */
const LEGEND_LINE = 20;

/** Fill up to which curves are drawn: when an OSD is full, nothing is written any more. */
const RATIO_MAX = 1;

/** Colours that people who are colour-blind can tell apart (Okabe and Ito), by plan. */
const COLORS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9"] as const;

/** A curve of the chart. */
interface Curve {
  label: string;
  color: string;
  /** Whether it is the one after a loss. */
  isAfterLoss: boolean;
  points: [month: number, ratio: number][];
}

/** The fullest OSD over time for each plan, with limits, as SVG. */
export function growthChart(report: GrowthReport, limits: LimitRatios): string {
  const curves = report.plans.flatMap((plan, at) => curvesOf(plan, at, report.failureDomain));
  const lastMonth = Math.max(1, ...report.plans.map((plan) => plan.months.length - 1));
  const x = scaleLinear([0, lastMonth], [MARGIN.left, WIDTH - MARGIN.right]);
  const y = scaleLinear([0, RATIO_MAX], [HEIGHT - MARGIN.bottom, MARGIN.top]);
  const height = HEIGHT + LEGEND_LINE * curves.length + 8;
  const path = line<[number, number]>(
    ([month]) => round(x(month)),
    ([, ratio]) => round(y(ratio)),
  );
  return [
    `<svg viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" ` +
      'class="chart" aria-label="Fill of the fullest OSD by month, by plan">',
    STYLE,
    ...axes(report, x, y),
    ...Object.entries(limits).map(([name, ratio]) => limitLine(name, ratio, y(ratio))),
    ...curves.map(
      ({ color, isAfterLoss, label, points }) =>
        `<path class="curve" d="${path(points) ?? ""}" stroke="${color}"` +
        `${isAfterLoss ? ' stroke-dasharray="6 4"' : ""}><title>${escaped(label)}</title></path>`,
    ),
    ...curves.map(legend),
    "</svg>",
  ].join("\n");
}

const STYLE = `<style>
.chart { max-width: 100%; height: auto; }
.chart text { font: 12px system-ui, sans-serif; fill: currentColor; }
.chart .axis { stroke: currentColor; stroke-opacity: 0.5; }
.chart .grid { stroke: currentColor; stroke-opacity: 0.12; }
.chart .limit { stroke: #b00020; stroke-width: 1; stroke-dasharray: 2 3; }
.chart .curve { fill: none; stroke-width: 2.5; }
</style>`;

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function curvesOf(plan: GrowthPlan, at: number, failureDomain: string): Curve[] {
  const color = COLORS[at % COLORS.length] ?? COLORS[0];
  const points = (ratio: (month: GrowthPlan["months"][number]) => number | undefined) =>
    plan.months.flatMap((row): [number, number][] => {
      const found = ratio(row);
      return found === undefined ? [] : [[row.month, found]];
    });
  const drawn = (all: Curve["points"]) => cutAt(RATIO_MAX, all);
  const label = planName(plan);
  const both: Curve[] = [
    {
      label,
      color,
      isAfterLoss: false,
      points: drawn(points(({ fullest }) => fullest?.usedRatio)),
    },
    {
      label: `${label}, with the worst ${failureDomain} lost`,
      color,
      isAfterLoss: true,
      points: drawn(points(({ fullestAfterLoss }) => fullestAfterLoss?.usedRatio)),
    },
  ];
  return both.filter((curve) => curve.points.length > 0);
}

/** A curve up to where it first goes beyond a ratio. */
function cutAt(ratio: number, points: Curve["points"]): Curve["points"] {
  const beyond = points.findIndex(([, found]) => found > ratio);
  const [after, before] = [points[beyond], points[beyond - 1]];
  if (!after) {
    return points;
  }
  if (!before) {
    return [[after[0], ratio]];
  }
  const part = (ratio - before[1]) / (after[1] - before[1]);
  return [...points.slice(0, beyond), [before[0] + part * (after[0] - before[0]), ratio]];
}

type Scale = ReturnType<typeof scaleLinear<number, number>>;

function axes({ plans }: GrowthReport, x: Scale, y: Scale): string[] {
  const bottom = HEIGHT - MARGIN.bottom;
  const right = WIDTH - MARGIN.right;
  const rows = plans[0]?.months ?? [];
  const marks = x.ticks(8).filter((month) => Number.isInteger(month));
  return [
    ...y
      .ticks(6)
      .map(
        (ratio) =>
          `<line class="grid" x1="${MARGIN.left}" x2="${right}" y1="${round(y(ratio))}" ` +
          `y2="${round(y(ratio))}"/><text x="${MARGIN.left - 8}" y="${round(y(ratio)) + 4}" ` +
          `text-anchor="end">${percent(ratio)}</text>`,
      ),
    ...marks.map(
      (month) =>
        `<line class="axis" x1="${round(x(month))}" x2="${round(x(month))}" y1="${bottom}" ` +
        `y2="${bottom + 5}"/><text x="${round(x(month))}" y="${bottom + 20}" ` +
        `text-anchor="middle">${rows[month]?.date?.slice(0, 7) ?? month}</text>`,
    ),
    `<line class="axis" x1="${MARGIN.left}" x2="${right}" y1="${bottom}" y2="${bottom}"/>`,
    `<text x="${MARGIN.left}" y="${bottom + 38}">fill of the fullest OSD, by month</text>`,
  ];
}

function limitLine(name: string, ratio: number, at: number): string {
  const right = WIDTH - MARGIN.right;
  return (
    `<line class="limit" x1="${MARGIN.left}" x2="${right}" y1="${round(at)}" y2="${round(at)}"/>` +
    `<text x="${right + 6}" y="${round(at) + 4}">${name} ${percent(ratio)}</text>`
  );
}

function legend({ label, color, isAfterLoss }: Curve, at: number): string {
  const top = HEIGHT + at * LEGEND_LINE + 10;
  const dash = isAfterLoss ? ' stroke-dasharray="6 4"' : "";
  return (
    `<path class="curve" d="M${MARGIN.left},${top}h36" stroke="${color}"${dash}/>` +
    `<text x="${MARGIN.left + 46}" y="${top + 4}">${escaped(label)}</text>`
  );
}
