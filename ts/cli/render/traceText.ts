import type { Trace, TraceEvent } from "../../map/explain.ts";
import type { Step } from "../../map/mapData.ts";
import type { MapIndex } from "../../map/mapIndex.ts";
import { NONE } from "../../map/place.ts";
import { plural, printable } from "../../text/format.ts";
import { refusalText } from "../../text/refusalText.ts";
import { type DrawEvent, drawLines } from "./drawText.ts";
import type { Canvas } from "./terminal.ts";

/** What was asked. */
interface Question {
  rule: string | number;
  size: number;
  x: number;
  pool?: number;
}

/** How much of the story to tell. */
interface StoryOptions extends Canvas {
  /** Items to show beside each winner. */
  runnersUp: number;
  /** Tries of each position to tell; later ones only if they find something. */
  tries: number;
}

type EventOf<Kind extends TraceEvent["kind"]> = Extract<TraceEvent, { kind: Kind }>;

/** A trace as a story: each bucket, who won and against whom, what failed and why. */
export function traceText(
  index: MapIndex,
  question: Question,
  trace: Trace,
  options: StoryOptions,
): string {
  const story = new Story(index, options);
  for (const event of trace.events) {
    story.tell(event);
  }
  story.end();
  const { bold, yellow } = options.colors;
  const cut = yellow("… and so on: the story was cut after a million events");
  return [
    ...heading(index, question, trace, options),
    ...legend(trace, options),
    "",
    ...story.lines,
    ...(trace.truncated ? [cut] : []),
    "",
    bold(`${subject(question)} is placed on ${placement(index, trace.osds)}`),
    ...shortfall(question, trace, options),
  ].join("\n");
}

function subject({ x, pool }: Question): string {
  return pool === undefined ? `x ${x}` : `PG ${pool}.${x.toString(16)}`;
}

function heading(index: MapIndex, question: Question, trace: Trace, { colors }: Canvas): string[] {
  const rule = index.rule(question.rule);
  const seed = question.pool === undefined ? "" : ` · hashed to x ${trace.input}`;
  return [
    colors.bold(`How ${subject(question)} finds its OSDs`),
    colors.dim(`rule ${printable(rule.name)} (${rule.id}) · size ${question.size}${seed}`),
  ];
}

function legend({ events }: Trace, { colors }: Canvas): string[] {
  const hasStraws = events.some(
    (event) => event.kind === "draw" && event.draw.algorithm === "straw2",
  );
  const text = "a straw is log2((hash + 1) / 65,536) / weight; the one closest to 0 wins";
  return hasStraws ? [colors.dim(text)] : [];
}

function placement(index: MapIndex, osds: Int32Array): string {
  const names = Array.from(osds, (osd) => (osd === NONE ? "nothing" : printable(index.name(osd))));
  return names.length === 0 ? "no OSD" : names.join(", ");
}

function shortfall({ size }: Question, { osds }: Trace, { colors }: Canvas): string[] {
  const missing = size - osds.filter((osd) => osd !== NONE).length;
  return missing > 0 ? [colors.red(`${missing} of ${size} positions stay empty`)] : [];
}

const INDENT_POSITION = "  ";
const INDENT_BUCKET = "    ";
const INDENT_DRAW = "      ";

/** Turns events into lines, one after the other. */
class Story {
  readonly lines: string[] = [];
  /** Lines of the try that is being told. */
  #pending: string[] = [];
  /** Tries that were left out since the last line. */
  #unprintedTries = 0;
  readonly #index: MapIndex;
  readonly #options: StoryOptions;
  #draws: DrawEvent[] = [];
  #entered: EventOf<"enter"> | undefined;
  /** Heading of the try that is being told. */
  #attempt = "";
  /** The item of the last take. */
  #taken: number | undefined;
  /** Whether the search is below an item that was already chosen. */
  #isBelow = false;
  /** The device that this search has found. */
  #leaf: number | undefined;

  constructor(index: MapIndex, options: StoryOptions) {
    this.#index = index;
    this.#options = options;
  }

  tell(event: TraceEvent): void {
    switch (event.kind) {
      case "step":
        this.#step(event);
        break;
      case "from":
        this.#from(event);
        break;
      case "enter":
        this.#enter(event);
        break;
      case "draw":
        this.#draws.push(event);
        break;
      case "chose":
        this.#chose(event);
        break;
      case "refused":
        this.#refused(event);
        break;
      case "placed":
        this.#placed(event);
        break;
      case "empty":
        this.#empty(event);
        break;
      case "retry":
      case "tried":
      case "emitted":
        // The next try's heading and the last line say it.
        break;
    }
  }

  /** Tells what is still pending. */
  end(): void {
    if (this.#unprintedTries > 0) {
      const text = `… ${plural(this.#unprintedTries, "more try", "more tries")} in vain`;
      this.lines.push(`${INDENT_POSITION}${this.#options.colors.dim(text)}`);
      this.#unprintedTries = 0;
    }
    this.lines.push(...this.#pending);
    this.#pending = [];
  }

  /** Ends a try that found nothing: it is told if it is one of the first. */
  #endInVain(): void {
    if (this.#pending.length > 0 && (this.#entered?.tries ?? 0) >= this.#options.tries) {
      this.#unprintedTries += 1;
      this.#pending = [];
    } else {
      this.end();
    }
  }

  #step({ step }: EventOf<"step">): void {
    this.#attempt = "";
    this.#taken = step.op === "take" ? step.item : this.#taken;
    this.end();
    this.lines.push(this.#options.colors.bold(this.#stepText(step)));
  }

  #from({ bucket }: EventOf<"from">): void {
    this.#attempt = "";
    // What was just taken needs no further word; what an earlier step chose does.
    if (bucket !== this.#taken) {
      this.end();
      this.lines.push(`${INDENT_POSITION}from ${this.#bucketText(bucket)}`);
    }
  }

  #enter(event: EventOf<"enter">): void {
    const { position, tries, leaf } = event;
    // The search below an item counts its own tries; they belong to the same attempt.
    const attempt = leaf && this.#attempt ? this.#attempt : `${position} ${tries}`;
    if (attempt !== this.#attempt) {
      this.#endInVain();
      const again = tries > 0 ? `, try ${tries + 1}` : "";
      this.#pending.push(`${INDENT_POSITION}position ${position}${again}`);
    }
    this.#attempt = attempt;
    this.#entered = event;
    this.#isBelow = leaf;
    this.#draws = [];
  }

  #chose({ bucket, item }: EventOf<"chose">): void {
    const { colors, runnersUp } = this.#options;
    const r = this.#entered?.r ?? 0;
    const winner = colors.green(this.#name(item));
    this.#pending.push(`${INDENT_BUCKET}${this.#bucketText(bucket)} with r = ${r}: ${winner} wins`);
    const lines = drawLines(this.#draws, item, runnersUp, (id) => this.#name(id));
    this.#pending.push(...lines.map((line) => colors.dim(`${INDENT_DRAW}${line}`)));
    this.#draws = [];
  }

  #refused({ item, reason }: EventOf<"refused">): void {
    this.#pending.push(
      this.#options.colors.yellow(`${INDENT_BUCKET}✗ ${refusalText(reason, this.#name(item))}`),
    );
    this.#leaf = undefined;
    this.#isBelow &&= reason !== "no_leaf";
  }

  #placed({ item }: EventOf<"placed">): void {
    // A search below an item reports its device first, then the item is reported.
    if (this.#isBelow) {
      this.#leaf = item;
      this.#isBelow = false;
      return;
    }
    const below = this.#leaf === undefined ? "" : ` with ${this.#name(this.#leaf)}`;
    const line = `${INDENT_BUCKET}✓ ${this.#name(item)}${below}`;
    this.#pending.push(this.#options.colors.green(line));
    this.end();
    this.#leaf = undefined;
    this.#attempt = "";
  }

  #empty({ position, reason }: EventOf<"empty">): void {
    // Below an item it only means that the item will be refused.
    if (this.#isBelow) {
      return;
    }
    const why = reason === "tries_exhausted" ? "all tries are used up" : "nothing can be chosen";
    const line = `${INDENT_POSITION}position ${position} stays empty: ${why}`;
    this.#endInVain();
    this.end();
    this.lines.push(this.#options.colors.red(line));
    this.#attempt = "";
  }

  #name(id: number): string {
    return printable(this.#index.name(id));
  }

  #bucketText(id: number): string {
    const bucket = this.#index.bucket(id);
    const kind = bucket ? ` (${printable(bucket.type)}, ${bucket.algorithm})` : "";
    return `${this.#name(id)}${kind}`;
  }

  #stepText(step: Step): string {
    switch (step.op) {
      case "take":
        return `take ${this.#name(step.item)}`;
      case "emit":
      case "noop":
        return step.op;
      case "choosemsr":
        return `choosemsr ${step.count} type ${printable(step.type)}`;
      default:
        return "value" in step
          ? `${step.op} ${step.value}`
          : `${step.op.replace("_", " ")} ${step.count} type ${printable(step.type)}`;
    }
  }
}
