import type { Command } from "commander";
import { UINT32_MAX } from "../../base/arguments.ts";
import { CrushlabError } from "../../base/errors.ts";
import {
  addChangeOptions,
  CHANGES_HELP,
  type ChangeOptions,
  loadChanged,
  type StepOptions,
} from "../clusterChanges.ts";
import { isLive } from "../liveCluster.ts";
import { CLUSTER_ARGUMENT, collect, wholeNumber } from "../options.ts";
import { json, write } from "../output.ts";
import { headBeside } from "../render/headText.ts";
import { type Located, locationJson, locationText } from "../render/locationText.ts";
import { terminalForErrors } from "../render/terminal.ts";
import { reportHead } from "../reportHead.ts";

const EXAMPLE = `${CHANGES_HELP}

Where a cluster is in several files, --with names the others.

Examples:
  crushlab map osdmap.bin rbd rbd_header.1234
  crushlab map osd-dump.json --with crush-dump.json rbd a b c --namespace blue --json
  crushlab map osdmap.bin rbd rbd_header.1234 --fail host=h1
  crushlab map --live rbd rbd_header.1234`;

interface Options extends StepOptions {
  with?: string[];
  namespace?: string;
  key?: string;
  hash?: number;
  follow?: "read" | "write";
  json?: true;
}

/** `crushlab map CLUSTER POOL OBJECT…`: where objects are. */
export function describeMap(command: Command): void {
  command
    .description("say where objects are, as ceph osd map does")
    .argument("<cluster>", `${CLUSTER_ARGUMENT}; left out with --live`)
    .argument("<pool>", "name or id of the pool")
    .argument("[object...]", "names of objects")
    .option("--with <file>", "another file of the cluster; may be repeated", collect)
    .option("--namespace <name>", "the objects' namespace")
    .option("--key <key>", "locator key that is hashed in place of the names")
    .option("--hash <n>", "hash that is used in place of any", wholeNumber(0, UINT32_MAX))
    .addOption(
      command
        .createOption("--follow <access>", "go on to the cache tier that serves this access")
        .choices(["read", "write"]),
    )
    .option("--json", "print JSON: an object, or a list of them for several objects");
  const happens = addChangeOptions(command);
  command
    .addHelpText("after", EXAMPLE)
    .action((path: string, pool: string, objects: string[], options: Options) =>
      run(askedOf([path, pool, ...objects], options), options, happens),
    );
}

/** What the words ask for: with --live there is no file before the pool. */
function askedOf(words: readonly string[], options: Options): Asked {
  const [paths, rest] = isLive(options) ? [[], words] : [words.slice(0, 1), words.slice(1)];
  const [pool = "", ...objects] = rest;
  if (objects.length === 0) {
    const message = "found no object: expected CLUSTER POOL OBJECT, or POOL OBJECT with --live";
    throw new CrushlabError("invalid_argument", message, { hint: "--help shows examples" });
  }
  return { paths, pool, objects };
}

interface Asked {
  paths: readonly string[];
  pool: string;
  objects: readonly string[];
}

async function run(
  { paths, pool: poolName, objects }: Asked,
  { with: others = [], json: asJson, follow, namespace, key, hash, ...steps }: Options,
  happens: ChangeOptions,
): Promise<void> {
  const changed = await loadChanged([...paths, ...others], happens, steps);
  const { cluster } = changed;
  const { epoch } = cluster.info;
  const located = objects.map((object): Located => {
    const request = {
      ...(namespace !== undefined && { namespace }),
      ...(key !== undefined && { key }),
      ...(hash !== undefined && { hash }),
      ...(follow && { access: follow }),
    };
    const location = cluster.locate(poolName, object, request);
    const name = namespace ? `${namespace}/${object}` : object;
    return { epoch, pool: cluster.pool(location.pool), object: name, location };
  });
  const head = await reportHead(changed);
  const [first, ...more] = located.map((one) => ({ ...head, ...locationJson(one) }));
  if (asJson && first) {
    await write(json(more.length > 0 ? [first, ...more] : first));
  } else {
    process.stderr.write(headBeside(head, terminalForErrors()));
    await write(located.map((one) => `${locationText(one)}\n`));
  }
}
