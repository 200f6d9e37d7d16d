import type { LegendEntry, Theme } from "./scale.ts";
import { type Scene, type Shape, textWidth } from "./scene.ts";

/** What the colours of a picture stand for. */
export interface Legend {
  /** What the colours tell, with the unit. */
  title: string;
  entries: readonly LegendEntry[];
  notes: readonly string[];
}

const TEXT = 12;
const LINE = 19;
const SWATCH = 12;
/** Room on the left, between a swatch and its label, and between two entries. */
const LEFT = 10;
const GAP = { label: 6, entry: 18 } as const;

/** A picture with its title and its legend below it, as it is saved. */
export function withLegend(scene: Scene, legend: Legend, theme: Theme): Scene {
  const { width, height } = scene;
  const shapes: Shape[] = [];
  let [x, y] = [LEFT, height + LINE];
  const write = (text: string, at: number, weight: "normal" | "bold" = "normal") => {
    shapes.push({ kind: "text", text, x: at, y, size: TEXT, weight, fill: theme.ink });
  };
  write(scene.title, x, "bold");
  for (const line of linesOf(legend.entries.length > 0 ? legend.title : "", width)) {
    y += LINE;
    write(line, x);
  }
  y += legend.entries.length > 0 ? LINE : 0;
  for (const { colour, label } of legend.entries) {
    const entryWidth = SWATCH + GAP.label + textWidth(label, TEXT) + GAP.entry;
    if (x > LEFT && x + entryWidth > width) {
      [x, y] = [LEFT, y + LINE];
    }
    const box = { x, y: y - SWATCH / 2, width: SWATCH, height: SWATCH, radius: 3 };
    shapes.push({ kind: "rect", ...box, fill: colour, stroke: theme.line });
    write(label, x + SWATCH + GAP.label);
    x += entryWidth;
  }
  for (const line of legend.notes.flatMap((note) => linesOf(note, width))) {
    y += LINE;
    write(line, LEFT);
  }
  return { ...scene, height: y + LINE, shapes: [...scene.shapes, ...shapes] };
}

/** A text in lines of no more than a width. */
function linesOf(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ").filter((one) => one !== "")) {
    const longer = `${lines.at(-1) ?? ""} ${word}`;
    if (lines.length > 0 && textWidth(longer, TEXT) <= width - 2 * LEFT) {
      lines[lines.length - 1] = longer;
    } else {
      lines.push(word);
    }
  }
  return lines;
}
