import type { NativeToolResult } from "#native";
import { CrushlabError, fromNative } from "../base/errors.ts";

/** What a drop-in tool reads. */
export interface ToolOptions {
  /** Its standard input. Default: nothing. */
  stdin?: Uint8Array;
  /**
   * Release that it prints as: `16.2.15` (`pacific`, `16`), `18.2.7` (`reef`, `18`) or `20.2.4`
   * (`tentacle`, `20`). Arguments that begin with `--release` go before it. Default: 20.2.4.
   */
  release?: string;
}

/** The arguments with a release in front, unless they begin with one or none is named. */
export function withRelease(args: readonly string[], release: string | undefined): string[] {
  const isGiven = args[0] === "--release" || args[0]?.startsWith("--release=");
  return release && !isGiven ? ["--release", release, ...args] : [...args];
}

/** What a run of a drop-in tool left behind. */
export interface ToolResult {
  exitCode: number;
  /** Bytes that it printed. */
  stdout: Uint8Array;
  /** Its warnings and errors. */
  stderr: string;
}

/** Runs a drop-in tool of the binding and keeps what it prints. For this package's own modules. */
export async function captureTool(
  tool: (args: string[], stdin: Uint8Array) => Promise<NativeToolResult>,
  args: readonly string[],
  { stdin = new Uint8Array(), release }: ToolOptions,
): Promise<ToolResult> {
  if (!Array.isArray(args) || !args.every((arg) => typeof arg === "string")) {
    throw new CrushlabError("invalid_argument", "args is not a list of strings");
  }
  if (release !== undefined && typeof release !== "string") {
    throw new CrushlabError("invalid_argument", "release is not a text, such as 18.2.7");
  }
  try {
    const { exitCode, stdout, stderr } = await tool(withRelease(args, release), stdin);
    return { exitCode, stdout, stderr: new TextDecoder().decode(stderr) };
  } catch (error) {
    throw fromNative(error);
  }
}
