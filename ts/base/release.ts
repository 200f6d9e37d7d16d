import { releaseNames } from "#native";
import { describe } from "./arguments.ts";
import { CrushlabError } from "./errors.ts";
import { suggestionHint } from "./suggest.ts";

/**
 * The number of a release of Ceph: 16 of `pacific`.
 *
 * @throws {CrushlabError} `invalid_argument`.
 */
export function releaseNumber(name: string): number {
  const names = releaseNames();
  const at = names.indexOf(name);
  if (at < 0) {
    throw new CrushlabError(
      "invalid_argument",
      `release is ${describe(name)}: expected the name of a release, such as pacific`,
      suggestionHint(String(name), names),
    );
  }
  return at + 1;
}

/** The name of a release by its number; nothing where there is none. */
export function releaseName(number: number): string | undefined {
  return releaseNames()[number - 1];
}
