import html from "../../examples/workshop/04-failure-domains/README.md";
import { type Lesson, tryAt, verdict, withWorkshop } from "./lesson.ts";

const POOL = 1;
const SEED = 42;

/** Rules, collisions, shadow trees. */
export const failureDomains: Lesson = {
  title: "Failure domains",
  minutes: 15,
  html,
  tries: [
    { label: "See the tree", address: tryAt("cluster") },
    { label: "Follow a PG with collisions", address: tryAt("pg") },
  ],
  exercise: {
    question:
      "The object holiday.jpg of the pool photos: how many winners had to be refused before its " +
      "PG had three racks?",
    example: "2",
    check: async (answer, context) => {
      const refused = await withWorkshop(context, async ({ snapshot }, engine) => {
        const { trace } = await engine.explain(snapshot.handle, POOL, SEED);
        return trace.events.filter(({ kind }) => kind === "refused").length;
      });
      return verdict(answer, [String(refused)], "The panel beside the straws counts them.");
    },
  },
};
