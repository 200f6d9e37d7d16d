import { Cluster, simulate } from "crushlab";

interface Attempt {
  answer: string;
}

const STORED_BYTES = 200e12;
const FILL_MAX = 0.85;
/** What the sizes of PGs may be rounded by. */
const ROUNDING = 1e-6;

/** Lets each rack fail and be given up, and looks at what is left. */
export async function check({ answer }: Attempt): Promise<string> {
  const bytes = new TextEncoder().encode(answer);
  const cluster = await Cluster.read([{ name: "your cluster", bytes }]);
  const stored = cluster.pool("data").storedBytes ?? 0;
  if (stored < STORED_BYTES * (1 - ROUNDING)) {
    throw new Error(`the pool data stores ${(stored / 1e12).toFixed(0)} TB: expected 200`);
  }
  const racks = cluster.crush.buckets.filter(
    ({ type, shadowOf }) => type === "rack" && shadowOf === undefined,
  );
  if (racks.length === 0) {
    throw new Error("there is no rack");
  }
  let worst = 0;
  for (const { name, id } of racks) {
    const osds = cluster.crush.index.devicesBelow(id).join(" ");
    const { steps } = await simulate(cluster, [{ fail: { rack: name } }, `ceph osd out ${osds}`], {
      pgs: false,
    });
    const [failed, out] = steps.map(({ summary }) => summary);
    const stopped = (failed?.after.pgsPeered ?? 0) + (failed?.after.pgsDown ?? 0);
    const short = out?.healed.pgsUndersized ?? 0;
    const fills = steps.flatMap((step) => step.osds.map(({ fill }) => fill?.afterRatio ?? 0));
    worst = Math.max(worst, ...fills);
    if (stopped > 0 || short > 0 || worst > FILL_MAX) {
      const fill = `${(worst * 100).toFixed(1)} %`;
      throw new Error(`without ${name}: ${stopped} PGs stop, ${short} stay short, fullest ${fill}`);
    }
  }
  const fullest = `${(worst * 100).toFixed(1)} %`;
  return `Any of ${racks.length} racks may fail; the fullest OSD ends at ${fullest}.`;
}
