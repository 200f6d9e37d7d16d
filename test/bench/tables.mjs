// What was measured, for people: medians, with least and most behind them.

import Table from "cli-table3";

const TIMES = "times crushtool";
const BY_PROCESSOR = "by processor time";

/** All tables of a run. */
export function tables({ machine, parts, targets }) {
  const { processor, vectors, threads, node, crushtool, date } = machine;
  const head = `${processor} (${vectors.join(", ")}), ${threads} threads, Node ${node}, ${date}`;
  const sections = [`${head}\nagainst crushtool ${crushtool}; medians [least to most]`];
  for (const [part, found] of Object.entries(parts)) {
    sections.push(`${part}\n${SHOWN[part](found)}`);
  }
  const rows = targets.map(({ name, must, aim, measured, by_processor: busy, reached }) => [
    ...[name, must, aim, brief(measured), busy === undefined ? "" : brief(busy), reached],
  ]);
  const titles = ["target (worst case)", "must", "aim", "measured", BY_PROCESSOR, "reached"];
  sections.push(table(titles, rows));
  return sections.join("\n\n");
}

const SHOWN = {
  kernels: (cases) =>
    table(
      ["map", "rule", "reweights", "kernel", "threads", "mappings/s", TIMES, BY_PROCESSOR],
      cases.flatMap((found) => [
        [...caseOf(found), "crushtool", 1, shown(found.crushtool.per_second), "", ""],
        ...found.kernels.map(({ path, threads, per_second, ratio, processor_ratio: busy }) => [
          ...caseOf(found),
          path,
          threads,
          shown(per_second),
          shown(ratio),
          busy ? shown(busy) : "",
        ]),
      ]),
    ),
  tools: (cases) =>
    table(
      ["map", "rule", "crushtool, mappings/s", "crushlab, mappings/s", TIMES, BY_PROCESSOR],
      cases.map(({ map, rule, crushtool, crushlab }) => [
        ...[map, rule, shown(crushtool.per_second), shown(crushlab.per_second)],
        ...[shown(crushlab.ratio), shown(crushlab.processor_ratio)],
      ]),
    ),
  webassembly: (cases) =>
    table(
      ["map", "rule", "crushtool, mappings/s", "WebAssembly, mappings/s", TIMES, BY_PROCESSOR],
      cases.map(({ map, rule, crushtool, wasm }) => [
        ...[map, rule, shown(crushtool.per_second), shown(wasm.per_second)],
        ...[shown(wasm.ratio), shown(wasm.processor_ratio)],
      ]),
    ),
  incremental: (cases) =>
    table(
      [
        "change",
        "PGs changed",
        "placed",
        "all again, ms",
        "shortcut, ms",
        "times faster",
        BY_PROCESSOR,
      ],
      cases.map((found) => [
        ...[found.change, found.pgs_changed, found.pgs_placed],
        ...[shown(found.full_milliseconds), shown(found.shortcut_milliseconds)],
        ...[shown(found.ratio), found.processor_ratio ? shown(found.processor_ratio) : ""],
      ]),
    ),
  cluster: amounts,
  sweep: amounts,
  first_mapping: amounts,
};

function caseOf({ map, rule, reweights }) {
  return [map, rule, reweights ? "some" : "none"];
}

function amounts(found) {
  const rows = Object.entries(found).map(([name, value]) => [
    name.replaceAll("_", " "),
    typeof value === "number" ? value : shown(value),
  ]);
  return table(["", ""], rows);
}

function shown({ median, least, most }) {
  return `${brief(median)} [${brief(least)} to ${brief(most)}]`;
}

/** A number with three digits. */
function brief(value) {
  for (const [unit, name] of [
    [1e6, "M"],
    [1e3, "k"],
  ]) {
    if (Math.abs(value) >= unit) {
      return `${(value / unit).toPrecision(3)}${name}`;
    }
  }
  return Number(value.toPrecision(3)).toString();
}

function table(head, rows) {
  const made = new Table({ head, style: { head: [], border: [], compact: true } });
  made.push(...rows);
  return made.toString();
}
