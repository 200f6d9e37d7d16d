import { CommanderError } from "commander";
import { EXIT_BAD_INPUT } from "./exit.ts";
import { createProgram } from "./program.ts";
import { isVerboseVersion, verboseVersion } from "./version.ts";

/** Runs any command but the tools, and returns its exit code. */
export async function run(args: readonly string[]): Promise<number> {
  try {
    if (isVerboseVersion(args)) {
      process.stdout.write(verboseVersion());
      return 0;
    }
    await createProgram().parseAsync(args, { from: "user" });
    // A command that has something to say by its exit code has set it.
    return Number(process.exitCode ?? 0);
  } catch (error) {
    if (error instanceof CommanderError) {
      return error.exitCode === 0 ? 0 : EXIT_BAD_INPUT;
    }
    throw error;
  }
}
