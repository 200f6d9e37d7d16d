import type { Forest } from "./forest.ts";

/** The part of a forest that fills the picture. */
export interface Focus {
  /** From and to, as parts of the whole forest. */
  x0: number;
  x1: number;
  /** Depth at the top of the picture. */
  depth: number;
}

/** The whole forest. */
export const WHOLE_FOREST: Focus = { x0: 0, x1: 1, depth: 0 };

/** The part below a node; the whole forest where there is no such node. */
export function focusOn({ spanOf }: Forest, index: number | undefined): Focus {
  const span = index === undefined ? undefined : spanOf.get(index);
  return span ? { x0: span.x0, x1: span.x1, depth: span.depth } : WHOLE_FOREST;
}

/** A focus on the way from one to another; `part` goes from 0 to 1. */
export function focusBetween(from: Focus, to: Focus, part: number): Focus {
  const mix = (a: number, b: number) => a + (b - a) * part;
  return {
    x0: mix(from.x0, to.x0),
    x1: mix(from.x1, to.x1),
    depth: mix(from.depth, to.depth),
  };
}

/** Where a place of the forest is in the picture: 0 at its start, 1 at its end. */
export function within({ x0, x1 }: Focus, x: number): number {
  return (x - x0) / Math.max(1e-12, x1 - x0);
}
