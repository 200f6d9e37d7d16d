import { randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Command } from "commander";
import { CrushlabError } from "../../base/errors.ts";
import { Cluster, type ClusterFile, type Config } from "../../cluster/cluster.ts";
import { CrushMap } from "../../map/crushMap.ts";
import {
  addChangeOptions,
  CHANGES_HELP,
  type ChangeOptions,
  readChanges,
  type StepOptions,
} from "../clusterChanges.ts";
import { readCluster } from "../liveCluster.ts";
import { CLUSTER_ARGUMENT, wholeNumber } from "../options.ts";
import { pageWith } from "../page.ts";

const EXAMPLE = `${CHANGES_HELP}

The page computes everything itself: the server hands it out and hears nothing back.

Examples:
  crushlab viz osdmap.bin pg-dump.json osd-df-tree.json
  crushlab viz osdmap.bin --fail host=h1 --wait 10m
  crushlab viz osdmap.bin --script maintenance.sh --port 8080`;

const HOST = "127.0.0.1";

/** Random bytes of the path at which the page is. */
const TOKEN_BYTES = 16;

/** What is handed out, and where. */
interface Served {
  path: string;
  page: Buffer;
  policy: string;
}

interface Options extends StepOptions {
  port: number;
}

/** `crushlab viz CLUSTER…`: the page with a cluster in it, for a browser on this machine. */
export function describeViz(command: Command): void {
  command
    .description("show a cluster in the browser, and what happens to it")
    .argument("[cluster...]", `${CLUSTER_ARGUMENT}; or one CRUSH map`)
    .option(
      "--port <n>",
      "port to listen on (default: any that is free)",
      wholeNumber(0, 65535),
      0,
    );
  const changes = addChangeOptions(command);
  command
    .addHelpText("after", EXAMPLE)
    .action((paths: string[], options: Options) => run(paths, options, changes));
}

async function run(paths: string[], options: Options, happens: ChangeOptions): Promise<void> {
  const { changes, config } = await readChanges(happens);
  const files = await readCluster(paths, options);
  await checkFiles(files, config);
  const { heal = false, staged = true, port } = options;
  const view = changes.length > 0 ? "remap" : "cluster";
  const page = Buffer.from(await pageWith({ files, changes, heal, staged, config, view }));
  // Other users of this machine reach the port, too: who does not know the path sees nothing.
  const path = `/${randomBytes(TOKEN_BYTES).toString("base64url")}/`;
  const served = { path, page, policy: policyOf(page) };
  const server = createServer((request, response) => serve(request, response, server, served));
  await listen(server, port);
  const { port: found } = server.address() as AddressInfo;
  process.stdout.write(`http://${HOST}:${found}${path}  (Ctrl-C ends it)\n`);
}

/** Says what is wrong with the files and the settings here, and not only in the browser. */
async function checkFiles(files: readonly ClusterFile[], config: Config): Promise<void> {
  try {
    (await Cluster.read(files)).withConfig(config);
  } catch (error) {
    const [only, ...more] = files;
    if (!only || more.length > 0 || !isMap(only)) {
      throw error;
    }
  }
}

function isMap({ bytes }: ClusterFile): boolean {
  try {
    CrushMap.read(bytes);
    return true;
  } catch {
    return false;
  }
}

/** What the page may do, from its own words: a header holds from the first byte on. */
function policyOf(page: Buffer): string {
  const [, policy = "default-src 'none'"] =
    /content="(default-src[^"]*)"/.exec(page.toString()) ?? [];
  return `${policy}; frame-ancestors 'none'`;
}

/** Hands out the page, and nothing else; only to who asked this machine for it by its own name. */
function serve(
  { method, url, headers, rawHeaders }: IncomingMessage,
  response: ServerResponse,
  server: Server,
  { path, page, policy }: Served,
): void {
  const { port } = server.address() as AddressInfo;
  // A page elsewhere could let its own name point here, and read what is handed out.
  const hosts = rawHeaders.filter((name, at) => at % 2 === 0 && /^host$/i.test(name));
  const isOwn =
    hosts.length === 1 && [`${HOST}:${port}`, `localhost:${port}`].includes(headers.host ?? "");
  const isPage = (method === "GET" || method === "HEAD") && url === path;
  const status = !isOwn ? 403 : isPage ? 200 : 404;
  response.writeHead(status, {
    "content-type": status === 200 ? "text/html; charset=utf-8" : "text/plain",
    "content-security-policy": status === 200 ? policy : "default-src 'none'",
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
  });
  response.end(status === 200 ? page : `${status}\n`);
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (cause: NodeJS.ErrnoException) => {
      const why = cause.code === "EADDRINUSE" ? "it is taken" : cause.message;
      const message = `cannot listen on port ${port}: ${why}`;
      const hint = "choose another --port, or none";
      reject(new CrushlabError("invalid_argument", message, { hint, cause }));
    });
    server.listen(port, HOST, resolve);
  });
}
