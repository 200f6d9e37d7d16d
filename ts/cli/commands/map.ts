import type { Command } from "commander";
import { UINT32_MAX } from "../../base/arguments.ts";
import { CLUSTER_ARGUMENT, collect, loadCluster, wholeNumber } from "../options.ts";
import { json, write } from "../output.ts";
import { type Located, locationJson, locationText } from "../render/locationText.ts";

const EXAMPLE = `
Where a cluster is in several files, --with names the others.

Examples:
  crushlab map osdmap.bin rbd rbd_header.1234
  crushlab map osd-dump.json --with crush-dump.json rbd a b c --namespace blue --json`;

interface Options {
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
    .argument("<cluster>", CLUSTER_ARGUMENT)
    .argument("<pool>", "name or id of the pool")
    .argument("<object...>", "names of objects")
    .option("--with <file>", "another file of the cluster; may be repeated", collect)
    .option("--namespace <name>", "the objects' namespace")
    .option("--key <key>", "locator key that is hashed in place of the names")
    .option("--hash <n>", "hash that is used in place of any", wholeNumber(0, UINT32_MAX))
    .addOption(
      command
        .createOption("--follow <access>", "go on to the cache tier that serves this access")
        .choices(["read", "write"]),
    )
    .option("--json", "print JSON: an object, or a list of them for several objects")
    .addHelpText("after", EXAMPLE)
    .action(run);
}

async function run(
  path: string,
  poolName: string,
  objects: string[],
  { with: others = [], json: asJson, follow, ...options }: Options,
): Promise<void> {
  const cluster = await loadCluster([path, ...others]);
  const { epoch } = cluster.info;
  const located = objects.map((object): Located => {
    const request = { ...options, ...(follow && { access: follow }) };
    const location = cluster.locate(poolName, object, request);
    const name = options.namespace ? `${options.namespace}/${object}` : object;
    return { epoch, pool: cluster.pool(location.pool), object: name, location };
  });
  const [first, ...more] = located.map(locationJson);
  if (asJson && first) {
    await write(json(more.length > 0 ? [first, ...more] : first));
  } else {
    await write(located.map((one) => `${locationText(one)}\n`));
  }
}
