import { compareSchemes } from "crushlab";

interface Attempt {
  answer(nodes: number): number;
}

/** What 100,000 keys may be off by. */
const TOLERANCE = 0.005;

/** Compares the formula with what 100,000 keys do. */
export async function check({ answer }: Attempt): Promise<string> {
  const seen: string[] = [];
  for (const count of [2, 10, 50]) {
    const nodes = Array.from({ length: count }, (_, id) => ({ id, weight: 1 }));
    const change = { add: { id: count, weight: 1 } };
    const [report] = await compareSchemes({ nodes, change, schemes: ["modulo"] });
    const moved = report?.movedShare ?? Number.NaN;
    const found = answer(count);
    if (!(Math.abs(found - moved) < TOLERANCE)) {
      throw new Error(
        `from ${count} to ${count + 1} nodes ${percent(moved)} moved, not ${percent(found)}`,
      );
    }
    seen.push(`${percent(moved)} from ${count} to ${count + 1} nodes`);
  }
  return `Modulo hashing moved ${seen.join(", ")}.`;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
