import type { Command } from "commander";
import { runOsdmaptool } from "#native";
import { onlyNative } from "../../base/core.ts";

const EXAMPLE = `
Every argument is osdmaptool's own; crushlab osdmaptool --help lists them.

Example:
  crushlab osdmaptool osdmap.bin --test-map-pgs --pool 1`;

/** The line about osdmaptool in `crushlab --help`; its arguments never come here. */
export function describeOsdmaptool(command: Command): void {
  command
    .description("do what Ceph's osdmaptool does: same arguments, same output")
    .argument("[args...]", "osdmaptool's arguments")
    .addHelpText("after", EXAMPLE);
}

/** `crushlab osdmaptool …`: writes to this process's own output, and returns the exit code. */
export function osdmaptoolCommand(args: string[]): number {
  return onlyNative("osdmaptool", runOsdmaptool)(args);
}
