import { CrushlabError } from "../../ts/base/errors.ts";
import { readScenario, type Scenario } from "../../ts/change/scenario.ts";
import { readScript } from "../../ts/change/script.ts";
import type { SourceFile } from "./contract.ts";
import { stepsFormOf } from "./stepsFile.ts";

/**
 * Reads a file that says what shall happen: a scenario, or the ceph lines of a shell script.
 *
 * @throws {CrushlabError} `invalid_command`, with the file's name and the line.
 */
export function readSteps(file: SourceFile): Scenario {
  const text = new TextDecoder().decode(file.bytes);
  try {
    const isScenario = stepsFormOf(file) === "scenario";
    return isScenario ? readScenario(text) : { config: {}, changes: readScript(text) };
  } catch (error) {
    if (error instanceof CrushlabError) {
      const { code, message, hint, line } = error;
      throw new CrushlabError(code, `${file.name}: ${message}`, {
        ...(hint !== undefined && { hint }),
        ...(line !== undefined && { line }),
      });
    }
    throw error;
  }
}
