import { select } from "d3";
import { attributesOf, elementOf } from "./attributes.ts";
import { drawScene } from "./canvas.ts";
import { FONTS, type Scene, type Shape } from "./scene.ts";

/** Shapes up to which a scene is drawn as SVG; beyond, a canvas is quicker. */
export const SVG_SHAPES_MAX = 1500;

/** Shows scenes in an element: as SVG while they are small, on a canvas when they are not. */
export class Surface {
  readonly element: HTMLElement;
  readonly #svg: SVGSVGElement;
  readonly #canvas: HTMLCanvasElement;
  #scene: Scene | undefined;

  constructor(element: HTMLElement) {
    this.element = element;
    this.#svg = select(element)
      .append("svg")
      .attr("aria-hidden", "true")
      .attr("font-family", FONTS.text)
      .node() as SVGSVGElement;
    this.#canvas = select(element)
      .append("canvas")
      .attr("aria-hidden", "true")
      .node() as HTMLCanvasElement;
  }

  /** What was shown last. */
  get scene(): Scene | undefined {
    return this.#scene;
  }

  /** Shows a scene in place of the last. */
  show(scene: Scene): void {
    this.#scene = scene;
    const isSmall = scene.shapes.length <= SVG_SHAPES_MAX;
    select(this.#svg).classed("is-shown", isSmall);
    select(this.#canvas).classed("is-shown", !isSmall);
    if (isSmall) {
      this.#drawSvg(scene);
    } else {
      select(this.#svg).selectAll("*").remove();
      drawScene(this.#canvas, scene, window.devicePixelRatio);
    }
  }

  #drawSvg({ width, height, background, shapes }: Scene): void {
    const svg = select(this.#svg)
      .attr("viewBox", `0 0 ${width} ${height}`)
      .attr("width", width)
      .attr("height", height);
    svg
      .selectAll<SVGRectElement, string>("rect.background")
      .data([background])
      .join((enter) => enter.insert("rect", ":first-child").attr("class", "background"))
      .attr("width", width)
      .attr("height", height)
      .attr("fill", (colour) => colour);
    svg
      .selectAll<SVGElement, Shape>(".shape")
      .data(shapes, (shape, at) => `${shape.kind} ${shape.key ?? at}`)
      .join((enter) =>
        enter
          .append((shape) =>
            document.createElementNS("http://www.w3.org/2000/svg", elementOf(shape)),
          )
          .attr("class", "shape"),
      )
      .order()
      .each(function (shape) {
        for (const [name, value] of Object.entries(attributesOf(shape))) {
          if (value === undefined) {
            this.removeAttribute(name);
          } else if (this.getAttribute(name) !== value) {
            this.setAttribute(name, value);
          }
        }
        if (shape.kind === "text" && this.textContent !== shape.text) {
          this.textContent = shape.text;
        }
      });
  }
}
