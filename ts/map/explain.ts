import {
  type NativeCrushMap,
  type NativeEvent,
  type NativeTrace,
  explain as nativeExplain,
} from "#native";
import { checkInteger, UINT32_MAX } from "../base/arguments.ts";
import { callNative } from "../base/errors.ts";
import { readStep, type Step } from "./mapData.ts";
import type { MapIndex } from "./mapIndex.ts";
import type { PlaceOptions } from "./place.ts";
import { nativeRequest } from "./request.ts";

/** What the draw of one item came to. */
export type Draw =
  /** The largest (closest to 0) wins; `null` for an item of weight 0. */
  | { algorithm: "straw2"; value: number | null }
  /** The largest wins. */
  | { algorithm: "straw"; value: number }
  /** The first item whose point is below its weight wins, from the last one on. */
  | { algorithm: "list"; value: number }
  /** The walk goes left where the point is below the weight there. */
  | { algorithm: "tree"; value: number; node: number; leftWeight: number }
  /** Place of the item in the bucket's permutation, which the try's number picks from. */
  | { algorithm: "permutation"; value: number };

/** Why an item that was drawn is not used. */
export type Refusal = "collision" | "out" | "no_leaf" | "empty_bucket" | "wrong_item";

/** One thing that happened during a mapping. */
export type TraceEvent =
  /** A step of the rule begins. */
  | { kind: "step"; index: number; step: Step }
  /** The step starts choosing from this bucket. */
  | { kind: "from"; bucket: number }
  /**
   * The search for a position enters a bucket: with number `r`, after `tries` failed tries, and
   * for the device below an item already chosen if `leaf`.
   */
  | {
      kind: "enter";
      bucket: number;
      position: number;
      r: number;
      tries: number;
      leaf: boolean;
    }
  /** An item of the bucket drew. */
  | { kind: "draw"; item: number; weight: number; hash: number; draw: Draw }
  /** The item won the bucket's draw. */
  | { kind: "chose"; bucket: number; item: number }
  /** The winner cannot be used. */
  | { kind: "refused"; item: number; reason: Refusal }
  /** Where the next try starts. */
  | { kind: "retry"; from: "same_bucket" | "top" | "next_round" }
  /** A position of the step was filled. */
  | { kind: "placed"; position: number; item: number }
  /** A position of the step stays empty. */
  | { kind: "empty"; position: number; reason: "tries_exhausted" | "wrong_item" }
  /** A search ended after so many failed tries (firstn) or rounds (indep). */
  | { kind: "tried"; tries: number }
  /** An item was added to the result. */
  | { kind: "emitted"; item: number };

/** A mapping and how it came about. */
export interface Trace {
  /** What was hashed: x itself, or with a pool the seed of its PG x. */
  input: number;
  /** The devices, as `place` gives them. */
  osds: Int32Array;
  /** What happened, in order. */
  events: TraceEvent[];
  /** Whether there was more than the first million events. */
  truncated: boolean;
}

/** Places one input and tells how. */
export function explain(native: NativeCrushMap, index: MapIndex, options: PlaceOptions): Trace {
  const request = nativeRequest(index, options);
  const x = checkInteger("x", options.x, 0, UINT32_MAX);
  return readTrace(
    index,
    callNative(() => nativeExplain(native, request, x)),
  );
}

/** A trace with names of types, for this package's own modules. */
export function readTrace(index: MapIndex, trace: NativeTrace): Trace {
  const types = new Map(index.data.types.map(({ id, name }) => [id, name]));
  const typeName = (id: number) => types.get(id) ?? `type${id}`;
  return { ...trace, events: trace.events.map((event) => readEvent(event, typeName)) };
}

function readEvent(event: NativeEvent, typeName: (id: number) => string): TraceEvent {
  switch (event.kind) {
    case "step":
      return { ...event, step: readStep(event.step, typeName) };
    case "draw":
      return { ...event, draw: { ...event.draw, value: event.draw.value ?? null } as Draw };
    default:
      return event as TraceEvent;
  }
}
