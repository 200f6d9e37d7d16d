import html from "../../examples/workshop/08-your-own-cluster/README.md";
import { currentStep } from "../state/state.ts";
import { type Lesson, tryAt, type Verdict } from "./lesson.ts";

/** A plan that survives a rack. */
export const yourOwnCluster: Lesson = {
  title: "Your own cluster",
  minutes: 15,
  html,
  tries: [{ label: "rack2 fails", address: tryAt("remap", ["fail rack=rack2"]) }],
  exercise: {
    question:
      "Open a cluster of your own, or any example: paste a description in YAML if you have none. " +
      "Let a rack of it fail, and look whether every PG goes on. Then come back.",
    example: "",
    check: async (_, { store }) => checkStep(currentStep(store.state)),
  },
};

function checkStep(step: ReturnType<typeof currentStep>): Verdict {
  const wrong = (message: string) => ({ isRight: false, message: `Not yet. ${message}` });
  if (!step || !/^fail rack=/.test(step.command)) {
    return wrong("The last step on the timeline is not a rack that fails.");
  }
  const { pgsPeered, pgsDown, pgsIncomplete } = step.summary.after;
  const stopped = pgsPeered + pgsDown + pgsIncomplete;
  if (stopped > 0) {
    return wrong(`${stopped} PGs take no writes without this rack. Which rule would keep them up?`);
  }
  const { pgsUndersized } = step.summary.after;
  const message = `Right: every PG goes on, ${pgsUndersized} of them with a copy less.`;
  return { isRight: true, message };
}
