/** The share of keys that move (0 to 1) when modulo hashing gets one node more than `nodes`. */
export function answer(nodes: number): number {
  // Hashes repeat their pair of rests every n(n + 1) values; in n of these both rests are equal.
  return nodes / (nodes + 1);
}
