import { FONTS, type Scene, type Shape, type TextShape } from "./scene.ts";

/** Draws a scene on a canvas, with so many of its pixels to one of the scene's. */
export function drawScene(canvas: HTMLCanvasElement, scene: Scene, density: number): void {
  const [width, height] = [scene.width, scene.height].map((size) => Math.round(size * density));
  if (width === undefined || height === undefined) {
    return;
  }
  // Setting a size clears the canvas and costs time, so it is done only where it is another one.
  if (canvas.width !== width || canvas.height !== height) {
    canvas.width = width;
    canvas.height = height;
  }
  const context = canvas.getContext("2d");
  if (!context) {
    return;
  }
  context.setTransform(density, 0, 0, density, 0, 0);
  context.globalAlpha = 1;
  context.fillStyle = scene.background;
  context.fillRect(0, 0, scene.width, scene.height);
  for (const shape of scene.shapes) {
    drawShape(context, shape);
  }
}

/** Draws one shape. */
export function drawShape(context: CanvasRenderingContext2D, shape: Shape): void {
  context.globalAlpha = shape.opacity ?? 1;
  context.lineWidth = shape.strokeWidth ?? 1;
  if (shape.fill !== undefined) {
    context.fillStyle = shape.fill;
  }
  if (shape.stroke !== undefined) {
    context.strokeStyle = shape.stroke;
  }
  switch (shape.kind) {
    case "rect":
      drawRect(context, shape);
      return;
    case "circle":
      context.beginPath();
      context.arc(shape.x, shape.y, Math.max(0, shape.r), 0, 2 * Math.PI);
      paint(context, shape);
      return;
    case "sector":
      drawSector(context, shape);
      return;
    case "line":
      context.setLineDash(shape.dash?.split(" ").map(Number) ?? []);
      context.beginPath();
      context.moveTo(shape.x1, shape.y1);
      context.lineTo(shape.x2, shape.y2);
      context.stroke();
      context.setLineDash([]);
      return;
    case "path":
      drawPath(context, shape);
      return;
    case "text":
      drawText(context, shape);
  }
}

function drawRect(
  context: CanvasRenderingContext2D,
  shape: Extract<Shape, { kind: "rect" }>,
): void {
  const { x, y, width, height, radius = 0 } = shape;
  if (radius === 0 && shape.stroke === undefined) {
    context.fillRect(x, y, width, height);
    return;
  }
  context.beginPath();
  context.roundRect(x, y, Math.max(0, width), Math.max(0, height), radius);
  paint(context, shape);
}

function drawSector(
  context: CanvasRenderingContext2D,
  shape: Extract<Shape, { kind: "sector" }>,
): void {
  // A canvas counts angles from the right, a sector from the top.
  const [from, to] = [shape.startAngle - Math.PI / 2, shape.endAngle - Math.PI / 2];
  context.beginPath();
  context.arc(shape.x, shape.y, Math.max(0, shape.outerRadius), from, to);
  context.arc(shape.x, shape.y, Math.max(0, shape.innerRadius), to, from, true);
  context.closePath();
  paint(context, shape);
}

function drawPath(
  context: CanvasRenderingContext2D,
  shape: Extract<Shape, { kind: "path" }>,
): void {
  const { x = 0, y = 0 } = shape;
  const path = new Path2D(shape.d);
  context.translate(x, y);
  if (shape.fill !== undefined) {
    context.fill(path);
  }
  if (shape.stroke !== undefined) {
    context.stroke(path);
  }
  context.translate(-x, -y);
}

function drawText(context: CanvasRenderingContext2D, shape: TextShape): void {
  const { text, x, y, size, anchor = "start", weight = "normal", isMono = false, turn = 0 } = shape;
  context.font = `${weight === "bold" ? "600 " : ""}${size}px ${isMono ? FONTS.mono : FONTS.text}`;
  context.textAlign = anchor === "middle" ? "center" : anchor;
  context.textBaseline = "middle";
  if (turn === 0) {
    context.fillText(text, x, y);
    return;
  }
  context.save();
  context.translate(x, y);
  context.rotate((turn * Math.PI) / 180);
  context.fillText(text, 0, 0);
  context.restore();
}

function paint(context: CanvasRenderingContext2D, { fill, stroke }: Shape): void {
  if (fill !== undefined) {
    context.fill();
  }
  if (stroke !== undefined) {
    context.stroke();
  }
}
