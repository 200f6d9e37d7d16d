import html from "../../examples/workshop/05-an-osd-dies/README.md";
import { type Lesson, stepsOf, tryAt, verdict } from "./lesson.ts";

/** Down, out, up and acting, degraded and misplaced. */
export const anOsdDies: Lesson = {
  title: "An OSD dies",
  minutes: 10,
  html,
  tries: [
    { label: "osd.5 fails", address: tryAt("remap", ["fail osd.5"]) },
    { label: "… and goes out", address: tryAt("remap", ["fail osd.5", "wait 10m"]) },
  ],
  exercise: {
    question: "osd.9 fails, and nothing else happens. How many PGs are undersized?",
    example: "12",
    check: async (answer, context) => {
      const [step] = await stepsOf(context, [{ fail: "osd.9" }]);
      const right = String(step?.summary.after.pgsUndersized ?? "");
      return verdict(answer, [right], "Let it fail in Remap, and read the report on the left.");
    },
  },
};
