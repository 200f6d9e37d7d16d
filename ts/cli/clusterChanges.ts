import { buffer } from "node:stream/consumers";
import type { Command } from "commander";
import { CrushlabError } from "../errors.ts";
import { readBytes } from "../files.ts";
import { readScenario } from "../scenario.ts";
import { readScript } from "../script.ts";
import type { Change } from "../simulate.ts";

/** A change as an option gives it; scripts are read later. */
type Asked = Change | { script: string };

/** Options that say what happens to a cluster, in the order in which they were given. */
export interface ChangeOptions {
  changes: readonly Asked[];
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
  return { changes };
}

/** The changes, with scripts read. */
export async function readChanges({ changes }: ChangeOptions): Promise<Change[]> {
  const read = changes.map(async (change) =>
    typeof change === "object" && "script" in change ? readScriptFile(change.script) : [change],
  );
  return (await Promise.all(read)).flat();
}

async function readScriptFile(path: string): Promise<Change[]> {
  const bytes = path === "-" ? await buffer(process.stdin) : await readBytes(path);
  try {
    const text = new TextDecoder().decode(bytes);
    return /\.(ya?ml|json)$/.test(path) ? readScenario(text) : readScript(text);
  } catch (error) {
    if (error instanceof CrushlabError) {
      const { code, message, line } = error;
      throw new CrushlabError(code, message, { path, ...(line !== undefined && { line }) });
    }
    throw error;
  }
}
