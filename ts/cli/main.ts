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

// A reader that has seen enough, such as `head`, is no error.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") {
    throw error;
  }
  process.exit();
});
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
