/** The share of keys that move (0 to 1) when modulo hashing gets one node more than `nodes`. */
export function answer(nodes: number): number {
  throw new Error(`a key stays only if both rests are equal: how many of ${nodes + 1} do?`);
}
