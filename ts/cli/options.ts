import { buffer } from "node:stream/consumers";
import { type Command, InvalidArgumentError } from "commander";
import { CrushlabError } from "../base/errors.ts";
import { readBytes } from "../base/files.ts";
import type { Config } from "../cluster/cluster.ts";
import { CrushMap } from "../map/crushMap.ts";

/** Parser of an option's value that must be a whole number from `min` to `max`. */
export function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < min || value > max) {
      throw new InvalidArgumentError(`Expected a whole number from ${min} to ${max}.`);
    }
    return value;
  };
}

/** Parser of an option that may be given several times. */
export function collect(text: string, previous: readonly string[] = []): string[] {
  return [...previous, text];
}

/**
 * Refuses a call without an option that it needs. Commander's own check would come before the one
 * for unknown options, and hide that `--rul` is not `--rule`.
 */
export function requireOptions(options: object, names: readonly string[]): void {
  const missing = names.filter((name) => !(name in options)).map((name) => `--${name}`);
  if (missing.length > 0) {
    throw new CrushlabError("invalid_argument", `${missing.join(", ")} missing`, {
      hint: "--help shows an example",
    });
  }
}

/** The map in a file, or for `-` on standard input. */
export async function loadMap(path: string): Promise<CrushMap> {
  return path === "-" ? CrushMap.read(await buffer(process.stdin)) : CrushMap.load(path);
}

/** Adds the option for settings of monitors and managers; returns where they are put. */
export function addConfigOption(command: Command): Config {
  // Without a prototype, so that no name means anything but a setting.
  const config: Record<string, string> = Object.create(null);
  command.option(
    "--config <name=value>",
    "a setting, by Ceph's name for it; may be repeated",
    (text) => {
      const [name = "", ...value] = text.split("=");
      if (name === "" || value.length === 0) {
        const hint = "as in --config mon_allow_pool_delete=true";
        throw new CrushlabError("invalid_argument", `--config ${text} has no value`, { hint });
      }
      config[name] = value.join("=");
    },
  );
  return config;
}

/** Help text of the arguments that `loadChanged` reads. */
export const CLUSTER_ARGUMENT =
  "files of one cluster: OSDMap, ceph report, or ceph osd dump and a CRUSH map, or YAML; " +
  "also pg dump, osd df tree, df detail; or one snapshot, or a folder or tar of Ceph's outputs " +
  "(a sosreport); gzip or not; - for standard input";

/** What `parse` makes of a file's text; its errors name the file. */
export async function readFileAs<T>(path: string, parse: (text: string) => T): Promise<T> {
  const bytes = path === "-" ? await buffer(process.stdin) : await readBytes(path);
  try {
    return parse(new TextDecoder().decode(bytes));
  } catch (error) {
    if (error instanceof CrushlabError) {
      const { code, message, line } = error;
      throw new CrushlabError(code, message, { path, ...(line !== undefined && { line }) });
    }
    throw error;
  }
}
