import type { Cluster, TraceEvent } from "crushlab";

interface Draw {
  item: number;
  hash: number;
  weight: number;
}

interface Attempt {
  answer(draws: readonly Draw[]): number;
}

/** Compares with every draw of every PG of a pool, after one disk became twice as heavy. */
export function check({ answer }: Attempt, cluster: Cluster): string {
  const uneven = cluster.run("ceph osd crush reweight osd.9 14.55");
  const { id, pgNum } = uneven.pool("photos");
  let buckets = 0;
  for (let seed = 0; seed < pgNum; seed += 1) {
    for (const { draws, winner } of contests(uneven.explain(`${id}.${seed.toString(16)}`).events)) {
      buckets += 1;
      const found = answer(draws);
      if (found !== winner) {
        const seen = draws.map(({ item, hash, weight }) => `${item}: ${hash} / ${weight}`);
        throw new Error(`${winner} wins, not ${found}, among ${seen.join(", ")}`);
      }
    }
  }
  return `Your straws choose as CRUSH does in all ${buckets} buckets.`;
}

/** The draws of each bucket that was entered, and who won. */
function* contests(events: readonly TraceEvent[]): Generator<{ draws: Draw[]; winner: number }> {
  let draws: Draw[] = [];
  for (const event of events) {
    if (event.kind === "enter") {
      draws = [];
    } else if (event.kind === "draw") {
      draws.push(event);
    } else if (event.kind === "chose") {
      yield { draws, winner: event.item };
    }
  }
}
