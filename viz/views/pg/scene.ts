import type { ObjectLocation } from "../../../ts/cluster/locate.ts";
import type { Pool } from "../../../ts/cluster/osdMap.ts";
import { hex, whole } from "../../../ts/text/format.ts";
import { refusalText } from "../../../ts/text/refusalText.ts";
import { NO_OSD, type PgTrace } from "../../engine/contract.ts";
import type { DrawFrame, Frame } from "../../layout/story.ts";
import { type Straw, strawsOf } from "../../layout/straws.ts";
import type { Theme } from "../../scene/scale.ts";
import { fitText, type Scene, type Shape, textWidth } from "../../scene/scene.ts";

/** What the pictures of a PG's way are drawn from. */
export interface PgInk {
  pool: Pool;
  /** Empty where a PG was asked for without an object. */
  object: string;
  location: ObjectLocation;
  found: PgTrace;
  nameOf: (item: number) => string;
  theme: Theme;
  width: number;
  height: number;
}

/** A straw's row, for the pointer. */
export interface Row {
  straw: Straw;
  y: number;
  height: number;
}

const TEXT = 13;
const HEAD = 58;
/** Height of a line of the chain, widest box in it, and room of an arrow. */
const CHAIN_LINE = 52;
const LINK_WIDTH_MAX = 520;
const ARROW_WIDTH = 26;
const STRAWS_TOP = 150;
const ROW_MAX = 36;
const AXIS_HEIGHT = 26;

/** The picture of one frame, and the rows of straws in it. */
export function pgScene(ink: PgInk, frame: Frame): { scene: Scene; rows: Row[] } {
  const chain = chainShapes(ink, frame);
  // On a narrow picture the chain takes several lines, and all else moves down.
  const down = (chain.lines - 1) * CHAIN_LINE;
  const rest = { ...ink, height: ink.height - down };
  const { shapes, rows } =
    frame.kind === "draws"
      ? drawShapes(rest, frame)
      : { shapes: stillShapes(rest, frame), rows: [] };
  const { width, height, theme } = ink;
  const title = `PG ${ink.found.pgid}: ${captionOf(ink, frame)}`;
  const moved = shapes.map((shape) => shifted(shape, down));
  const all = [...chain.shapes, ...moved];
  const scene = { width, height, title, background: theme.paper, shapes: all };
  return { scene, rows: rows.map((row) => ({ ...row, y: row.y + down })) };
}

/** A shape further down, in pixels. */
function shifted(shape: Shape, down: number): Shape {
  return shape.kind === "line"
    ? { ...shape, y1: shape.y1 + down, y2: shape.y2 + down }
    : { ...shape, y: (shape.y ?? 0) + down };
}

/** What a frame shows, in a sentence. */
export function captionOf(ink: PgInk, frame: Frame): string {
  const { pool, location, found, object, nameOf } = ink;
  switch (frame.kind) {
    case "object":
      return `\u201c${object}\u201d is hashed by ${pool.objectHash} to ${hex(location.hash)}`;
    case "group":
      return `the hash, folded to ${whole(pool.pgNum)} PGs, is PG ${found.pgid}`;
    case "input":
      return `its number and the pool's id make CRUSH's input, ${hex(found.trace.input)}`;
    case "draws": {
      const bucket = nameOf(frame.bucket);
      const again = frame.tries > 0 ? `, try ${frame.tries + 1}` : "";
      return `position ${frame.position}${again}: ${nameOf(frame.winner)} wins in ${bucket}`;
    }
    case "result":
      return "what the cluster makes of it";
  }
}

/** What a frame's outcome is, in a sentence; empty where the search simply goes on. */
export function outcomeOf(ink: Pick<PgInk, "nameOf">, frame: DrawFrame): string {
  const { refusal } = frame;
  if (refusal) {
    return refusalText(refusal.reason, ink.nameOf(refusal.item));
  }
  return frame.isPlaced ? `${ink.nameOf(frame.winner)} is taken` : "";
}

/** A box of the chain at the top. */
interface Link {
  head: string;
  text: string;
  /** The stage at which it becomes known; see `STAGES`. */
  stage: number;
}

const STAGES: Readonly<Record<Frame["kind"], number>> = {
  object: 0,
  group: 1,
  input: 2,
  draws: 3,
  result: 3,
};

/** Object, hash, PG, input and OSDs, as far as they are known. */
function chainShapes(ink: PgInk, frame: Frame): { shapes: Shape[]; lines: number } {
  const stage = STAGES[frame.kind];
  const shapes: Shape[] = [];
  let [x, line] = [0, 0];
  for (const [at, link] of chainLinks(ink, frame).entries()) {
    const text = fitText(link.text, Math.min(LINK_WIDTH_MAX, ink.width) - 16, TEXT, true);
    const width = Math.max(textWidth(link.head, 11), textWidth(text, TEXT, true)) + 16;
    if (x > 0 && x + ARROW_WIDTH + width > ink.width) {
      [x, line] = [0, line + 1];
    }
    const down = line * CHAIN_LINE;
    if (at > 0) {
      shapes.push(shifted(arrow(`arrow ${at}`, x + 5, 34, ink.theme), down));
      x += ARROW_WIDTH;
    }
    const place = { x, width: Math.min(width, ink.width - x), key: `${at}`, text };
    shapes.push(...linkShapes(link, place, stage, ink.theme).map((one) => shifted(one, down)));
    x += width;
  }
  return { shapes, lines: line + 1 };
}

function chainLinks({ object, location, found, pool, nameOf }: PgInk, frame: Frame): Link[] {
  const given = "found" in frame ? frame.found : [];
  const size = Math.max(pool.size, given.length);
  const slots = Array.from({ length: size }, (_, at) => slotText(given[at], nameOf));
  const start: Link[] = [
    { head: "object", text: object, stage: 0 },
    { head: "hash", text: hex(location.hash), stage: 0 },
  ];
  return [
    ...(object === "" ? [] : start),
    { head: "PG", text: found.pgid, stage: 1 },
    { head: "input of CRUSH", text: hex(found.trace.input), stage: 2 },
    { head: `OSDs (${size})`, text: slots.join("  "), stage: 3 },
  ];
}

function linkShapes(
  link: Link,
  { x, width, key, text }: { x: number; width: number; key: string; text: string },
  stage: number,
  theme: Theme,
): Shape[] {
  const isKnown = link.stage <= stage;
  const isNow = link.stage === stage;
  const left = x + 8;
  return [
    {
      kind: "text",
      key: `head ${key}`,
      text: link.head,
      x: left,
      y: 10,
      size: 11,
      fill: theme.muted,
    },
    {
      kind: "rect",
      key: `link ${key}`,
      x: x + 1,
      y: 20,
      width: width - 2,
      height: 28,
      radius: 5,
      fill: theme.panel,
      stroke: isNow ? theme.accent : theme.line,
      strokeWidth: isNow ? 2 : 1,
    },
    {
      kind: "text",
      key: `text ${key}`,
      text: isKnown ? text : "?",
      x: left,
      y: 34,
      size: TEXT,
      isMono: true,
      fill: isKnown ? theme.ink : theme.muted,
    },
  ];
}

function arrow(key: string, x: number, y: number, theme: Theme): Shape {
  return {
    kind: "path",
    key,
    d: "M0,0H16M11,-4L16,0L11,4",
    x,
    y,
    stroke: theme.muted,
    strokeWidth: 1.5,
  };
}

function slotText(osd: number | undefined, nameOf: (item: number) => string): string {
  if (osd === undefined) {
    return "\u00b7";
  }
  return osd === NO_OSD ? "\u2013" : nameOf(osd);
}

/** A bucket's straws, one below the other. */
function drawShapes(ink: PgInk, frame: DrawFrame): { shapes: Shape[]; rows: Row[] } {
  const { theme, width, height, nameOf, found } = ink;
  const { straws, explanation, ends } = strawsOf(frame.draws);
  const bucket = found.buckets.find(({ id }) => id === frame.bucket);
  const kind = `${bucket?.type ?? ""}, ${bucket?.algorithm ?? ""}`;
  const heading = `${nameOf(frame.bucket)} (${kind}), r = ${frame.r}`;
  const isRefused = frame.refusal?.item === frame.winner;
  const outcome = outcomeOf(ink, frame);
  const line = (key: string, text: string, y: number, style: Partial<Shape>): Shape =>
    ({
      kind: "text",
      key,
      text: fitText(text, width, TEXT),
      x: 0,
      y,
      size: TEXT,
      fill: theme.ink,
      ...style,
    }) as Shape;
  const shapes: Shape[] = [
    line("caption", captionOf(ink, frame), HEAD + 18, { weight: "bold" } as Partial<Shape>),
    line("outcome", outcome, HEAD + 38, { fill: frame.refusal ? theme.danger : theme.accent }),
    line("bucket", heading, HEAD + 62, { fill: theme.muted }),
    line("explanation", explanation, HEAD + 80, { fill: theme.muted }),
  ];
  const available = height - STRAWS_TOP - AXIS_HEIGHT;
  const rowHeight = Math.min(ROW_MAX, available / Math.max(1, straws.length));
  const isNamed = rowHeight >= 11;
  const left = isNamed ? Math.min(150, width * 0.25) : 8;
  const widest = Math.max(0, ...straws.map(({ value }) => textWidth(value, TEXT, true)));
  const right = isNamed ? Math.min(widest + 24, width * 0.35) : 8;
  const long = Math.max(10, width - left - right);
  const rows: Row[] = [];
  for (const [at, straw] of straws.entries()) {
    const y = STRAWS_TOP + at * rowHeight;
    rows.push({ straw, y, height: rowHeight });
    const isWinner = straw.item === frame.winner;
    const colour = isWinner ? (isRefused ? theme.danger : theme.accent) : theme.muted;
    shapes.push(
      ...strawShapes(ink, { straw, at, y, rowHeight, left, long, colour, isWinner, isNamed }),
    );
  }
  const bottom = STRAWS_TOP + straws.length * rowHeight + 4;
  return { shapes: [...shapes, ...axisShapes(ends, left, long, bottom, theme)], rows };
}

interface StrawPlace {
  straw: Straw;
  at: number;
  y: number;
  rowHeight: number;
  left: number;
  long: number;
  colour: string;
  isWinner: boolean;
  isNamed: boolean;
}

function strawShapes(ink: PgInk, place: StrawPlace): Shape[] {
  const { straw, at, y, rowHeight, left, long, colour, isWinner, isNamed } = place;
  const middle = y + rowHeight / 2;
  const thick = Math.max(0.8, Math.min(12, rowHeight * 0.5));
  const weight = isWinner ? ("bold" as const) : ("normal" as const);
  const fill = isWinner ? ink.theme.ink : ink.theme.muted;
  const size = Math.min(TEXT, rowHeight);
  const shapes: Shape[] = [
    {
      kind: "rect",
      key: `straw ${at}`,
      x: left,
      y: middle - thick / 2,
      width: Math.max(1, straw.length * long),
      height: thick,
      fill: colour,
      opacity: isWinner ? 1 : 0.55,
      radius: thick / 2,
    },
  ];
  if (straw.mark !== undefined) {
    const x = left + straw.mark * long;
    shapes.push({
      kind: "line",
      key: `mark ${at}`,
      x1: x,
      x2: x,
      y1: y + 2,
      y2: y + rowHeight - 2,
      stroke: ink.theme.ink,
      strokeWidth: 2,
    });
  }
  if (!isNamed) {
    return shapes;
  }
  const { draw } = straw.draw;
  const name = draw.algorithm === "tree" ? `node ${draw.node}` : ink.nameOf(straw.item);
  return [
    ...shapes,
    {
      kind: "text",
      key: `name ${at}`,
      text: fitText(name, left - 12, size),
      x: left - 10,
      y: middle,
      size,
      anchor: "end",
      weight,
      fill,
    },
    {
      kind: "text",
      key: `value ${at}`,
      text: straw.value,
      x: left + long + 10,
      y: middle,
      size,
      weight,
      fill,
      isMono: true,
    },
  ];
}

function axisShapes(
  [from, to]: readonly [string, string],
  left: number,
  long: number,
  y: number,
  theme: Theme,
): Shape[] {
  const text = { kind: "text" as const, size: 11, fill: theme.muted, isMono: true };
  return [
    { kind: "line", key: "axis", x1: left, x2: left + long, y1: y, y2: y, stroke: theme.line },
    { ...text, key: "from", text: from, x: left, y: y + 12 },
    { ...text, key: "to", text: to, x: left + long, y: y + 12, anchor: "end" },
  ];
}

/** Frames without a draw: bits of a hash, or the sets of OSDs. */
function stillShapes(ink: PgInk, frame: Frame): Shape[] {
  const caption: Shape = {
    kind: "text",
    key: "caption",
    text: fitText(captionOf(ink, frame), ink.width, TEXT),
    x: 0,
    y: HEAD + 18,
    size: TEXT,
    weight: "bold",
    fill: ink.theme.ink,
  };
  if (frame.kind === "result") {
    return [caption, ...resultShapes(ink)];
  }
  const value = frame.kind === "input" ? ink.found.trace.input : ink.location.hash;
  const marked = frame.kind === "group" ? Math.ceil(Math.log2(Math.max(2, ink.pool.pgNum))) : 0;
  return [caption, ...bitShapes(ink, value, marked)];
}

/** 32 bits, the highest first; the lowest `marked` of them stand out. */
function bitShapes({ theme, width, pool }: PgInk, value: number, marked: number): Shape[] {
  const side = Math.min(28, width / 33);
  const shapes = Array.from({ length: 32 }, (_, at): Shape[] => {
    const bit = 31 - at;
    const isOne = ((value >>> bit) & 1) === 1;
    const isMarked = bit < marked;
    const x = at * side + Math.floor(at / 8) * (side / 4);
    const colour = isMarked ? theme.accent : theme.muted;
    return [
      {
        kind: "rect",
        key: `bit ${bit}`,
        x: x + 1,
        y: STRAWS_TOP - 40,
        width: side - 2,
        height: side + 6,
        radius: 3,
        stroke: colour,
        strokeWidth: isMarked ? 2 : 1,
        fill: isOne ? colour : theme.panel,
      },
      {
        kind: "text",
        key: `digit ${bit}`,
        text: isOne ? "1" : "0",
        x: x + side / 2,
        y: STRAWS_TOP - 37 + side / 2,
        size: Math.min(TEXT, side * 0.6),
        anchor: "middle",
        isMono: true,
        fill: isOne ? (isMarked ? theme.onAccent : theme.paper) : theme.muted,
      },
    ];
  }).flat();
  const isPower = Math.log2(pool.pgNum) % 1 === 0;
  const note = isPower
    ? `the lowest ${marked} bits are the PG's number: ${pool.pgNum} PGs`
    : `the lowest ${marked} bits; where they reach ${pool.pgNum} or more, the lowest ${marked - 1}`;
  if (marked === 0) {
    return shapes;
  }
  return [
    ...shapes,
    {
      kind: "text",
      key: "note",
      text: note,
      x: 0,
      y: STRAWS_TOP + 30,
      size: TEXT,
      fill: theme.muted,
    },
  ];
}

/** A row of OSDs. */
interface OsdRow {
  head: string;
  osds: readonly number[];
  /** -1 where there is none. */
  primary: number;
  note: string;
}

const RESULT = { left: 76, rowHeight: 78, boxMax: 92, boxMin: 48 } as const;

/** What CRUSH chose, what is up, what acts: one row each. */
function resultShapes(ink: PgInk): Shape[] {
  const { location, found, width } = ink;
  const { raw, up, acting, upPrimary, actingPrimary } = location;
  const rows: OsdRow[] = [
    { head: "CRUSH", osds: [...found.trace.osds], primary: -1, note: "what the rule chose" },
    { head: "raw", osds: raw, primary: -1, note: "of those, the OSDs that exist" },
    { head: "up", osds: up, primary: upPrimary, note: "with upmaps, those that are up" },
    { head: "acting", osds: acting, primary: actingPrimary, note: "those that serve now" },
  ];
  const most = Math.max(1, ...rows.map(({ osds }) => osds.length));
  const available = (width - RESULT.left - 10) / most;
  const box = Math.min(RESULT.boxMax, Math.max(RESULT.boxMin, available));
  return rows.flatMap((row, at) => osdRow(ink, row, HEAD + 48 + at * RESULT.rowHeight, box));
}

function osdRow({ nameOf, theme }: PgInk, row: OsdRow, y: number, box: number): Shape[] {
  const { head, osds, primary, note } = row;
  const middle = y + 17;
  const cells = osds.flatMap((osd, slot): Shape[] => {
    const isPrimary = osd === primary;
    const key = `${head} ${slot}`;
    const x = RESULT.left + slot * box;
    const plain = osd === NO_OSD ? theme.paper : theme.panel;
    return [
      {
        kind: "rect",
        key,
        x,
        y,
        width: box - 6,
        height: 34,
        radius: 5,
        fill: isPrimary ? theme.accent : plain,
        stroke: isPrimary ? theme.accent : theme.line,
      },
      {
        kind: "text",
        key: `text ${key}`,
        text: slotText(osd, nameOf),
        x: x + (box - 6) / 2,
        y: middle,
        size: TEXT,
        anchor: "middle",
        fill: isPrimary ? theme.onAccent : theme.ink,
      },
    ];
  });
  const filled = primary >= 0 ? `; the filled one, ${nameOf(primary)}, is the primary` : "";
  const bold = { size: TEXT, weight: "bold" as const, fill: theme.ink };
  const small = { size: 12, fill: theme.muted };
  return [
    { kind: "text", key: `head ${head}`, text: head, x: 0, y: middle, ...bold },
    ...cells,
    { kind: "text", key: `note ${head}`, text: note + filled, x: RESULT.left, y: y + 48, ...small },
  ];
}
