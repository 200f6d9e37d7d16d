import { spawn } from "node:child_process";
import { describe, expect, it } from "vitest";
import { type CrushlabError, CrushMap } from "../../ts/index.ts";
import { ROOT } from "../support/sources.ts";

/** Two devices for three replicas, and two billion tries for each. */
function endless(rule: string, tunables = ""): string {
  return `
tunable choose_local_tries 0
tunable choose_local_fallback_tries 0
${tunables}
device 0 osd.0
device 1 osd.1
device 2 osd.2
type 0 osd
type 1 root
root default { id -1 alg straw2 hash 0
  item osd.0 weight 1.0
  item osd.1 weight 1.0
  item osd.2 weight 1.0 }
rule data { id 0 type replicated ${rule} step emit }`;
}

/** Of these reweights, the least that keeps a device in is in for almost no input. */
const OPTIONS = { rule: "data", size: 3, reweights: { 2: 1 / 65_536 } };

const RULES = [
  [
    "the tunable",
    endless(
      "step take default step choose firstn 0 type osd",
      "tunable choose_total_tries 2147483647",
    ),
  ],
  [
    "set_choose_tries",
    endless("step set_choose_tries 2147483647 step take default step choose indep 0 type osd"),
  ],
  ["a count", endless("step take default step choose firstn 661913400 type osd")],
  [
    "local tries",
    endless(
      "step take default step choose firstn 0 type osd",
      "tunable choose_local_tries 2147483647",
    ),
  ],
] as const;

async function codeOf(work: () => unknown): Promise<string | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    return (error as CrushlabError).code;
  }
}

describe("rules that do not come to an end", () => {
  it.each(RULES)("are refused with one clear error: %s", async (name, text) => {
    const map = CrushMap.fromText(text);
    // Local tries are for collisions alone: more replicas than devices, and all of these in.
    const options = name === "local tries" ? { rule: "data", size: 4 } : OPTIONS;
    expect(await codeOf(() => map.place({ ...options, x: 1 }))).toBe("too_much_work");
    expect(await codeOf(() => map.placeMany({ ...options, to: 10 }))).toBe("too_much_work");
  });

  it("are left as soon as the signal says so", async () => {
    const map = CrushMap.fromText(RULES[0][1]);
    const controller = new AbortController();
    const work = map.placeMany({ ...OPTIONS, to: 100_000, signal: controller.signal });
    controller.abort();
    expect(await codeOf(() => work)).toBe("aborted");
  });

  it("do not keep a process from its end", async () => {
    const script = `
      import { CrushMap } from "crushlab";
      const map = CrushMap.fromText(${JSON.stringify(RULES[0][1])});
      map.placeMany(${JSON.stringify({ ...OPTIONS, to: 4_000_000 })}).catch(() => {});
      setTimeout(() => process.exit(3), 20);`;
    const args = ["--input-type=module", "-e", script];
    const child = spawn(process.execPath, args, { cwd: ROOT, stdio: "ignore" });
    const code = await new Promise((resolve) => child.on("close", resolve));
    expect(code).toBe(3);
  });

  it("are a clear line of the command", async () => {
    const { crushlab } = await import("../support/cli.ts");
    const args = ["explain", "-", "--rule", "data", "--size", "4", "--x", "1"];
    const { exitCode, stderr } = await crushlab(args, { stdin: RULES[0][1] });
    expect(stderr).toMatch(/^crushlab: a rule does not come to an end: .*choose_total_tries/);
    expect(exitCode).toBe(2);
  });
});
