import { anOsdDies } from "./anOsdDies.ts";
import { drawingStraws } from "./drawingStraws.ts";
import { erasureCodes } from "./erasureCodes.ts";
import { failureDomains } from "./failureDomains.ts";
import type { Lesson } from "./lesson.ts";
import { objectToPg } from "./objectToPg.ts";
import { pgNum } from "./pgNum.ts";
import { whyNotModulo } from "./whyNotModulo.ts";
import { yourOwnCluster } from "./yourOwnCluster.ts";

/** The workshop, lesson by lesson. */
export const LESSONS: readonly Lesson[] = [
  objectToPg,
  whyNotModulo,
  drawingStraws,
  failureDomains,
  anOsdDies,
  pgNum,
  erasureCodes,
  yourOwnCluster,
];
