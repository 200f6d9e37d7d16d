// Runs after `npm run build:ts` (npm's `postbuild:ts`), on what it made in dist.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./setup.mjs";

const DIST = join(ROOT, "dist");
const TYPES = join(DIST, "index.d.cts");
/** The types of the binding, from dist. */
const BINDING = "../crates/node/binding/index.cjs";

// ES modules and CommonJS share one copy of everything, so that a class is the same in both.
const SAME = 'export * from "./index.cjs";\n';

/** What the library for browsers has besides; scripts/package.mjs bundles it. */
const INIT = `${SAME}
/**
 * Makes the WebAssembly core ready; to be awaited once before anything else is called. Work runs on
 * the thread that asks for it.
 */
export default function init(): Promise<void>;
`;

// The oldest way to find types (node10) knows nothing of a package's own "imports".
const types = readFileSync(TYPES, "utf8");
writeFileSync(TYPES, types.replaceAll(/(["'])#native\1/g, `"${BINDING}"`));
writeFileSync(join(DIST, "index.js"), SAME);
writeFileSync(join(DIST, "index.d.ts"), SAME);
writeFileSync(join(DIST, "wasm.d.ts"), INIT);
