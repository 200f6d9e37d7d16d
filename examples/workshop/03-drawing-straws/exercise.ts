/** One item of a bucket: its weight, and 16 bits of a hash of x, the item and r. */
export interface Draw {
  item: number;
  /** From 0 to 65535. */
  hash: number;
  weight: number;
}

/** The item that wins a straw2 bucket. */
export function answer(draws: readonly Draw[]): number {
  throw new Error(`give each of the ${draws.length} items a straw, and return the best one's item`);
}
