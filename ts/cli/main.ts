import { EXIT_BAD_INPUT } from "./exit.ts";

/**
 * Runs the command line and returns its exit code. What a command does not need is not loaded for
 * it: the tools start in a few milliseconds.
 */
async function main(args: readonly string[]): Promise<number> {
  const [word, ...rest] = args;
  if (process.env.CRUSHLAB_KERNEL) {
    const { checkKernel } = await import("./version.ts");
    if (!checkKernel()) {
      return EXIT_BAD_INPUT;
    }
  }
  // Everything after these words is the tool's, options like --help and --version included.
  if (word === "crushtool") {
    return (await import("./commands/crushtool.ts")).crushtoolCommand(rest);
  }
  if (word === "osdmaptool") {
    return (await import("./commands/osdmaptool.ts")).osdmaptoolCommand(rest);
  }
  return (await import("./run.ts")).run(args);
}

process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  // A reader that has seen enough, such as `head`, is no error.
  if (error.code !== "EPIPE") {
    const why = error.code === "ENOSPC" ? "no space left" : error.message;
    process.stderr.write(`crushlab: cannot write to standard output: ${why}\n`);
    process.exit(EXIT_BAD_INPUT);
  }
  process.exit();
});
// Nobody is left who could be told.
process.stderr.on("error", () => {});
process.exitCode = await main(process.argv.slice(2)).catch(complain);

/** Says in one line what was wrong with what was asked, and gives the exit code for it. */
async function complain(error: unknown): Promise<number> {
  const { CrushlabError } = await import("../base/errors.ts");
  if (!(error instanceof CrushlabError)) {
    throw error;
  }
  const { errorLine } = await import("./errorLine.ts");
  process.stderr.write(`crushlab: ${errorLine(error)}\n`);
  return EXIT_BAD_INPUT;
}
