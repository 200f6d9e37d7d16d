import { captureCrushtool } from "#native";
import { CrushlabError, fromNative } from "./errors.ts";

/** What crushtool reads. */
export interface CrushtoolOptions {
  /** Its standard input, which `-i -` reads a map from. Default: nothing. */
  stdin?: Uint8Array;
}

/** What a run of crushtool left behind. */
export interface CrushtoolResult {
  exitCode: number;
  /** Bytes that it printed. */
  stdout: Uint8Array;
  /** Its warnings and errors. */
  stderr: string;
}

/**
 * Does what Ceph's crushtool does, in this process but on another thread: the same arguments, the
 * same bytes, the same exit code. Reads and writes the files that the arguments name.
 *
 * @throws {CrushlabError} `invalid_argument`. What crushtool itself complains of is in the result.
 */
export async function crushtool(
  args: readonly string[],
  options: CrushtoolOptions = {},
): Promise<CrushtoolResult> {
  if (!Array.isArray(args) || !args.every((arg) => typeof arg === "string")) {
    throw new CrushlabError("invalid_argument", "args is no list of strings");
  }
  const stdin = options.stdin ?? new Uint8Array();
  try {
    const { exitCode, stdout, stderr } = await captureCrushtool([...args], stdin);
    return { exitCode, stdout, stderr: new TextDecoder().decode(stderr) };
  } catch (error) {
    throw fromNative(error);
  }
}
