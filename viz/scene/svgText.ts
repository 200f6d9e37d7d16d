import { attributesOf, elementOf, number } from "./attributes.ts";
import { FONTS, type Scene, type Shape } from "./scene.ts";

/** A scene as the text of an SVG file that needs nothing else. */
export function svgText({ width, height, title, background, shapes }: Scene): string {
  const size = `width="${number(width)}" height="${number(height)}"`;
  const box = `viewBox="0 0 ${number(width)} ${number(height)}"`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" ${size} ${box} font-family="${FONTS.text}">`,
    `<title>${escaped(title)}</title>`,
    `<rect width="100%" height="100%" fill="${background}"/>`,
    ...shapes.map(shapeText),
    "</svg>\n",
  ].join("\n");
}

function shapeText(shape: Shape): string {
  const name = elementOf(shape);
  const attributes = Object.entries(attributesOf(shape))
    .map(([key, value]) => (value === undefined ? "" : ` ${key}="${escaped(value)}"`))
    .join("");
  return shape.kind === "text"
    ? `<text${attributes}>${escaped(shape.text)}</text>`
    : `<${name}${attributes}/>`;
}

/** Text that is safe inside of XML: no markup, and no character that XML does not know. */
export function escaped(text: string): string {
  return text
    .replaceAll(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, "\ufffd")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
