import packageJson from "../../package.json" with { type: "json" };
import { coreInUse } from "../base/core.ts";
import { CrushlabError } from "../base/errors.ts";
import { kernels } from "../base/kernel.ts";
import { errorLine } from "./errorLine.ts";

/** Whether `--version --verbose` is all that is asked for. */
export function isVerboseVersion(args: readonly string[]): boolean {
  const asked = args.some((arg) => arg === "--version" || arg === "-V");
  return asked && args.length === 2 && args.includes("--verbose");
}

const CORES = {
  native: "native binding",
  wasm: `WebAssembly, as there is no native binding for ${process.platform}-${process.arch} here`,
};

/** The version, and what maps placements on this machine. */
export function verboseVersion(): string {
  const { running, available, cores } = kernels();
  return [
    packageJson.version,
    `core: ${CORES[coreInUse()]}`,
    `kernel: ${running}`,
    `kernels that run here: ${available.join(", ")}`,
    `cores: ${cores}`,
    "",
  ].join("\n");
}

/** Whether CRUSHLAB_KERNEL names a kernel that runs here; complains if it does not. */
export function checkKernel(): boolean {
  try {
    kernels();
    return true;
  } catch (error) {
    if (!(error instanceof CrushlabError)) {
      throw error;
    }
    process.stderr.write(`crushlab: CRUSHLAB_KERNEL: ${errorLine(error)}\n`);
    return false;
  }
}
