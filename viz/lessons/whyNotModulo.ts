import html from "../../examples/workshop/02-why-not-modulo/README.md";
import { schemeOptions } from "../layout/schemeQuestion.ts";
import { type Lesson, verdict } from "./lesson.ts";

/** Rings, tables, elastic hashing, CRUSH. */
export const whyNotModulo: Lesson = {
  title: "Why not modulo?",
  minutes: 15,
  html,
  tries: [{ label: "Compare the schemes", address: "view=compare" }],
  exercise: {
    question:
      "Twenty nodes of one weight, one copy of each key. A node fails. Of all schemes but " +
      "modulo, which one moves the most keys?",
    example: "ring",
    check: async (answer, { engine }) => {
      const question = { nodes: 20, weights: "equal", change: "fail", replicas: 1 } as const;
      const reports = await engine.compareSchemes(schemeOptions(question));
      const others = reports.filter(({ scheme }) => scheme !== "modulo");
      const [most] = others.toSorted((a, b) => b.movedShare - a.movedShare);
      return verdict(answer, [most?.scheme ?? ""], "Set 20 nodes and “a node fails” in Compare.");
    },
  },
};
