import { objectHash } from "crushlab";

/** The number of the PG that an object falls into, in a pool with `pgNum` PGs. */
export function answer(name: string, pgNum: number): number {
  const hash = objectHash(name);
  let mask = 1;
  while (mask < pgNum) {
    mask *= 2;
  }
  const seed = (hash & (mask - 1)) >>> 0;
  return seed < pgNum ? seed : (hash & (mask / 2 - 1)) >>> 0;
}
