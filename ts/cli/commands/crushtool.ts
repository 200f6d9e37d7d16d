import type { Command } from "commander";
import { runCrushtool } from "#native";
import { onlyNative } from "../../base/core.ts";
import { withRelease } from "../../tools/dropIn.ts";

const EXAMPLE = `
Every argument is crushtool's own; crushlab crushtool --help lists them. In front of them,
--release 16.2.15, 18.2.7 or 20.2.4 (the default) says whose output it is; so does the
environment variable CRUSHLAB_RELEASE.

Example:
  crushlab crushtool -i map.bin --test --rule 0 --num-rep 3 --show-statistics`;

/** The line about crushtool in `crushlab --help`; its arguments never come here. */
export function describeCrushtool(command: Command): void {
  command
    .description("do what Ceph's crushtool does: same arguments, same output")
    .argument("[args...]", "--release RELEASE, then crushtool's arguments")
    .addHelpText("after", EXAMPLE);
}

/** `crushlab crushtool …`: reads and writes this process's own files, and returns the exit code. */
export function crushtoolCommand(args: string[]): number {
  return onlyNative("crushtool", runCrushtool)(withRelease(args, process.env.CRUSHLAB_RELEASE));
}
