import { pointer, select } from "d3";
import { attributesOf, elementOf } from "../scene/attributes.ts";
import { savePng, saveSvg } from "../scene/export.ts";
import { type Legend, withLegend } from "../scene/legend.ts";
import type { LegendEntry, Theme } from "../scene/scale.ts";
import type { Scene, Shape } from "../scene/scene.ts";
import { Surface } from "../scene/surface.ts";
import { button, element, type Facts, factList } from "./dom.ts";
import { type TableData, tableBox } from "./table.ts";

/** Where the arrow keys lead from a part of a drawing. */
export type Direction = "up" | "down" | "left" | "right";

/** Exact numbers of something. */
export interface Described {
  title: string;
  facts: Facts;
}

/** The parts of a drawing that can be pointed at, each with a name that no other has. */
export interface Parts<K> {
  /** The part at a place of the drawing, in pixels. */
  at(x: number, y: number): K | undefined;
  /** What is said of it, exactly. */
  describe(part: K): Described;
  /** Shapes that mark it. */
  outline(part: K): readonly Shape[];
  /** Where an arrow key leads; the first part where there was none. */
  next(part: K | undefined, direction: Direction): K | undefined;
  /** A click, or Enter. */
  choose?(part: K): void;
  /** Escape. */
  leave?(): void;
}

const DIRECTIONS: Readonly<Record<string, Direction>> = {
  ArrowUp: "up",
  ArrowDown: "down",
  ArrowLeft: "left",
  ArrowRight: "right",
};

/** What a figure is called. */
export interface FigureOptions {
  /** Heading, and what the drawing is called when it is read out. */
  title: string;
  /** Name of exported files. */
  fileName: string;
  /** What the keys do, read out when the drawing is reached. */
  help: string;
  /** The colours of now. */
  theme: () => Theme;
}

/**
 * A drawing with everything that belongs to it: tools, legend, exact numbers of what is pointed at,
 * the same data as a table, and export.
 */
export class Figure<K> {
  readonly root: HTMLElement;
  /** Choices that change the drawing. */
  readonly tools: HTMLElement;
  /** The drawing itself; views may add layers. */
  readonly drawing: HTMLElement;
  /** Panels to the right of the drawing. */
  readonly side: HTMLElement;
  /** Panels to its left; no room is taken while there are none. */
  readonly left = element("aside", {
    class: "side left",
    attributes: { "aria-label": "Beside the drawing", tabindex: 0 },
  });
  readonly surface: Surface;
  /** Shapes of layers that the view has added; saved with the drawing. */
  layer: () => readonly Shape[] = () => [];
  readonly #theme: () => Theme;
  readonly #overlay: SVGSVGElement;
  readonly #readout = element("div", { class: "readout panel" });
  readonly #announcer = element("p", { class: "only-read", attributes: { role: "status" } });
  readonly #legend = element("div", { class: "legend panel" });
  #legendShown: Legend = { title: "", entries: [], notes: [] };
  readonly #tableSlot = element("div", { class: "table-slot", attributes: { hidden: true } });
  readonly #tableButton: HTMLButtonElement;
  readonly #observer: ResizeObserver;
  #parts: Parts<K> | undefined;
  #marked: K | undefined;
  #rest: Described | undefined;
  #table: (() => TableData) | undefined;
  #isTableShown = false;

  constructor(options: FigureOptions, onResize: () => void) {
    const helpId = `help-${options.fileName}`;
    this.#theme = options.theme;
    this.tools = element("div", { class: "tools" });
    this.drawing = element("div", {
      class: "drawing",
      attributes: {
        tabindex: 0,
        role: "application",
        "aria-roledescription": "drawing",
        "aria-label": options.title,
        "aria-describedby": helpId,
      },
    });
    this.surface = new Surface(this.drawing);
    this.#overlay = select(this.drawing)
      .append("svg")
      .attr("class", "overlay")
      .attr("aria-hidden", "true")
      .node() as SVGSVGElement;
    this.#tableButton = button("Table", () => this.#toggleTable(), {
      hint: "The same data as a table",
      attributes: { "aria-pressed": "false" },
    });
    const exported = (save: (scene: Scene, name: string) => unknown) => () => {
      const picture = this.#picture();
      if (picture) {
        save(picture, options.fileName);
      }
    };
    const actions = element(
      "div",
      { class: "actions" },
      this.#tableButton,
      button("SVG", exported(saveSvg), { hint: "Save the drawing as SVG" }),
      button("PNG", exported(savePng), { hint: "Save the drawing as PNG" }),
    );
    this.side = element("aside", {
      class: "side",
      attributes: { "aria-label": "Numbers", tabindex: 0 },
    });
    this.side.append(this.#readout, this.#legend);
    this.root = element(
      "section",
      { class: "figure", attributes: { "aria-label": options.title } },
      element(
        "header",
        { class: "figure-head" },
        element("h2", {}, options.title),
        this.tools,
        actions,
      ),
      element(
        "div",
        { class: "figure-body" },
        this.drawing,
        this.#tableSlot,
        element("p", { class: "only-read", attributes: { id: helpId } }, options.help),
      ),
      this.left,
      this.side,
      this.#announcer,
    );
    this.#listen();
    this.#observer = new ResizeObserver(() => {
      // It also tells of the size that the first picture was drawn in.
      const { width, height } = this.size;
      const { scene } = this.surface;
      if (scene?.width !== width || scene.height !== height) {
        onResize();
      }
    });
    this.#observer.observe(this.drawing);
  }

  /** Size of the drawing in pixels. */
  get size(): { width: number; height: number } {
    return { width: this.drawing.clientWidth, height: this.drawing.clientHeight };
  }

  /** The part that is marked by the pointer or the keys. */
  get marked(): K | undefined {
    return this.#marked;
  }

  /** Shows a picture, and what of it can be pointed at. */
  show(scene: Scene, parts?: Parts<K>): void {
    this.surface.show(scene.shapes.length > 0 ? scene : nothing(scene, this.#theme()));
    this.#parts = parts;
    select(this.#overlay)
      .attr("viewBox", `0 0 ${scene.width} ${scene.height}`)
      .attr("width", scene.width)
      .attr("height", scene.height);
    this.#drawMark();
  }

  /** Shows what the colours stand for. */
  setLegend(title: string, entries: readonly LegendEntry[], notes: readonly string[] = []): void {
    this.#legendShown = { title, entries, notes };
    const items = entries.map(({ colour, label }) => {
      const swatch = element("span", { class: "swatch", attributes: { "aria-hidden": "true" } });
      swatch.style.backgroundColor = colour;
      return element("li", {}, swatch, label);
    });
    this.#legend.replaceChildren(
      element("h3", {}, title),
      element("ul", {}, ...items),
      ...notes.map((note) => element("p", {}, note)),
    );
  }

  /** Says where the data of the table comes from; it is asked only while the table is open. */
  setTable(table: () => TableData): void {
    this.#table = table;
    if (this.#isTableShown) {
      this.#tableSlot.replaceChildren(tableBox(table()));
    }
  }

  /** Says which numbers are shown while nothing is pointed at. */
  setReadout(title: string, facts: Facts): void {
    this.#rest = { title, facts };
    if (this.#marked === undefined) {
      this.#showReadout(this.#rest);
    }
  }

  /** Marks a part as the keys would; nothing takes the mark away. */
  mark(part: K | undefined, isRead = false): void {
    this.#marked = part;
    this.#drawMark();
    if (isRead && part !== undefined && this.#parts) {
      const { title, facts } = this.#parts.describe(part);
      const text = facts.map(([label, value]) => `${label} ${value}`).join(", ");
      this.#announcer.replaceChildren(`${title}: ${text}`);
    }
  }

  /** Lets go of everything. */
  destroy(): void {
    this.#observer.disconnect();
    this.root.remove();
  }

  /** What is shown, with all layers and the legend. */
  #picture(): Scene | undefined {
    const { scene } = this.surface;
    const whole = scene && { ...scene, shapes: [...scene.shapes, ...this.layer()] };
    return whole && withLegend(whole, this.#legendShown, this.#theme());
  }

  #listen(): void {
    this.drawing.addEventListener("pointermove", (event) => this.mark(this.#partAt(event)));
    this.drawing.addEventListener("pointerleave", () => this.mark(undefined));
    this.drawing.addEventListener("click", (event) => {
      const part = this.#partAt(event);
      if (part !== undefined) {
        this.#parts?.choose?.(part);
      }
    });
    this.drawing.addEventListener("keydown", (event) => this.#onKey(event));
  }

  #partAt(event: PointerEvent | MouseEvent): K | undefined {
    const [x, y] = pointer(event, this.drawing);
    return this.#parts?.at(x, y);
  }

  #onKey(event: KeyboardEvent): void {
    const direction = DIRECTIONS[event.key];
    if (direction) {
      event.preventDefault();
      const next = this.#parts?.next(this.#marked, direction);
      if (next !== undefined) {
        this.mark(next, true);
      }
    } else if ((event.key === "Enter" || event.key === " ") && this.#marked !== undefined) {
      event.preventDefault();
      this.#parts?.choose?.(this.#marked);
    } else if (event.key === "Escape") {
      this.#parts?.leave?.();
    }
  }

  #drawMark(): void {
    const parts = this.#parts;
    const part = this.#marked;
    const shapes = part === undefined || !parts ? [] : parts.outline(part);
    select(this.#overlay)
      .selectAll<SVGElement, Shape>("*")
      .data(shapes, (shape, at) => `${shape.kind} ${at}`)
      .join((enter) =>
        enter.append((shape) =>
          document.createElementNS("http://www.w3.org/2000/svg", elementOf(shape)),
        ),
      )
      .each(function (shape) {
        for (const [name, value] of Object.entries(attributesOf(shape))) {
          select(this).attr(name, value ?? null);
        }
      });
    this.#showReadout(part === undefined || !parts ? this.#rest : parts.describe(part));
  }

  #showReadout(shown: Described | undefined): void {
    if (shown) {
      this.#readout.replaceChildren(element("h3", {}, shown.title), factList(shown.facts));
    }
  }

  #toggleTable(): void {
    this.#isTableShown = !this.#isTableShown;
    this.#tableButton.setAttribute("aria-pressed", String(this.#isTableShown));
    this.#tableSlot.hidden = !this.#isTableShown;
    this.root.classList.toggle("shows-table", this.#isTableShown);
    if (this.#isTableShown && this.#table) {
      this.#tableSlot.replaceChildren(tableBox(this.#table()));
    }
  }
}

/** In place of a picture without anything in it, as of an empty map. */
function nothing(scene: Scene, { muted }: Theme): Scene {
  const middle = { x: scene.width / 2, y: scene.height / 2, anchor: "middle" as const };
  const text = "There is nothing to draw: no OSDs, no buckets.";
  return { ...scene, shapes: [{ kind: "text", text, ...middle, size: 14, fill: muted }] };
}
