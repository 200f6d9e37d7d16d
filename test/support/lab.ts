import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..", "..");

/** Files of a small cluster; `examples/data/make-lab-cluster.sh` made them. */
export const LAB = join(ROOT, "examples/data/lab");

/** What that cluster itself answered, and its state after failures; from the same script. */
export const GOLDEN_LAB = join(ROOT, "test/golden/lab");

/** A cluster on bluestore with weight sets, and what it answered; `make.sh` there made them. */
export const GOLDEN_BLUESTORE = join(ROOT, "test/golden/bluestore");
