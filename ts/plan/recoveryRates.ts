import { type NativeRates, yamlValue } from "#native";
import { describe } from "../base/arguments.ts";
import { CrushlabError, callNative } from "../base/errors.ts";
import { readSize, type Size } from "../base/size.ts";

/** What a kind of device does by itself. */
export interface DeviceRates {
  /** Bytes per second that it reads or writes one after another, such as `150 MiB`. */
  bandwidth?: Size;
  /** Operations per second in random places. */
  iops?: number;
}

/** What devices, networks and clients do; what is missing has a default, which the report names. */
export interface RecoveryRates {
  /** By device class. */
  devices?: { hdd?: DeviceRates; ssd?: DeviceRates; nvme?: DeviceRates };
  /** Bytes per second that a host sends, and as many that it receives. Default: 1.1 GB. */
  network?: { host?: Size };
  /**
   * Share of each device's time that clients ask for, 0 to 1, and objects that they write per
   * second in the whole cluster. Default: none.
   */
  client_load?: { share?: number; writes?: number };
  /** Longest time that a PG takes to peer after a change, in seconds. Default: 1. */
  peering?: number;
  /** By how much all rates may be off, from 0 to below 1. Default: 0.2. */
  uncertainty?: number;
}

const CLASSES = ["hdd", "ssd", "nvme"] as const;

/** Keys of a document, with the keys below them. */
const KEYS: Readonly<Record<string, readonly string[]>> = {
  devices: CLASSES,
  network: ["host"],
  client_load: ["share", "writes"],
  peering: [],
  uncertainty: [],
};

/** Largest numbers that make sense: a peering of an hour, a billion operations. */
const PEERING_MAX = 3600;
const IOPS_MAX = 1e9;

/**
 * Reads rates in YAML or JSON: `devices` (`hdd`, `ssd`, `nvme`, each with `bandwidth` and `iops`),
 * `network` (`host`), `client_load` (`share`, `writes`), `peering` and `uncertainty`.
 *
 * @throws {CrushlabError} `invalid_argument` or `invalid_document`, with what is wrong and where.
 */
export function readRates(text: string): RecoveryRates {
  const rates = JSON.parse(callNative(() => yamlValue(text))) as RecoveryRates;
  nativeRates(rates);
  return rates;
}

/** Rates as the binding takes them, checked. */
export function nativeRates(rates: RecoveryRates): NativeRates {
  checkKeys("rates", rates, Object.keys(KEYS));
  for (const [name, keys] of Object.entries(KEYS)) {
    const part = rates[name as keyof RecoveryRates];
    if (keys.length > 0 && part !== undefined) {
      checkKeys(name, part, keys);
    }
  }
  const { devices = {}, network = {}, client_load: load = {}, peering, uncertainty } = rates;
  return {
    devices: CLASSES.map((name) => {
      const one = devices[name] ?? {};
      checkKeys(`devices.${name}`, one, ["bandwidth", "iops"]);
      return {
        ...sizePart("bandwidthBytes", `devices.${name}.bandwidth`, one.bandwidth),
        ...numberPart("iops", `devices.${name}.iops`, one.iops, 0.001, IOPS_MAX),
      };
    }),
    ...sizePart("networkBytes", "network.host", network.host),
    ...numberPart("clientShare", "client_load.share", load.share, 0, 1),
    ...numberPart("clientWrites", "client_load.writes", load.writes, 0, IOPS_MAX),
    ...numberPart("peeringSeconds", "peering", peering, 0, PEERING_MAX),
    ...numberPart("uncertainty", "uncertainty", uncertainty, 0, 0.9),
  };
}

function checkKeys(path: string, value: unknown, keys: readonly string[]): void {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    const expected = `expected ${keys.join(", ")} with values`;
    throw new CrushlabError("invalid_argument", `${path} is ${describe(value)}: ${expected}`);
  }
  const unknown = Object.keys(value).find((key) => !keys.includes(key));
  if (unknown !== undefined) {
    const expected = `expected one of ${keys.join(", ")}`;
    throw new CrushlabError("invalid_argument", `${path}.${unknown} is unknown: ${expected}`);
  }
}

function sizePart<Key extends string>(
  key: Key,
  path: string,
  value: Size | undefined,
): { [Name in Key]?: number } {
  return (value === undefined ? {} : { [key]: readSize(path, value, 1) }) as {
    [Name in Key]?: number;
  };
}

function numberPart<Key extends string>(
  key: Key,
  path: string,
  value: number | undefined,
  min: number,
  max: number,
): { [Name in Key]?: number } {
  if (value !== undefined && !(typeof value === "number" && value >= min && value <= max)) {
    const expected = `expected a number from ${min} to ${max}`;
    throw new CrushlabError("invalid_argument", `${path} is ${describe(value)}: ${expected}`);
  }
  return (value === undefined ? {} : { [key]: value }) as { [Name in Key]?: number };
}
