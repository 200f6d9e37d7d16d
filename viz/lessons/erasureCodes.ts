import html from "../../examples/workshop/07-erasure-codes/README.md";
import { NO_OSD } from "../engine/contract.ts";
import { type Lesson, stepsOf, tryAt, verdict } from "./lesson.ts";

/** Positions, holes, and hosts that are missing. */
export const erasureCodes: Lesson = {
  title: "Erasure codes",
  minutes: 10,
  html,
  tries: [{ label: "host3 fails", address: tryAt("remap", ["fail host=host3"]) }],
  exercise: {
    question:
      "osd.10 fails. Which position of PG 3.0 (pool archive) is a hole then? The first is 0.",
    example: "2",
    check: async (answer, context) => {
      const [step] = await stepsOf(context, [{ fail: "osd.10" }]);
      const changed = step?.pgs.find(({ pgid }) => pgid === "3.0");
      const position = changed?.after?.up.indexOf(NO_OSD) ?? -1;
      return verdict(answer, [String(position)], "Follow the PG after the failure.");
    },
  },
};
