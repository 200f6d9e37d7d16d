/** A rectangle of a picture, in pixels. */
export interface Area {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** The first of some areas that a place is in. */
export function areaAt<T extends Area>(areas: readonly T[], x: number, y: number): T | undefined {
  return areas.find((one) => isIn(one, x, y));
}

/** The last of some areas that a place is in: the one that is drawn above the others. */
export function topAreaAt<T extends Area>(
  areas: readonly T[],
  x: number,
  y: number,
): T | undefined {
  return areas.findLast((one) => isIn(one, x, y));
}

function isIn(area: Area, x: number, y: number): boolean {
  return x >= area.x && x < area.x + area.width && y >= area.y && y < area.y + area.height;
}
