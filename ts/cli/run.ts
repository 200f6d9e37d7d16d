import { CommanderError } from "commander";
import { CrushlabError } from "../base/errors.ts";
import { errorLine } from "./errorLine.ts";
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
    if (error instanceof CrushlabError) {
      process.stderr.write(`crushlab: ${errorLine(error)}\n`);
      return EXIT_BAD_INPUT;
    }
    throw error;
  }
}
