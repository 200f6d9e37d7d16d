// `npm run viz`: the page with an example cluster in it. With arguments it is the command
// `crushlab viz`. Builds what is missing first, so that it works on a fresh clone.

import { setUpPage } from "./page.mjs";
import { run, setUp } from "./setup.mjs";

setUp();
setUpPage();
const args = process.argv.slice(2);
const example = ["viz/examples/racks.yaml", "--fail", "host=host3", "--wait", "10m"];
process.exitCode = run(process.execPath, [
  "dist/cli.js",
  "viz",
  ...(args.length > 0 ? args : example),
]);
