import { whole } from "../../../ts/text/format.ts";
import type { StepData } from "../../engine/contract.ts";
import { element, factList } from "../../ui/dom.ts";
import { FILL_LEVELS, movementFacts, PG_COUNTS } from "./summaryFacts.ts";

/** The numbers of a step, as the command line's report gives them. */
export function stepReport(step: StepData | undefined): HTMLElement[] {
  if (!step) {
    return [
      element("h3", {}, "Nothing has happened yet"),
      element("p", {}, "Select an OSD, a host or a rack, or type one of Ceph's commands below."),
    ];
  }
  const { summary, command, notes } = step;
  const times = [summary.before, summary.after, summary.healed];
  const heads = ["PGs", "before", "after", "healed"];
  const levels = [summary.osdsByLevelBefore, summary.osdsByLevelWorst, summary.osdsByLevelAfter];
  const states = table(
    heads,
    PG_COUNTS.map(([label, count]) => [label, ...times.map(count)]),
  );
  const fills = table(
    ["OSDs", "before", "worst", "after"],
    FILL_LEVELS.map((level) => [level, ...levels.map((counts) => String(counts[level] ?? 0))]),
  );
  return [
    element("h3", {}, command),
    ...notesOf(notes),
    factList(movementFacts(summary)),
    states,
    ...(summary.hasOsdSizes ? [fills] : []),
  ];
}

/** Notes that are shown at once; many OSDs have one each. */
const NOTES_MAX = 4;

function notesOf(notes: readonly string[]): HTMLElement[] {
  const [first = "", ...more] = notes;
  if (notes.length <= NOTES_MAX) {
    return first === "" ? [] : [element("p", {}, notes.join("; "))];
  }
  const head = element("summary", {}, `${first}; and ${whole(more.length)} more notes`);
  return [element("details", { class: "notes" }, head, element("p", {}, more.join("; ")))];
}

function table(heads: readonly string[], rows: readonly (readonly string[])[]): HTMLElement {
  const cell = (text: string, at: number) => element("td", at > 0 ? { class: "number" } : {}, text);
  return element(
    "table",
    { class: "small" },
    element(
      "thead",
      {},
      element(
        "tr",
        {},
        ...heads.map((head, at) =>
          element("th", { ...(at > 0 && { class: "number" }), attributes: { scope: "col" } }, head),
        ),
      ),
    ),
    element("tbody", {}, ...rows.map((cells) => element("tr", {}, ...cells.map(cell)))),
  );
}
