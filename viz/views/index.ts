import { clusterView } from "./cluster.ts";
import { compareView } from "./compare.ts";
import { distributionView } from "./distribution.ts";
import { pgView } from "./pg.ts";
import { remapView } from "./remap.ts";
import type { View } from "./view.ts";
import { workshopView } from "./workshop.ts";

/** The page's views, in the order of the navigation. */
export const VIEWS: readonly View[] = [
  clusterView,
  remapView,
  distributionView,
  pgView,
  compareView,
  workshopView,
];
