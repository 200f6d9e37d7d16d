import type { Command } from "commander";
import { runOsdmaptool } from "#native";
import { onlyNative } from "../../base/core.ts";
import { withRelease } from "../../tools/dropIn.ts";

const EXAMPLE = `
Every argument is osdmaptool's own; crushlab osdmaptool --help lists them. In front of them,
--release 16.2.15, 18.2.7 or 20.2.4 (the default) says whose output it is; so does the
environment variable CRUSHLAB_RELEASE.

Example:
  crushlab osdmaptool osdmap.bin --test-map-pgs --pool 1`;

/** The line about osdmaptool in `crushlab --help`; its arguments never come here. */
export function describeOsdmaptool(command: Command): void {
  command
    .description("do what Ceph's osdmaptool does: same arguments, same output")
    .argument("[args...]", "--release RELEASE, then osdmaptool's arguments")
    .addHelpText("after", EXAMPLE);
}

/** `crushlab osdmaptool …`: writes to this process's own output, and returns the exit code. */
export function osdmaptoolCommand(args: string[]): number {
  return onlyNative("osdmaptool", runOsdmaptool)(withRelease(args, process.env.CRUSHLAB_RELEASE));
}
