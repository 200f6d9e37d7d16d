import type { OsdChange } from "../../clusterReport.ts";
import type { Comparison } from "../../compare.ts";
import type { Simulation } from "../../simulate.ts";
import { bytesText } from "./bytes.ts";
import { MOVEMENT_ROWS, STATES } from "./comparisonText.ts";
import { percent, plural, signedWhole, whole } from "./format.ts";
import { bar, escaped, htmlPage, htmlTable, type Markup } from "./html.ts";

/** Moves that the page lists. */
const MOVES_MAX = 500;

/** What changes do to a cluster, as one page without any other file. */
export function simulationHtml(
  { steps, total }: Simulation,
  question: string,
  facts: string,
  name: (id: number) => string,
): string {
  const all = steps.length > 1 ? [section("All steps together", [], total, name)] : [];
  const each = steps.map((step, at) =>
    section(`Step ${at + 1}: ${step.command}`, step.notes, step, name),
  );
  return htmlPage(question, [
    `<h1>${escaped(question)}</h1>`,
    `<p>${escaped(facts)}</p>`,
    ...all,
    ...each,
  ]);
}

function section(
  title: string,
  notes: readonly string[],
  found: Comparison,
  name: (id: number) => string,
): string {
  const list = notes.map((note) => `<li>${escaped(note)}</li>`).join("");
  return [
    `<h2>${escaped(title)}</h2>`,
    ...(list === "" ? [] : [`<ul>${list}</ul>`]),
    movement(found),
    states(found),
    osds(found, name),
    moves(found, name),
  ].join("\n");
}

function movement({ summary }: Comparison): string {
  const isKnown = summary.dataBasis !== "unknown";
  const rows = MOVEMENT_ROWS.map(([label, count, bytes]) => [
    label,
    whole(count(summary)),
    isKnown && bytes ? bytesText(bytes(summary)) : "",
  ]);
  const note = isKnown
    ? ""
    : "<p>The data is not known: PGs and shards are counted, not bytes.</p>";
  return `${htmlTable(["What moves", "count", "bytes"], rows)}${note}`;
}

function states({ summary }: Comparison): string {
  const times = [summary.before, summary.after, summary.healed];
  const rows = STATES.map(([label, count]) => [
    label.trim(),
    ...times.map((sums) => whole(count(sums))),
  ]);
  return htmlTable(["PGs and objects", "before", "right after", "when all has moved"], rows);
}

function osds({ osds: all }: Comparison, name: (id: number) => string): string {
  const most = all.reduce((max, osd) => Math.max(max, osd.pgsBefore, osd.pgsAfter), 1);
  const rows = all.map((osd): (string | Markup)[] => [
    name(osd.osd),
    whole(osd.pgsBefore),
    whole(osd.pgsAfter),
    signedWhole(osd.pgsAfter - osd.pgsBefore),
    bar(osd.pgsAfter / most, osd.pgsBefore / most, `${osd.pgsAfter} PGs, ${osd.pgsBefore} before`),
    ...fill(osd),
  ]);
  const heads = ["OSD", "PGs before", "after", "change", "after (mark: before)"];
  const fills = ["fill before", "worst", "after", "worst (mark: before)"];
  const title = `<h3>${plural(all.length, "OSD")}</h3>`;
  return `${title}\n${htmlTable([...heads, ...fills], rows)}`;
}

function fill({ fill: found }: OsdChange): (string | Markup)[] {
  if (!found) {
    return ["–", "–", "–", "–"];
  }
  const { beforeRatio, worstRatio, afterRatio } = found;
  const texts = [beforeRatio, worstRatio, afterRatio].map(percent);
  return [...texts, bar(worstRatio, beforeRatio, `${texts[1]} at worst, ${texts[0]} before`)];
}

function moves({ moves: all }: Comparison, name: (id: number) => string): string {
  const text = (id: number | null) => (id === null ? "nowhere" : name(id));
  const rows = all
    .slice(0, MOVES_MAX)
    .map(({ from, to, shards, bytes }) => [
      text(from),
      text(to),
      whole(shards),
      bytes > 0 ? bytesText(bytes) : "",
    ]);
  const shown = rows.length < all.length ? `${whole(rows.length)} of ${whole(all.length)}` : "all";
  const title = `<h3>Where shards go (${shown})</h3>`;
  return `${title}\n${htmlTable(["from", "to", "shards", "bytes"], rows)}`;
}
