// Preloaded into a process whose memory is measured: writes the most that it held, in bytes, to
// its fourth stream.

import { writeSync } from "node:fs";

process.on("exit", () => writeSync(3, String(process.resourceUsage().maxRSS * 1024)));
