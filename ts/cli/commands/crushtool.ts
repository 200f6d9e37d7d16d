import type { Command } from "commander";
import { runCrushtool } from "#native";
import { onlyNative } from "../../base/core.ts";

const EXAMPLE = `
Every argument is crushtool's own; crushlab crushtool --help lists them.

Example:
  crushlab crushtool -i map.bin --test --rule 0 --num-rep 3 --show-statistics`;

/** The line about crushtool in `crushlab --help`; its arguments never come here. */
export function describeCrushtool(command: Command): void {
  command
    .description("do what Ceph's crushtool does: same arguments, same output")
    .argument("[args...]", "crushtool's arguments")
    .addHelpText("after", EXAMPLE);
}

/** `crushlab crushtool …`: reads and writes this process's own files, and returns the exit code. */
export function crushtoolCommand(args: string[]): number {
  return onlyNative("crushtool", runCrushtool)(args);
}
