import type { SchemeReport } from "../../../ts/plan/schemes.ts";
import { percent, UNKNOWN, whole } from "../../../ts/text/format.ts";
import { areaAt } from "../../layout/area.ts";
import {
  NODES_MAX,
  NODES_MIN,
  type SchemeQuestion,
  schemeOptions,
} from "../../layout/schemeQuestion.ts";
import { choice, element, type Facts, segments } from "../../ui/dom.ts";
import { errorText } from "../../ui/errorText.ts";
import { Figure, type Parts } from "../../ui/figure.ts";
import type { View, ViewContext } from "../view.ts";
import { balanceChart, costChart, movesChart, type SchemeChart, type SchemeHit } from "./scenes.ts";

type Form = "moves" | "balance" | "cost";

/** CRUSH beside what others use, on the same nodes. */
export const compareView: View = {
  name: "compare",
  title: "Compare",
  hasTimeline: false,
  needsCluster: false,
  mount: (context) => {
    const view = new CompareView(context);
    return () => view.destroy();
  },
};

/** What each scheme is, in a sentence. */
const SCHEMES: Readonly<Record<SchemeReport["scheme"], string>> = {
  straw2: "CRUSH: every item draws a straw by its own weight; the best wins.",
  straw: "CRUSH before 2015: straws whose lengths depend on all weights of the bucket.",
  tree: "CRUSH: a walk down a binary tree of weights.",
  list: "CRUSH: the newest item first; each takes its share or passes on.",
  uniform: "CRUSH: a permutation of items of one weight.",
  modulo: "The hash modulo the number of nodes.",
  ring: "A ring with a hundred places for each unit of weight.",
  rendezvous: "Every node draws for every key; the best draw wins.",
  jump: "Jump consistent hash: no table, no weights, the last node goes first.",
  maglev: "A table in which every node has its share of the places.",
  elastic: "One range of hashes for each node, as in Gluster.",
};

const NOTES: Readonly<Record<Form, string>> = {
  moves: "One block for each node: keys that stay are pale, keys that move are not.",
  balance: "One dot for each node, before the change. At 100 % it holds what its weight asks for.",
  cost: "Tables are what a client has to keep; a rendezvous or straw2 draw asks every node.",
};

class CompareView {
  readonly #context: ViewContext;
  readonly #figure: Figure<SchemeHit>;
  readonly #unsubscribe: () => void;
  #form: Form = "moves";
  #question: SchemeQuestion = { nodes: 10, weights: "equal", change: "add", replicas: 1 };
  #reports: readonly SchemeReport[] = [];
  /** Counts questions, so that a late answer to an old one is dropped. */
  #requests = 0;

  constructor(context: ViewContext) {
    this.#context = context;
    const help = "Arrow up and down walk through the schemes, left and right through the nodes.";
    this.#figure = new Figure(
      { title: "Compare", fileName: "compare", help, theme: context.theme },
      () => this.#draw(),
    );
    this.#figure.tools.append(this.#forms(), ...this.#choices());
    context.root.append(this.#figure.root);
    this.#unsubscribe = context.store.subscribe((state, before) => {
      if (state.theme !== before.theme) {
        this.#draw();
      }
    });
    void this.#ask({});
  }

  destroy(): void {
    this.#requests = -1;
    this.#unsubscribe();
    this.#figure.destroy();
  }

  #forms(): HTMLElement {
    const forms = [
      { value: "moves", label: "What moves" },
      { value: "balance", label: "Balance" },
      { value: "cost", label: "Cost" },
    ] as const;
    return segments<Form>("Drawing", forms, this.#form, (form) => {
      this.#form = form;
      this.#draw();
    });
  }

  #choices(): HTMLElement[] {
    const { nodes, weights, change, replicas } = this.#question;
    const attributes = { type: "number", min: NODES_MIN, max: NODES_MAX, value: nodes };
    const count = element("input", { attributes });
    count.addEventListener("change", () => {
      const asked = Math.round(Number(count.value)) || nodes;
      const bounded = Math.min(NODES_MAX, Math.max(NODES_MIN, asked));
      count.value = String(bounded);
      void this.#ask({ nodes: bounded });
    });
    const copies = ["1", "2", "3"].map((value) => ({ value, label: value }));
    return [
      element("label", { class: "choice" }, element("span", {}, "Nodes"), count),
      choice<SchemeQuestion["weights"]>(
        "Weights",
        [
          { value: "equal", label: "equal" },
          { value: "mixed", label: "1, 2, 3" },
        ],
        weights,
        (chosen) => void this.#ask({ weights: chosen }),
      ),
      choice<SchemeQuestion["change"]>(
        "What happens",
        [
          { value: "add", label: "a node comes" },
          { value: "fail", label: "a node fails" },
          { value: "remove", label: "a node goes for good" },
          { value: "heavier", label: "a node doubles its weight" },
        ],
        change,
        (chosen) => void this.#ask({ change: chosen }),
      ),
      choice("Copies", copies, String(replicas), (chosen) => {
        void this.#ask({ replicas: Number(chosen) });
      }),
    ];
  }

  async #ask(part: Partial<SchemeQuestion>): Promise<void> {
    this.#question = { ...this.#question, ...part };
    this.#requests += 1;
    const request = this.#requests;
    try {
      const reports = await this.#context.engine.compareSchemes(schemeOptions(this.#question));
      if (request === this.#requests) {
        this.#reports = reports;
        this.#figure.mark(undefined);
        this.#draw();
      }
    } catch (error) {
      this.#context.store.update({ error: `the schemes cannot be compared: ${errorText(error)}` });
    }
  }

  #draw(): void {
    const { width, height } = this.#figure.size;
    if (this.#reports.length === 0 || width === 0 || height === 0) {
      return;
    }
    const theme = this.#context.theme();
    const draw = { moves: movesChart, balance: balanceChart, cost: costChart }[this.#form];
    const chart = draw({ theme, width, height }, this.#reports);
    this.#figure.show(chart.scene, this.#parts(chart));
    const legend = {
      moves: [
        { colour: theme.blank, label: "keys that stay" },
        { colour: theme.accent, label: "keys that move" },
      ],
      balance: [{ colour: theme.accent, label: "a node" }],
      cost: [{ colour: theme.accent, label: "hashes" }],
    };
    this.#figure.setLegend("Schemes", legend[this.#form], [NOTES[this.#form]]);
    this.#figure.setTable(() => this.#table());
    if (this.#figure.marked === undefined) {
      const least = this.#reports[0]?.leastShare ?? 0;
      this.#figure.setReadout("All schemes", [
        ["Keys", whole((this.#reports[0]?.copies ?? 0) / this.#question.replicas)],
        ["Copies of each", whole(this.#question.replicas)],
        ["Least that can move", percent(least)],
      ]);
    }
  }

  #parts({ hits }: SchemeChart): Parts<SchemeHit> {
    const { theme } = { theme: this.#context.theme() };
    const isSame = (a: SchemeHit, b: SchemeHit) => a.x === b.x && a.y === b.y;
    return {
      at: (x, y) => areaAt(hits, x, y),
      describe: ({ report, group }) => ({
        title: group ? `${report.scheme}, node ${group.node}` : report.scheme,
        facts: [...groupFacts(group), ...reportFacts(report)],
      }),
      outline: ({ x, y, width, height }) => [
        { kind: "rect", x, y, width, height, fill: "none", stroke: theme.ink, strokeWidth: 1.5 },
      ],
      next: (hit, direction) => {
        if (!hit) {
          return hits[0];
        }
        if (direction === "left" || direction === "right") {
          const place = hits.findIndex((one) => isSame(one, hit));
          return hits[place + (direction === "left" ? -1 : 1)] ?? hit;
        }
        const others = hits.filter((one) => (direction === "up" ? one.y < hit.y : one.y > hit.y));
        return direction === "up" ? (others.at(-1) ?? hit) : (others[0] ?? hit);
      },
    };
  }

  #table() {
    return {
      caption: "Schemes on the same nodes: what moves, how even it is, what a lookup costs",
      columns: [
        { head: "scheme" },
        { head: "moved", isNumber: true },
        { head: "least", isNumber: true },
        { head: "fullest before", isNumber: true },
        { head: "fullest after", isNumber: true },
        { head: "standard deviation", isNumber: true },
        { head: "hashes a lookup", isNumber: true },
        { head: "reads a lookup", isNumber: true },
        { head: "table (bytes)", isNumber: true },
        { head: "what it is" },
      ],
      rows: this.#reports.map((report) => [
        report.scheme,
        percent(report.movedShare),
        percent(report.leastShare),
        percent(report.fullestBefore),
        percent(report.fullestAfter),
        percent(report.deviationBefore),
        report.hashesPerLookup.toFixed(1),
        report.readsPerLookup.toFixed(1),
        whole(report.tableBytes),
        SCHEMES[report.scheme],
      ]),
    };
  }
}

function groupFacts(group: SchemeHit["group"]): Facts {
  if (!group) {
    return [];
  }
  const targets = [...new Set(group.movedTo)].map((node) => (node < 0 ? "nobody" : String(node)));
  const shown = targets.length > 6 ? `${targets.length} nodes` : targets.join(", ");
  return [
    ["Keys drawn that move", whole(group.movedTo.length)],
    ["to node", shown === "" ? UNKNOWN : shown],
  ];
}

function reportFacts(report: SchemeReport): Facts {
  return [
    ["What it is", SCHEMES[report.scheme]],
    ["Follows weights", report.followsWeights ? "yes" : "no"],
    ["Moved", percent(report.movedShare)],
    ["Least", percent(report.leastShare)],
    ["Fullest before", percent(report.fullestBefore)],
    ["Fullest after", percent(report.fullestAfter)],
    ["Hashes a lookup", report.hashesPerLookup.toFixed(1)],
    ["Reads a lookup", report.readsPerLookup.toFixed(1)],
    ["Table", `${whole(report.tableBytes)} B`],
  ];
}
