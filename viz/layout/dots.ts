import { randomLcg } from "d3";
import { type Moves, NO_OSD } from "../engine/contract.ts";

/** Data on its way from one OSD to another: a point that crosses the circle. */
export interface Dot {
  /** Angles of the two OSDs, in radians clockwise from the top. */
  from: number;
  to: number;
  /** When it sets out, as a part of the step. */
  start: number;
  isRebuilt: boolean;
}

/** Points of a step. */
export interface Dots {
  dots: readonly Dot[];
  /** Shards that one point stands for. */
  shardsPerDot: number;
}

/** Most points that are drawn at once. */
export const DOTS_MAX = 2500;
/** Part of the step that each point is on its way for. */
const TRAVEL_TIME = 0.35;
/** How near to the middle the points come: 0 is the middle itself. */
const BEND = 0.25;

/** The points of a step's moves; the same seed gives the same points. */
export function dotsOf(
  { from, to, shards }: Moves,
  angleOf: (osd: number) => number | undefined,
  isUp: (osd: number) => boolean,
  seed: number,
): Dots {
  const total = shards.reduce((sum, value) => sum + value, 0);
  const shardsPerDot = Math.max(1, Math.ceil(total / DOTS_MAX));
  const random = randomLcg(seed);
  const dots: Dot[] = [];
  let due = 0;
  for (const [at, source] of from.entries()) {
    const target = to[at] ?? NO_OSD;
    due += (shards[at] ?? 0) / shardsPerDot;
    const end = angleOf(target);
    const start = angleOf(source) ?? end;
    for (; due >= 1; due -= 1) {
      const setsOut = random() * (1 - TRAVEL_TIME);
      if (start !== undefined && end !== undefined) {
        const isRebuilt = source === NO_OSD || !isUp(source);
        dots.push({ from: start, to: end, start: setsOut, isRebuilt });
      }
    }
  }
  return { dots, shardsPerDot };
}

/**
 * Where a point is after a part of the step, measured from the middle; nothing while it is not on
 * its way.
 */
export function dotAt(dot: Dot, progress: number, radius: number): [x: number, y: number] | null {
  const way = (progress - dot.start) / TRAVEL_TIME;
  if (way <= 0 || way >= 1) {
    return null;
  }
  const t = way * way * (3 - 2 * way);
  const middle = middleAngle(dot);
  // A curve through three points: the two OSDs, and one near the middle of the circle.
  const [a, b, c] = [(1 - t) * (1 - t), 2 * t * (1 - t), t * t];
  const x = a * Math.sin(dot.from) + b * BEND * Math.sin(middle) + c * Math.sin(dot.to);
  const y = a * Math.cos(dot.from) + b * BEND * Math.cos(middle) + c * Math.cos(dot.to);
  return [x * radius, -y * radius];
}

/** The angle halfway between the two ends, on the shorter way. */
function middleAngle({ from, to }: Dot): number {
  const turn = ((to - from + 3 * Math.PI) % (2 * Math.PI)) - Math.PI;
  return from + turn / 2;
}
