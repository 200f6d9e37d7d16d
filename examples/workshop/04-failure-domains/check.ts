import { CrushMap } from "crushlab";

interface Attempt {
  answer(map: CrushMap): number;
}

const INPUTS = 4096;

/** Counts in another way: by the buckets that the trace says were chosen. */
export async function check({ answer }: Attempt): Promise<string> {
  const map = await CrushMap.load("examples/data/hybrid.crush.txt");
  let sharing = 0;
  for (let x = 0; x < INPUTS; x += 1) {
    const { events } = map.explain({ rule: "ssd_primary", size: 3, x });
    const placed = events.flatMap((event) => (event.kind === "placed" ? [event.item] : []));
    const hosts = placed
      .filter((item) => item < 0)
      .map((item) => map.index.name(item).split("~")[0]);
    sharing += new Set(hosts).size < hosts.length ? 1 : 0;
  }
  const found = answer(map);
  if (found !== sharing) {
    throw new Error(`${found} is not what the traces of ${INPUTS} inputs say`);
  }
  return `${sharing} of ${INPUTS} inputs have two OSDs on one host: a rule with two takes.`;
}
