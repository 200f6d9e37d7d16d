import { objectHash } from "crushlab";

/** The number of the PG that an object falls into, in a pool with `pgNum` PGs. */
export function answer(name: string, pgNum: number): number {
  const hash = objectHash(name);
  throw new Error(`from hash ${hash} and ${pgNum} PGs to the PG's number: that is your part`);
}
