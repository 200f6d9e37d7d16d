import { compareSchemes as nativeCompare, schemeNames } from "#native";
import { checkInteger, checkObject, describe } from "../base/arguments.ts";
import { CrushlabError, fromNative } from "../base/errors.ts";
import { suggestionHint } from "../base/suggest.ts";

/** A way to place keys on nodes. The first five are CRUSH with one bucket of that algorithm. */
export type SchemeName =
  | "straw2"
  | "straw"
  | "tree"
  | "list"
  | "uniform"
  | "modulo"
  | "ring"
  | "rendezvous"
  | "jump"
  | "maglev"
  | "elastic";

/** Something that holds data. */
export interface SchemeNode {
  /** A whole number from 0 to 1048575 that no other node has. */
  id: number;
  /** How much it shall hold: above 0, below 32768. Counts in steps of 1/65536. */
  weight: number;
}

/** What happens to the nodes. A node that fails stays in a CRUSH map, marked out. */
export type SchemeChange =
  | { add: SchemeNode }
  | { remove: number }
  | { reweight: SchemeNode }
  | { fail: number };

/** Nodes, what happens to them, and how many keys to place. */
export interface CompareSchemesOptions {
  /** 1 to 4096 nodes. */
  nodes: readonly SchemeNode[];
  change: SchemeChange;
  /** Keys 0, 1, … below this, 1 to 10000000. Default: 100000. */
  keys?: number;
  /** Copies of each key, on distinct nodes, 1 to 16. Default: 1. */
  replicas?: number;
  /** Default: all. */
  schemes?: readonly SchemeName[];
}

/** How one scheme answers. */
export interface SchemeReport {
  scheme: SchemeName;
  /** Whether nodes get keys by their weights. */
  followsWeights: boolean;
  /** Keys times replicas. */
  copies: number;
  /** Copies that are on another node after the change. */
  movedCopies: number;
  /** `movedCopies` over `copies`. */
  movedShare: number;
  /** The share that has to move so that every node holds what its weight asks for. */
  leastShare: number;
  /** The fullest node: its copies over those that its weight asks for. */
  fullestBefore: number;
  fullestAfter: number;
  /** Standard deviation of copies over copies asked for, before. */
  deviationBefore: number;
  /** Hashes worked out for a lookup, on average. */
  hashesPerLookup: number;
  /** Entries of tables read for a lookup, on average. */
  readsPerLookup: number;
  /** What a client has to keep to look keys up, in bytes. */
  tableBytes: number;
  /** Nodes of both times. */
  nodes: SchemeNodeCopies[];
  /** Nodes of the first copies of keys 0 to 511 at most, before; -1 where CRUSH found none. */
  sampleBefore: Int32Array;
  /** The same after. */
  sampleAfter: Int32Array;
}

/** Copies on one node, and those that its weight asks for. */
export interface SchemeNodeCopies {
  id: number;
  before: number;
  after: number;
  askedBefore: number;
  askedAfter: number;
}

const NODES_MAX = 4096;
const ID_MAX = 2 ** 20 - 1;
const KEYS_MAX = 10_000_000;
const KEYS_DEFAULT = 100_000;
const REPLICAS_MAX = 16;
const WEIGHT_ONE = 65536;

/**
 * Places the same keys on the same nodes with CRUSH and with what others use, before and after a
 * change, and counts what moves, how even it is, and what a lookup costs.
 *
 * @throws {CrushlabError} `invalid_argument`.
 */
export async function compareSchemes(options: CompareSchemesOptions): Promise<SchemeReport[]> {
  checkObject("options", options);
  const { nodes, change } = options;
  if (!Array.isArray(nodes) || nodes.length === 0 || nodes.length > NODES_MAX) {
    throw new CrushlabError("invalid_argument", `nodes is not a list of 1 to ${NODES_MAX} nodes`);
  }
  const names = (options.schemes ?? schemeNames()).map(checkScheme);
  const keys = checkInteger("keys", options.keys ?? KEYS_DEFAULT, 1, KEYS_MAX);
  const replicas = checkInteger("replicas", options.replicas ?? 1, 1, REPLICAS_MAX);
  const nativeNodes = nodes.map((node, at) => nativeNode(`nodes[${at}]`, node));
  const native = nativeChange(change);
  try {
    return (await nativeCompare(names, nativeNodes, native, keys, replicas)).map(readReport);
  } catch (error) {
    throw fromNative(error);
  }
}

function checkScheme(name: string): SchemeName {
  const names = schemeNames();
  if (!names.includes(name)) {
    throw new CrushlabError(
      "invalid_argument",
      `there is no scheme ${describe(name)}: there are ${names.join(", ")}`,
      suggestionHint(String(name), names),
    );
  }
  return name as SchemeName;
}

function nativeNode(name: string, { id, weight }: SchemeNode): SchemeNode {
  const fixed = typeof weight === "number" ? Math.round(weight * WEIGHT_ONE) : Number.NaN;
  if (!(fixed >= 1 && fixed < 2 ** 31)) {
    throw new CrushlabError(
      "invalid_argument",
      `${name}.weight is ${describe(weight)}: expected a number above 0 and below 32768`,
    );
  }
  return { id: checkId(`${name}.id`, id), weight: fixed };
}

function checkId(name: string, id: unknown): number {
  return checkInteger(name, id, 0, ID_MAX);
}

function nativeChange(change: SchemeChange): SchemeChange {
  const [kind, ...others] = Object.keys(change ?? {});
  if (others.length === 0) {
    switch (kind) {
      case "add":
        return { add: nativeNode("change.add", (change as { add: SchemeNode }).add) };
      case "reweight":
        return {
          reweight: nativeNode("change.reweight", (change as { reweight: SchemeNode }).reweight),
        };
      case "remove":
        return { remove: checkId("change.remove", (change as { remove: number }).remove) };
      case "fail":
        return { fail: checkId("change.fail", (change as { fail: number }).fail) };
    }
  }
  throw new CrushlabError(
    "invalid_argument",
    "change has to be exactly one of add, remove, reweight and fail",
  );
}

function readReport(native: Awaited<ReturnType<typeof nativeCompare>>[number]): SchemeReport {
  const { ids, before, after, askedBefore, askedAfter, leastCopies, ...report } = native;
  return {
    ...report,
    scheme: native.scheme as SchemeName,
    movedShare: native.movedCopies / native.copies,
    leastShare: leastCopies / native.copies,
    nodes: Array.from(ids, (id, at) => ({
      id,
      before: before[at] ?? 0,
      after: after[at] ?? 0,
      askedBefore: askedBefore[at] ?? 0,
      askedAfter: askedAfter[at] ?? 0,
    })),
  };
}
