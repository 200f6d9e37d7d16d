import { buffer } from "node:stream/consumers";
import type { Command } from "commander";
import { CrushlabError } from "../base/errors.ts";
import { readBytes } from "../base/files.ts";
import { readScenario, type Scenario } from "../change/scenario.ts";
import { readScript } from "../change/script.ts";
import type { Change } from "../change/simulate.ts";
import type { Config } from "../cluster/cluster.ts";
import { addConfigOption } from "./options.ts";

/** A change as an option gives it; scripts are read later. */
type Asked = Change | { script: string };

/** Options that say what happens to a cluster, in the order in which they were given. */
export interface ChangeOptions {
  changes: readonly Asked[];
  /** Settings of the cluster; they overrule those of a scenario. */
  config: Config;
}

/** Adds the options that say what happens to a cluster. They may be mixed and repeated. */
export function addChangeOptions(command: Command): ChangeOptions {
  const changes: Asked[] = [];
  const option = (flags: string, help: string, change: (text: string) => Asked) =>
    command.option(flags, help, (text: string) => {
      changes.push(change(text));
      return changes;
    });
  option("--run <command>", "'ceph osd out 3', …; may be repeated", (run) => ({ run }));
  option("--fail <what>", "osd.3, host=h1, rack=r2, class=ssd, …", (fail) => ({ fail }));
  option("--recover <what>", "what comes back", (recover) => ({ recover }));
  option("--wait <time>", "time passes: 90s, 10m, 2h", (wait) => ({ wait }));
  option(
    "--script <file>",
    "the ceph lines of a shell script, or a scenario in YAML",
    (script) => ({ script }),
  );
  return { changes, config: addConfigOption(command) };
}

/** The changes and the settings, with scripts read. */
export async function readChanges({ changes, config }: ChangeOptions): Promise<Scenario> {
  const read = changes.map(
    async (change): Promise<Scenario> =>
      typeof change === "object" && "script" in change
        ? readScriptFile(change.script)
        : { config: {}, changes: [change] },
  );
  const parts = await Promise.all(read);
  return {
    config: Object.fromEntries(
      [...parts.map((part) => part.config), config].flatMap((part) => Object.entries(part)),
    ),
    changes: parts.flatMap((part) => part.changes),
  };
}

async function readScriptFile(path: string): Promise<Scenario> {
  const bytes = path === "-" ? await buffer(process.stdin) : await readBytes(path);
  try {
    const text = new TextDecoder().decode(bytes);
    const isScenario = /\.(ya?ml|json)$/.test(path);
    return isScenario ? readScenario(text) : { config: {}, changes: readScript(text) };
  } catch (error) {
    if (error instanceof CrushlabError) {
      const { code, message, line } = error;
      throw new CrushlabError(code, message, { path, ...(line !== undefined && { line }) });
    }
    throw error;
  }
}
