import { CommanderError } from "commander";
import { CrushlabError } from "../errors.ts";
import { crushtoolCommand } from "./commands/crushtool.ts";
import { osdmaptoolCommand } from "./commands/osdmaptool.ts";
import { createProgram } from "./program.ts";
import { printable } from "./render/format.ts";

/** Exit code for anything wrong with what was asked. */
const EXIT_BAD_INPUT = 2;

/** Runs the command line and returns its exit code. */
async function main(args: readonly string[]): Promise<number> {
  // Everything after these words is the tool's, options like --help and --version included.
  if (args[0] === "crushtool") {
    return crushtoolCommand(args.slice(1));
  }
  if (args[0] === "osdmaptool") {
    return osdmaptoolCommand(args.slice(1));
  }
  try {
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

/** What went wrong, where and what to do, in one line. */
function errorLine({ message, path, hint }: CrushlabError): string {
  const [line = ""] = message.split("\n");
  const place = path !== undefined && !line.includes(path) ? `${path}: ` : "";
  return printable(`${place}${line}${hint === undefined ? "" : ` (${hint})`}`);
}

// A reader that has seen enough, such as `head`, is no error.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") {
    throw error;
  }
  process.exit();
});
process.exitCode = await main(process.argv.slice(2));
