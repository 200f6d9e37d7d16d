import { beforeAll, describe, expect, it } from "vitest";
import {
  buildCounted,
  COUNTED_KERNELS,
  compiler,
  countInstructions,
  missingForCounting,
  RECORDED,
} from "../bench/instructions.mjs";

const missing = missingForCounting();
if (missing) {
  process.stdout.write(`SKIPPED: instructions of the kernels: ${missing}\n`);
}

/** Another compiler may do better or worse without anybody's fault. */
const GROWTH_MAX = compiler() === RECORDED.rustc ? 1.03 : 1.25;

describe.skipIf(missing)(`instructions of a few mappings${missing && `: ${missing}`}`, () => {
  beforeAll(buildCounted, 600_000);

  it.each(COUNTED_KERNELS)(
    "do not grow with the kernel %s",
    (kernel) => {
      const recorded = RECORDED.instructions[kernel] ?? Number.NaN;
      // Where less is needed now: node test/bench/instructions.mjs
      expect(countInstructions(kernel) / recorded).toBeLessThan(GROWTH_MAX);
    },
    300_000,
  );
});
