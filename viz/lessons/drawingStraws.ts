import html from "../../examples/workshop/03-drawing-straws/README.md";
import { type Lesson, tryAt, verdict, withWorkshop } from "./lesson.ts";

const POOL = 1;
const SEED = 9;

/** Weights, and why straw2 moves so little. */
export const drawingStraws: Lesson = {
  title: "Drawing straws",
  minutes: 15,
  html,
  tries: [
    { label: "See the straws", address: tryAt("pg") },
    {
      label: "Make a disk heavier",
      address: tryAt("remap", ["ceph osd crush reweight osd.9 14.55"]),
    },
  ],
  exercise: {
    question:
      "Take PG 9 of the pool photos (tick “this is a PG's number”). Which rack has the longest " +
      "way to 0, so that it comes last, in the first draw?",
    example: "rack2",
    check: async (answer, context) => {
      const loser = await withWorkshop(context, async ({ snapshot }, engine) => {
        const { trace } = await engine.explain(snapshot.handle, POOL, SEED);
        const from = trace.events.findIndex(({ kind }) => kind === "enter");
        const to = trace.events.findIndex(({ kind }) => kind === "chose");
        const draws = trace.events
          .slice(from, to)
          .flatMap((event) => (event.kind === "draw" ? [event] : []));
        const straw = ({ draw }: (typeof draws)[number]) => draw.value ?? -Infinity;
        const [last] = draws.toSorted((a, b) => straw(a) - straw(b));
        return snapshot.tree.find(({ id }) => id === last?.item)?.name ?? "";
      });
      const plain = loser.replace(/~.*/, "");
      return verdict(answer, [plain, loser], "It is the shortest of the three bars.");
    },
  },
};
