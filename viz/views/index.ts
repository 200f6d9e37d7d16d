import { clusterView } from "./cluster/index.ts";
import { compareView } from "./compare/index.ts";
import { distributionView } from "./distribution/index.ts";
import { pgView } from "./pg/index.ts";
import { remapView } from "./remap/index.ts";
import type { View } from "./view.ts";
import { workshopView } from "./workshop/index.ts";

/** The page's views, in the order of the navigation. */
export const VIEWS: readonly View[] = [
  clusterView,
  remapView,
  distributionView,
  pgView,
  compareView,
  workshopView,
];
