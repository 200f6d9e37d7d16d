// `npm run viz`: the page with an example cluster in it. With arguments it is the command
// `crushlab viz`. Builds what is missing first, so that it works on a fresh clone.

import { setUpPage } from "./page.mjs";
import { run, setUp } from "./setup.mjs";

setUp();
setUpPage();
const args = process.argv.slice(2);
const example = ["viz/examples/racks.yaml", "--fail", "host=host3", "--wait", "10m"];
if (args.length === 0) {
  process.stderr.write(`crushlab: an example, crushlab viz ${example.join(" ")}\n`);
  process.stderr.write("crushlab: npm run viz -- FILE… shows a cluster of your own\n");
}
process.exitCode = run(process.execPath, [
  "dist/cli.js",
  "viz",
  ...(args.length > 0 ? args : example),
]);
