import type { CompareSchemesOptions, SchemeChange, SchemeNode } from "../../ts/plan/schemes.ts";

/** What the page compares schemes by. */
export interface SchemeQuestion {
  nodes: number;
  weights: "equal" | "mixed";
  change: "add" | "fail" | "remove" | "heavier";
  replicas: number;
}

/** Fewest and most nodes: three copies need as many after one is gone, and more tire the eye. */
export const NODES_MIN = 4;
export const NODES_MAX = 100;

/** Keys to place: enough to see a tenth of a per cent. */
const KEYS = 20_000;

/** The question as the library takes it. The node that changes is in the middle. */
export function schemeOptions(question: SchemeQuestion): CompareSchemesOptions {
  const weightOf = (id: number) => (question.weights === "equal" ? 1 : 1 + (id % 3));
  const nodes = Array.from({ length: question.nodes }, (_, id) => ({ id, weight: weightOf(id) }));
  return {
    nodes,
    change: schemeChange(question, nodes, weightOf),
    keys: KEYS,
    replicas: question.replicas,
  };
}

function schemeChange(
  { change }: SchemeQuestion,
  nodes: readonly SchemeNode[],
  weightOf: (id: number) => number,
): SchemeChange {
  const id = Math.floor(nodes.length / 2);
  switch (change) {
    case "add":
      return { add: { id: nodes.length, weight: weightOf(nodes.length) } };
    case "fail":
      return { fail: id };
    case "remove":
      return { remove: id };
    case "heavier":
      return { reweight: { id, weight: 2 * weightOf(id) } };
  }
}
