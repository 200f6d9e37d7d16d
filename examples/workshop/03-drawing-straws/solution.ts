/** One item of a bucket: its weight, and 16 bits of a hash of x, the item and r. */
export interface Draw {
  item: number;
  /** From 0 to 65535. */
  hash: number;
  weight: number;
}

/** The item that wins a straw2 bucket. */
export function answer(draws: readonly Draw[]): number {
  const straw = ({ hash, weight }: Draw) => Math.log2((hash + 1) / 65536) / weight;
  const [first, ...others] = draws;
  if (!first) {
    throw new Error("the bucket is empty");
  }
  return others.reduce((best, draw) => (straw(draw) > straw(best) ? draw : best), first).item;
}
