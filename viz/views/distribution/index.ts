import { bytesText } from "../../../ts/text/bytes.ts";
import { oneDecimal, percent, signedPercent, UNKNOWN, whole } from "../../../ts/text/format.ts";
import {
  type Imbalance,
  imbalanceOf,
  type Load,
  loadsOf,
  type Measure,
  shardBytes,
} from "../../layout/loads.ts";
import { deviationLegend } from "../../scene/scale.ts";
import { currentSnapshot } from "../../state/state.ts";
import { choice, element, type Facts, factList, segments } from "../../ui/dom.ts";
import { Figure, type Parts } from "../../ui/figure.ts";
import type { View, ViewContext } from "../view.ts";
import {
  barChart,
  type Chart,
  type ChartInk,
  type Hit,
  histogramChart,
  matrixChart,
} from "./scenes.ts";

type Form = "osds" | "histogram" | "matrix";
type Order = "tree" | "deviation" | "value";

const NOTES: Readonly<Record<Form, string>> = {
  osds: "One column an OSD; narrower than a pixel they share one, and the furthest off shows.",
  histogram: "How many OSDs are how far off.",
  matrix: "One row a pool, one column an OSD.",
};

/** What OSDs hold against what the weights ask them to hold. */
export const distributionView: View = {
  name: "distribution",
  title: "Distribution",
  hasTimeline: true,
  needsCluster: true,
  mount: (context) => {
    const view = new DistributionView(context);
    return () => view.destroy();
  },
};

class DistributionView {
  readonly #context: ViewContext;
  readonly #figure: Figure<Hit>;
  readonly #number = element("div", { class: "panel" });
  readonly #choices = element("span", { class: "tools" });
  readonly #unsubscribe: () => void;
  #form: Form = "osds";
  #measure: Measure = "pgs";
  #order: Order = "tree";
  #pool: number | null = null;

  constructor(context: ViewContext) {
    this.#context = context;
    const help = "Arrow left and right walk through the columns.";
    this.#figure = new Figure(
      { title: "Distribution", fileName: "distribution", help, theme: context.theme },
      () => this.#draw(),
    );
    this.#figure.side.prepend(this.#number);
    this.#figure.tools.append(
      segments<Form>(
        "Drawing",
        [
          { value: "osds", label: "OSDs" },
          { value: "histogram", label: "Histogram" },
          { value: "matrix", label: "Matrix" },
        ],
        this.#form,
        (form) => {
          this.#form = form;
          this.#draw();
        },
      ),
      this.#choices,
    );
    context.root.append(this.#figure.root);
    this.#unsubscribe = context.store.subscribe((state, before) => {
      const isOther = currentSnapshot(state) !== currentSnapshot(before);
      if (isOther || state.theme !== before.theme) {
        this.#renew();
      }
    });
    this.#renew();
  }

  destroy(): void {
    this.#unsubscribe();
    this.#figure.destroy();
  }

  get #snapshot() {
    return currentSnapshot(this.#context.store.state);
  }

  #renew(): void {
    const pools = this.#snapshot?.pools ?? [];
    if (this.#pool !== null && this.#pool >= pools.length) {
      this.#pool = null;
    }
    const hasBytes = pools.some((pool) => shardBytes(pool) !== undefined);
    this.#measure = hasBytes ? this.#measure : "pgs";
    const measures = [
      { value: "pgs", label: "PGs" },
      ...(hasBytes ? [{ value: "bytes", label: "bytes" } as const] : []),
    ] as const;
    const orders = [
      { value: "tree", label: "id" },
      { value: "deviation", label: "deviation" },
      { value: "value", label: "what they hold" },
    ] as const;
    const named = pools.map(({ name }, at) => ({ value: String(at), label: name }));
    const change = (apply: () => void) => {
      apply();
      this.#draw();
    };
    this.#choices.replaceChildren(
      choice<Measure>("Count", measures, this.#measure, (measure) =>
        change(() => {
          this.#measure = measure;
        }),
      ),
      choice("Pool", [{ value: "", label: "all" }, ...named], String(this.#pool ?? ""), (pool) =>
        change(() => {
          this.#pool = pool === "" ? null : Number(pool);
        }),
      ),
      choice<Order>("Order by", orders, this.#order, (order) =>
        change(() => {
          this.#order = order;
        }),
      ),
    );
    this.#draw();
  }

  #draw(): void {
    const snapshot = this.#snapshot;
    const { width, height } = this.#figure.size;
    if (!snapshot || width === 0 || height === 0) {
      return;
    }
    const loads = ordered(loadsOf(snapshot, this.#measure, this.#pool), this.#order);
    const ink: ChartInk = {
      measure: this.#measure,
      theme: this.#context.theme(),
      width,
      height,
      title: `${this.#measure === "pgs" ? "PGs" : "Bytes"} by OSD against what the weights ask for`,
    };
    const chart = this.#chart(ink, loads);
    this.#figure.show(chart.scene, this.#parts(chart, ink));
    const line = { colour: ink.theme.ink, label: "line: what the weights ask for" };
    this.#figure.setLegend(
      "Beyond what the weights ask for",
      [...(this.#form === "osds" ? [line] : []), ...deviationLegend(ink.theme)],
      [NOTES[this.#form]],
    );
    this.#drawNumber(imbalanceOf(loads));
    this.#figure.setTable(() => this.#table(loads));
    this.#figure.setReadout("All OSDs", this.#facts(loads));
  }

  #chart(ink: ChartInk, loads: readonly Load[]): Chart {
    const snapshot = this.#snapshot;
    switch (this.#form) {
      case "osds":
        return barChart(ink, loads);
      case "histogram":
        return histogramChart(ink, loads);
      case "matrix": {
        const place = new Map(loads.map(({ osd }, at) => [osd.id, at]));
        const rows = (snapshot?.pools ?? []).flatMap((pool, at) =>
          snapshot && (this.#pool === null || this.#pool === at)
            ? [{ pool, loads: byPlace(loadsOf(snapshot, this.#measure, at), place) }]
            : [],
        );
        return matrixChart(ink, rows);
      }
    }
  }

  #parts({ at, hits }: Chart, { theme }: ChartInk): Parts<Hit> {
    return {
      at,
      describe: ({ loads, label }) => ({ title: label, facts: this.#facts(loads) }),
      outline: ({ x, y, width, height }) => [
        { kind: "rect", x, y, width, height, stroke: theme.ink, strokeWidth: 1.5 },
      ],
      next: (hit, direction) => {
        const place = hit ? hits.findIndex((one) => one.x === hit.x && one.y === hit.y) : -1;
        const step = direction === "left" || direction === "up" ? -1 : 1;
        return hits[Math.min(hits.length - 1, Math.max(0, place + step))];
      },
      choose: ({ loads }) => {
        const [only, ...more] = loads;
        this.#context.store.update({ selected: only && more.length === 0 ? only.osd.id : null });
      },
    };
  }

  #facts(loads: readonly Load[]): Facts {
    const text = this.#measure === "pgs" ? whole : bytesText;
    const exact = this.#measure === "pgs" ? oneDecimal : bytesText;
    const value = loads.reduce((sum, load) => sum + load.value, 0);
    const asked = loads.reduce((sum, load) => sum + load.asked, 0);
    return [
      ["OSDs", whole(loads.length)],
      [this.#measure === "pgs" ? "PGs" : "Bytes", text(value)],
      ["Asked by weights", exact(asked)],
      ["Deviation", asked > 0 ? signedPercent(value / asked - 1) : UNKNOWN],
    ];
  }

  #drawNumber({ standard, most, least }: Imbalance): void {
    const end = (load: Load | undefined) =>
      load ? `${load.osd.name} ${signedPercent(load.deviation ?? 0)}` : UNKNOWN;
    this.#number.replaceChildren(
      element("h3", {}, "Imbalance"),
      element("p", { class: "big-number" }, percent(standard)),
      element("p", {}, "standard deviation from what the weights ask for"),
      factList([
        ["Fullest", end(most)],
        ["Emptiest", end(least)],
      ]),
    );
  }

  #table(loads: readonly Load[]) {
    const text = this.#measure === "pgs" ? whole : bytesText;
    const name = this.#measure === "pgs" ? "PGs" : "bytes";
    return {
      caption: `${name} by OSD; the imbalance is ${percent(imbalanceOf(loads).standard)}`,
      columns: [
        { head: "OSD" },
        { head: "class" },
        { head: name, isNumber: true },
        { head: "asked", isNumber: true },
        { head: "deviation", isNumber: true },
        ...(this.#snapshot?.pools ?? []).map((pool) => ({
          head: `PGs of ${pool.name}`,
          isNumber: true,
        })),
      ],
      rows: loads.map(({ osd, value, asked, deviation }) => [
        osd.name,
        osd.class ?? UNKNOWN,
        text(value),
        this.#measure === "pgs" ? oneDecimal(asked) : bytesText(asked),
        deviation === null ? UNKNOWN : signedPercent(deviation),
        ...osd.pgsByPool.map(whole),
      ]),
    };
  }
}

function ordered(loads: Load[], order: Order): Load[] {
  switch (order) {
    case "tree":
      return loads;
    case "deviation":
      return loads.toSorted((a, b) => (b.deviation ?? -1) - (a.deviation ?? -1));
    case "value":
      return loads.toSorted((a, b) => b.value - a.value);
  }
}

function byPlace(loads: readonly Load[], place: ReadonlyMap<number, number>): Load[] {
  return loads.toSorted((a, b) => (place.get(a.osd.id) ?? 0) - (place.get(b.osd.id) ?? 0));
}
