import { type Area, topAreaAt } from "./area.ts";
import { type Focus, within } from "./focus.ts";
import type { Forest, Span } from "./forest.ts";

/** A box of the picture, in pixels. */
export interface Box extends Span, Area {
  /** Leaves that are too narrow for a box each share one; the first of them is `index`. */
  members?: number[];
}

/** Where the boxes of an icicle are. */
export interface Icicle {
  /** Boxes within the picture, parents before children. */
  boxes: readonly Box[];
  /** Height of a row of buckets. */
  rowHeight: number;
}

/** Heights in pixels. */
const ROW = { most: 34, least: 16 } as const;
/** Part of the picture that buckets may take at most. */
const ROWS_PART_MAX = 0.6;
/** Narrowest box of a leaf, in pixels. */
const LEAF_WIDTH_MIN = 1;
/** Buckets that are narrower than this, in pixels, are left out. */
const BUCKET_WIDTH_MIN = 0.3;

/**
 * Boxes from the top down: roots first, devices last and down to the bottom, each as wide as it
 * weighs.
 */
export function icicle(forest: Forest, focus: Focus, width: number, height: number): Icicle {
  const rows = Math.max(1, forest.depthMax - focus.depth);
  const rowHeight = Math.max(ROW.least, Math.min(ROW.most, (height * ROWS_PART_MAX) / rows));
  const boxes: Box[] = [];
  for (const span of forest.spans) {
    const x = within(focus, span.x0) * width;
    const end = within(focus, span.x1) * width;
    const y = (span.depth - focus.depth) * rowHeight;
    const bottom = span.isLeaf ? height : y + rowHeight;
    const isSeen = end > 0 && x < width && bottom > 0 && y < height;
    const box = { ...span, x, y, width: end - x, height: bottom - y };
    if (isSeen && span.isLeaf && box.width < LEAF_WIDTH_MIN) {
      addShared(boxes, box);
    } else if (isSeen && box.width >= BUCKET_WIDTH_MIN) {
      boxes.push(box);
    }
  }
  return { boxes, rowHeight };
}

/** Adds a narrow leaf to the box of its pixel. */
function addShared(boxes: Box[], leaf: Box): void {
  const x = Math.floor(leaf.x);
  const last = boxes.at(-1);
  if (last?.members && last.x === x && last.depth === leaf.depth) {
    last.members.push(leaf.index);
  } else {
    boxes.push({ ...leaf, x, width: LEAF_WIDTH_MIN, members: [leaf.index] });
  }
}

/** Index of the node whose box is at a place. */
export function icicleAt({ boxes }: Icicle, x: number, y: number): number | undefined {
  return topAreaAt(boxes, x, y)?.index;
}
