// `npm start`: what happens to the example cluster when one of its hosts fails. Builds what is
// missing first, so that it works on a fresh clone.

import { run, setUp } from "./setup.mjs";

setUp();
const args = process.argv.slice(2);
const example = [
  "whatif",
  "examples/data/hybrid.crush.txt",
  ...["--rule", "ssd_primary", "--size", "3", "--out", "host=host4", "--top", "5"],
];
const shown = args.length > 0 ? args : example;
process.stdout.write(`$ crushlab ${shown.join(" ")}\n\n`);
process.exitCode = run(process.execPath, ["dist/cli.js", ...shown]);
