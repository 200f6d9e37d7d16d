import { captureCrushtool } from "#native";
import { onlyNative } from "../base/core.ts";
import { captureTool, type ToolOptions, type ToolResult } from "./dropIn.ts";

/**
 * Does what Ceph's crushtool of a release does, in this process but on another thread: the same
 * arguments, the same bytes, the same exit code. Reads and writes the files that the arguments
 * name; `-i -` reads a map from `stdin`.
 *
 * @throws {CrushlabError} `invalid_argument`; `unavailable` on the WebAssembly core. What
 * crushtool itself complains of is in the result.
 */
export async function crushtool(
  args: readonly string[],
  options: ToolOptions = {},
): Promise<ToolResult> {
  return captureTool(onlyNative("crushtool", captureCrushtool), args, options);
}
