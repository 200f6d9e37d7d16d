import { drawScene } from "./canvas.ts";
import type { Scene } from "./scene.ts";
import { svgText } from "./svgText.ts";

/** Pixels of a PNG to one of the scene: sharp on a projector and in print. */
const PNG_DENSITY = 2;
/** How long a download may take to begin. */
const URL_LIFETIME_MS = 60_000;

/** Hands a scene to the user as an SVG file. */
export function saveSvg(scene: Scene, name: string): void {
  saveFile(new Blob([svgText(scene)], { type: "image/svg+xml" }), `${name}.svg`);
}

/** Hands a scene to the user as a PNG file. */
export async function savePng(scene: Scene, name: string): Promise<void> {
  const canvas = document.createElement("canvas");
  drawScene(canvas, scene, PNG_DENSITY);
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, "image/png"));
  if (blob) {
    saveFile(blob, `${name}.png`);
  }
}

/** Hands a file to the user, as a download. */
export function saveFile(blob: Blob, name: string): void {
  const address = URL.createObjectURL(blob);
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), URL_LIFETIME_MS);
}
