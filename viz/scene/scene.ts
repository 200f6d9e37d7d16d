/** What all shapes have in common. Colours are plain values, so that a scene needs no style. */
interface Painted {
  /** Tells a shape from the others of its scene from one picture to the next. */
  key?: string;
  fill?: string;
  stroke?: string;
  /** In pixels. */
  strokeWidth?: number;
  /** 0 to 1. */
  opacity?: number;
}

/** Bounds of a part of a ring. */
interface Ring {
  startAngle: number;
  endAngle: number;
  innerRadius: number;
  outerRadius: number;
}

/** A shape. All lengths are in pixels, from the scene's upper left corner. */
export type Shape =
  | ({
      kind: "rect";
      x: number;
      y: number;
      width: number;
      height: number;
      radius?: number;
    } & Painted)
  | ({ kind: "circle"; x: number; y: number; r: number } & Painted)
  | ({ kind: "line"; x1: number; y1: number; x2: number; y2: number; dash?: string } & Painted)
  /** A part of a ring around `x`, `y`; angles in radians, clockwise from the top. */
  | ({ kind: "sector"; x: number; y: number } & Ring & Painted)
  /** `d` as SVG has it; moved by `x` and `y`. */
  | ({ kind: "path"; d: string; x?: number; y?: number } & Painted)
  | ({ kind: "text" } & TextShape);

/** A line of text. It is text wherever it is drawn, never markup. */
export interface TextShape extends Painted {
  text: string;
  x: number;
  /** Of the middle of the line. */
  y: number;
  /** Height of the letters in pixels. */
  size: number;
  anchor?: "start" | "middle" | "end";
  weight?: "normal" | "bold";
  /** Of letters as wide as each other. */
  isMono?: boolean;
  /** In degrees, clockwise, about its own place. */
  turn?: number;
}

/** A whole picture: shapes, the first at the back. */
export interface Scene {
  width: number;
  height: number;
  /** What the picture shows, in a sentence. */
  title: string;
  background: string;
  shapes: readonly Shape[];
}

/** Fonts of all drawings; there are no web fonts, for nothing is loaded. */
export const FONTS = {
  text: "Inter, 'Segoe UI', system-ui, -apple-system, 'Helvetica Neue', Arial, sans-serif",
  mono: "ui-monospace, 'SF Mono', Menlo, Consolas, 'DejaVu Sans Mono', monospace",
} as const;

/** Width of a letter by the size of the font, on average; texts are cut by it. */
const LETTER_WIDTH = 0.56;
const MONO_WIDTH = 0.62;

/** Width of a text in pixels, as far as it can be told without drawing it. */
export function textWidth(text: string, size: number, isMono = false): number {
  return [...text].length * size * (isMono ? MONO_WIDTH : LETTER_WIDTH);
}

/** The text, cut to a width in pixels; empty where not even three letters fit. */
export function fitText(text: string, width: number, size: number, isMono = false): string {
  if (textWidth(text, size, isMono) <= width) {
    return text;
  }
  const characters = Math.floor(width / (size * (isMono ? MONO_WIDTH : LETTER_WIDTH))) - 1;
  return characters < 3 ? "" : `${[...text].slice(0, characters).join("")}\u2026`;
}
