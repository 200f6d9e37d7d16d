import type { NativeToolResult } from "#native";
import { CrushlabError, fromNative } from "../base/errors.ts";

/** What a drop-in tool reads. */
export interface ToolOptions {
  /** Its standard input. Default: nothing. */
  stdin?: Uint8Array;
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
  { stdin = new Uint8Array() }: ToolOptions,
): Promise<ToolResult> {
  if (!Array.isArray(args) || !args.every((arg) => typeof arg === "string")) {
    throw new CrushlabError("invalid_argument", "args is not a list of strings");
  }
  try {
    const { exitCode, stdout, stderr } = await tool([...args], stdin);
    return { exitCode, stdout, stderr: new TextDecoder().decode(stderr) };
  } catch (error) {
    throw fromNative(error);
  }
}
