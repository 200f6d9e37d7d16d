import type { Refusal, TraceEvent } from "../../ts/map/explain.ts";
import type { PgTrace } from "../engine/contract.ts";

/** The draw of one item. */
export type DrawEvent = Extract<TraceEvent, { kind: "draw" }>;

/** A bucket's draw, and what became of the winner. */
export interface DrawFrame {
  kind: "draws";
  bucket: number;
  /** Which OSD of the PG is searched for, counted from 0 within the step. */
  position: number;
  /** The number that makes one try draw otherwise than the last. */
  r: number;
  /** Tries of this position that failed before. */
  tries: number;
  /** The step of the rule that asks for it, as a number from 0. */
  step: number;
  draws: DrawEvent[];
  winner: number;
  /** Why the winner is not used; nothing where it is, or where the search goes on below it. */
  refusal?: { item: number; reason: Refusal };
  /** Whether the winner fills the position. */
  isPlaced: boolean;
  /** OSDs that were found before, in the order in which they were found. */
  found: readonly number[];
}

/** One picture of the way from an object to its OSDs. */
export type Frame =
  | { kind: "object" }
  | { kind: "group" }
  | { kind: "input" }
  | DrawFrame
  | { kind: "result"; found: readonly number[] };

/** Frames beyond which the tries in between are left out. */
const DRAWS_MAX = 2000;

/**
 * The way of an object, or of a PG alone: its hash, its PG, the input of CRUSH, each bucket's draw,
 * and what comes out.
 */
export function storyOf({ trace }: PgTrace, hasObject: boolean): Frame[] {
  const start: Frame[] = hasObject
    ? [{ kind: "object" }, { kind: "group" }, { kind: "input" }]
    : [{ kind: "input" }];
  return [
    ...start,
    ...drawFrames(trace.events).slice(0, DRAWS_MAX),
    { kind: "result", found: [...trace.osds] },
  ];
}

function drawFrames(events: readonly TraceEvent[]): DrawFrame[] {
  const frames: DrawFrame[] = [];
  const found: number[] = [];
  let draws: DrawEvent[] = [];
  let step = 0;
  let entered = { position: 0, r: 0, tries: 0 };
  for (const event of events) {
    const last = frames.at(-1);
    switch (event.kind) {
      case "step":
        step = event.index;
        break;
      case "enter":
        entered = event;
        draws = [];
        break;
      case "draw":
        draws.push(event);
        break;
      case "chose": {
        const { position, r, tries } = entered;
        const { bucket, item: winner } = event;
        const before = [...found];
        frames.push({
          kind: "draws",
          bucket,
          position,
          r,
          tries,
          step,
          draws,
          winner,
          isPlaced: false,
          found: before,
        });
        draws = [];
        break;
      }
      case "refused":
        if (last) {
          last.refusal = { item: event.item, reason: event.reason };
        }
        break;
      case "placed":
        if (last) {
          last.isPlaced = true;
        }
        if (event.item >= 0) {
          found.push(event.item);
        }
        break;
    }
  }
  return frames;
}
