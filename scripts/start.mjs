// `npm start`: what happens to an example cluster when one of its hosts fails. With arguments it is
// the command `crushlab`. Builds what is missing first, so that it works on a fresh clone.

import { run, setUp } from "./setup.mjs";

setUp();
const args = process.argv.slice(2);
const example = [
  "whatif",
  "examples/data/hybrid.crush.txt",
  ...["--rule", "ssd_primary", "--size", "3", "--out", "host=host4", "--top", "5"],
];
if (args.length === 0) {
  process.stdout.write(`$ crushlab ${example.join(" ")}\n\n`);
}
process.exitCode = run(process.execPath, ["dist/cli.js", ...(args.length > 0 ? args : example)]);
