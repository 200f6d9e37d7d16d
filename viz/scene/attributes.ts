import { arc } from "d3";
import { FONTS, type Shape, type TextShape } from "./scene.ts";

/** Name of the SVG element that draws a shape. */
export function elementOf({ kind }: Shape): string {
  return kind === "sector" ? "path" : kind;
}

/** Its attributes; nothing for those that it leaves out. */
export function attributesOf(shape: Shape): Record<string, string | undefined> {
  return { ...placeOf(shape), ...paintOf(shape) };
}

function paintOf(shape: Shape): Record<string, string | undefined> {
  const { fill, stroke, strokeWidth, opacity } = shape;
  return {
    fill: fill ?? (shape.kind === "text" ? undefined : "none"),
    stroke,
    "stroke-width": strokeWidth === undefined ? undefined : number(strokeWidth),
    opacity: opacity === undefined || opacity === 1 ? undefined : number(opacity),
  };
}

function placeOf(shape: Shape): Record<string, string | undefined> {
  switch (shape.kind) {
    case "rect":
      return {
        x: number(shape.x),
        y: number(shape.y),
        width: number(Math.max(0, shape.width)),
        height: number(Math.max(0, shape.height)),
        rx: shape.radius === undefined ? undefined : number(shape.radius),
      };
    case "circle":
      return { cx: number(shape.x), cy: number(shape.y), r: number(Math.max(0, shape.r)) };
    case "line":
      return {
        x1: number(shape.x1),
        y1: number(shape.y1),
        x2: number(shape.x2),
        y2: number(shape.y2),
        "stroke-dasharray": shape.dash,
      };
    case "sector":
      return { d: arc<typeof shape>().digits(2)(shape) ?? "", transform: moved(shape) };
    case "path":
      return { d: shape.d, transform: moved(shape) };
    case "text":
      return textPlace(shape);
  }
}

function moved({ x = 0, y = 0 }: { x?: number; y?: number }): string | undefined {
  return x !== 0 || y !== 0 ? `translate(${number(x)},${number(y)})` : undefined;
}

function textPlace(shape: TextShape): Record<string, string | undefined> {
  const { x, y, size, anchor = "start", weight, isMono = false, turn = 0 } = shape;
  return {
    x: number(x),
    y: number(y),
    "font-size": number(size),
    "font-family": isMono ? FONTS.mono : undefined,
    "font-weight": weight === "bold" ? "600" : undefined,
    "text-anchor": anchor === "start" ? undefined : anchor,
    // The middle of small letters: "dominant-baseline" is not known to every program.
    dy: "0.35em",
    transform: turn === 0 ? undefined : `rotate(${number(turn)},${number(x)},${number(y)})`,
  };
}

/** A number with two decimals at most. */
export function number(value: number): string {
  return String(Math.round(value * 100) / 100);
}
