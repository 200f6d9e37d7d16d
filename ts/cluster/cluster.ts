import {
  clusterFromPlan,
  clusterOutlook,
  distribute,
  loadCluster,
  mapPools,
  type NativeCluster,
  pgsAsked,
  saveCluster,
  settleCluster,
} from "#native";
import {
  checkDate,
  checkList,
  checkName,
  checkObject,
  checkText,
  checkThreads,
  describe,
  wrongKind,
} from "../base/arguments.ts";
import { readSeconds } from "../base/duration.ts";
import { CrushlabError, callNative, fromNative } from "../base/errors.ts";
import { readBytes, writeWhole } from "../base/files.ts";
import { checkJob, type JobOptions, runJob } from "../base/job.ts";
import { camelKeys } from "../base/keys.ts";
import { suggestionHint } from "../base/suggest.ts";
import { type CrushMap, crushMapOf } from "../map/crushMap.ts";
import { readTrace, type Trace } from "../map/explain.ts";
import type { ClusterSummary } from "./clusterReport.ts";
import { checkCommand } from "./command.ts";
import { type Distribution, readDistribution } from "./distribution.ts";
import { type FailureTarget, targetNames } from "./failureTarget.ts";
import { type LocateOptions, locate, type ObjectLocation } from "./locate.ts";
import { type ClusterInfo, type Osd, type Pool, readInfo, readOsds, readPool } from "./osdMap.ts";
import { checkPgs, type PgCheck } from "./pgCheck.ts";
import { pgid as formatPgid, PgTable, readPgid } from "./pgTable.ts";
import { type RecordedPg, recordedPgs } from "./recordedPgs.ts";
import { type Recording, readRecording, type SnapshotNotes } from "./recording.ts";

/** A file that is in memory. */
export interface ClusterFile {
  /** What error texts call it. */
  name: string;
  /** What is in it, gzip or not. Must not change while it is read. */
  bytes: Uint8Array;
}

/** Something that the files did not tell. */
export interface MissingData {
  /** What was not told. */
  what: "pools" | "osd_sizes" | "pool_data" | "pg_data" | "recorded_mappings";
  /** What cannot be said without it, and what gives it. */
  description: string;
}

/** Something about what is known of a cluster that does not keep it from being used. */
export interface ClusterWarning {
  /** Stable, for programs: `epochs_differ`, `skipped_text`, `missing_osd_sizes`, … */
  code: string;
  /** What it is, where, and what to do. */
  message: string;
}

/** One sentence, and how bad it is. */
export interface Verdict {
  /**
   * `ok`: all is as it should be, and enough is known to say so. `notice`: data moves, or not all
   * is known. `warning`: copies are missing, data waits, OSDs are too full. `danger`: clients are
   * stopped, or data is lost or cannot be read.
   */
  severity: "ok" | "notice" | "warning" | "danger";
  /** The sentence. */
  text: string;
}

/** How to run commands. */
export interface RunOptions {
  /** Folder that the names of files in commands start from. Default: the process's own. */
  folder?: string;
}

/** What is to be said of a cluster as it is. */
export interface Outlook {
  verdict: Verdict;
  /** The cluster compared with itself: what its PGs are (`before`) and become (`healed`). */
  summary: ClusterSummary;
}

/** Which PGs to look at. */
export interface PgOptions extends JobOptions {
  /** Names or ids of pools. Default: all. */
  pools?: readonly (string | number)[];
}

/** Settings of monitors and managers by Ceph's names, such as `mon_allow_pool_delete`. */
export type Config = Readonly<Record<string, string | number | boolean>>;

/** What the binding knows a cluster as. For this package's own modules. */
export let nativeClusterOf: (cluster: Cluster) => NativeCluster;
/** The cluster that the binding knows as this. For this package's own modules. */
export let clusterOf: (native: NativeCluster) => Cluster;

/** The state of a cluster: its OSDMap, and what is known of its data. It never changes. */
export class Cluster {
  readonly #native: NativeCluster;
  #info: ClusterInfo | undefined;
  #pools: readonly Pool[] | undefined;
  #osds: readonly Osd[] | undefined;
  #crush: CrushMap | undefined;

  private constructor(native: NativeCluster) {
    this.#native = native;
  }

  /**
   * Reads a cluster from files of any kind, in any order, gzip or not: a binary OSDMap, or `ceph
   * report`, or `ceph osd dump` with a CRUSH map; and where given `ceph osd df tree`, `ceph pg
   * dump`, `ceph df detail`.
   *
   * @throws {CrushlabError} `file_error`, `invalid_cluster` or `invalid_map`.
   */
  static async load(paths: string | readonly string[]): Promise<Cluster> {
    const list = checkList("paths", typeof paths === "string" ? [paths] : paths);
    const read = list.map(async (path) => ({
      name: path,
      bytes: await readBytes(path),
    }));
    return Cluster.read(await Promise.all(read));
  }

  /**
   * The same from files that are in memory.
   *
   * @throws {CrushlabError} `invalid_argument`, `invalid_cluster` or `invalid_map`.
   */
  static async read(files: readonly ClusterFile[]): Promise<Cluster> {
    if (!Array.isArray(files) || !files.every(isFile)) {
      throw wrongKind("files", files, "a list of { name, bytes }");
    }
    const names = files.map(({ name }) => name);
    const bytes = files.map((file) => file.bytes);
    try {
      return new Cluster(await loadCluster(names, bytes));
    } catch (error) {
      throw fromNative(error);
    }
  }

  /**
   * A cluster that need not exist, from the object that its YAML form holds: `hosts` or `racks`,
   * `pools`, and so on (`crates/osdmap/schema/cluster.schema.json`).
   *
   * @throws {CrushlabError} `invalid_cluster` with the path of what is wrong, or `invalid_map`.
   */
  static fromPlan(plan: Readonly<Record<string, unknown>>): Cluster {
    checkObject("plan", plan);
    return new Cluster(callNative(() => clusterFromPlan(JSON.stringify(plan))));
  }

  /** What each file turned out to be, in the order in which they were given. */
  get forms(): readonly string[] {
    return this.#native.forms();
  }

  /** What the files did not tell, and what cannot be said without it. */
  get missing(): readonly MissingData[] {
    return this.#native.missing() as MissingData[];
  }

  /** What is to be said of the files that it was read from. */
  get warnings(): readonly ClusterWarning[] {
    return this.#native.warnings() as ClusterWarning[];
  }

  /** How fresh what is known is; nothing for a cluster that was described. */
  get recording(): Recording | undefined {
    return readRecording(this.#native);
  }

  /** Facts about the OSDMap as a whole. */
  get info(): Readonly<ClusterInfo> {
    this.#info ??= readInfo(this.#native.info());
    return this.#info;
  }

  /** Pools by rising id. */
  get pools(): readonly Pool[] {
    this.#pools ??= this.#native.pools().map(readPool);
    return this.#pools;
  }

  /** The OSDs that exist, by rising id. */
  get osds(): readonly Osd[] {
    this.#osds ??= readOsds(this.#native);
    return this.#osds;
  }

  /** The CRUSH map. */
  get crush(): CrushMap {
    this.#crush ??= crushMapOf(this.#native.crushMap());
    return this.#crush;
  }

  /**
   * The pool of this name or id.
   *
   * @throws {CrushlabError} `unknown_pool`, with the nearest names as a hint.
   */
  pool(nameOrId: string | number): Pool {
    checkName("pool", nameOrId);
    const byName = this.pools.find(({ name }) => name === nameOrId);
    const pool = byName ?? this.pools.find(({ id }) => String(id) === String(nameOrId));
    if (!pool) {
      const names = this.pools.map(({ name }) => name);
      const known = names.length > 0 ? names.join(", ") : "none at all";
      throw new CrushlabError(
        "unknown_pool",
        `there is no pool ${describe(nameOrId)}: there are ${known}`,
        suggestionHint(String(nameOrId), names),
      );
    }
    return pool;
  }

  /**
   * The OSDs of every PG, worked out on other threads.
   *
   * @throws {CrushlabError} `unknown_pool`, `invalid_argument` or `aborted`.
   */
  async pgs(options: PgOptions = {}): Promise<PgTable> {
    const { ids, total, threads } = this.#pgRequest(options);
    return new PgTable(
      await runJob(options, total, (progress) => mapPools(this.#native, ids, threads, progress)),
    );
  }

  /**
   * How the PGs are spread over the OSDs.
   *
   * @throws {CrushlabError} as `pgs`.
   */
  async distribution(options: PgOptions = {}): Promise<Distribution> {
    const { pools, ids, total, threads } = this.#pgRequest(options);
    const spreads = await runJob(options, total, (progress) =>
      distribute(this.#native, ids, threads, progress),
    );
    return readDistribution(this.crush, pools, spreads);
  }

  /**
   * PGs of a pool that the weights ask each OSD to hold, by the OSD's id; no PG is placed for it.
   *
   * @throws {CrushlabError} `unknown_pool`.
   */
  pgsAsked(pool: string | number): Float64Array {
    const { id } = this.pool(pool);
    return callNative(() => pgsAsked(this.#native, id));
  }

  /** What the cluster itself recorded of its PGs; nothing where that is not known. */
  *recordedPgs(options: Pick<PgOptions, "pools"> = {}): Generator<RecordedPg> {
    for (const { id } of this.#chosenPools(options)) {
      yield* recordedPgs(this.#native, id);
    }
  }

  /**
   * Compares the OSDs of every PG with what the cluster itself recorded.
   *
   * @throws {CrushlabError} as `pgs`, and `missing_data` where nothing was recorded.
   */
  async checkPgs(options: PgOptions = {}): Promise<PgCheck> {
    const missing = this.missing.find(({ what }) => what === "recorded_mappings");
    if (missing) {
      throw new CrushlabError("missing_data", missing.description);
    }
    return checkPgs(await this.pgs(options), (pool) => recordedPgs(this.#native, pool));
  }

  /**
   * Where an object of a pool is.
   *
   * @throws {CrushlabError} `unknown_pool` or `invalid_argument`.
   */
  locate(
    pool: string | number,
    object: string | Uint8Array,
    options: LocateOptions = {},
  ): ObjectLocation {
    return locate(this.#native, this.pool(pool).id, object, options);
  }

  /**
   * How CRUSH finds the OSDs of a PG, such as `1.2a`: what is drawn, what collides, what is out.
   * Upmaps and what is temporary come after it, and are not in the trace.
   *
   * @throws {CrushlabError} `unknown_pool` or `invalid_argument`.
   */
  explain(pgid: string): Trace {
    checkText("pgid", pgid);
    const { pool, seed } = readPgid(pgid);
    const { pgNum } = this.pool(pool);
    if (seed >= pgNum) {
      const last = formatPgid(pool, pgNum - 1);
      throw new CrushlabError("invalid_argument", `there is no PG ${pgid}: the last is ${last}`);
    }
    return readTrace(
      this.crush.index,
      callNative(() => this.#native.explain(pool, seed)),
    );
  }

  /** What the last change had to say; empty for a cluster that was loaded. */
  get notes(): readonly string[] {
    return this.#native.notes();
  }

  /**
   * The cluster after one of Ceph's commands, as it is typed: `ceph osd out 3`; or after several,
   * one after another, for little more than the price of one. `ceph` itself may be left out.
   * Settings of monitors are Ceph's defaults where `withConfig` has not set them. Files that they
   * name (`ceph osd setcrushmap -i FILE`) are looked for from `folder`, by default the process's.
   *
   * @throws {CrushlabError} `invalid_command`, or `command_refused` with Ceph's own reason; of
   * several commands, the message says which.
   */
  run(commands: string | readonly string[], options: RunOptions = {}): Cluster {
    const folder = checkText("folder", checkObject("options", options).folder ?? "");
    const list = typeof commands === "string" ? [commands] : commands;
    const checked = checkList("commands", list).map(checkCommand);
    return new Cluster(callNative(() => this.#native.run(checked, folder)));
  }

  /**
   * The cluster with other settings of its monitors and managers, which decide what they refuse and
   * what they do by themselves. Those that are not given stay as they are.
   *
   * @throws {CrushlabError} `invalid_argument` for unknown names, with the nearest, and for values
   * that are not of the setting's kind.
   */
  withConfig(config: Config): Cluster {
    const entries = Object.entries(checkObject("config", config));
    const isValue = (value: unknown) => ["string", "number", "boolean"].includes(typeof value);
    for (const [name, value] of entries.filter(([, value]) => !isValue(value))) {
      throw wrongKind(`config.${name}`, value, "texts, numbers or booleans");
    }
    const [names, values] = [entries.map(([name]) => name), entries.map((one) => String(one[1]))];
    return new Cluster(callNative(() => this.#native.withConfig(names, values)));
  }

  /**
   * The cluster after OSDs have failed: they are down, and still in.
   *
   * @throws {CrushlabError} `unknown_item`.
   */
  fail(target: FailureTarget): Cluster {
    return new Cluster(callNative(() => this.#native.fail(targetNames(target))));
  }

  /**
   * The cluster after OSDs have come back: they are up, and in if they went out by themselves.
   *
   * @throws {CrushlabError} `unknown_item`.
   */
  recover(target: FailureTarget): Cluster {
    return new Cluster(callNative(() => this.#native.recover(targetNames(target))));
  }

  /**
   * The cluster after some time, in seconds or as `10m`: OSDs that are down for longer than
   * mon_osd_down_out_interval go out, where nothing keeps the monitors from it.
   *
   * @throws {CrushlabError} `invalid_argument`.
   */
  wait(duration: number | string): Cluster {
    const seconds = readSeconds(duration);
    return new Cluster(callNative(() => this.#native.passTime(seconds)));
  }

  /** The next step of pools on their way to their `pg_num`; nothing when all are there. */
  nextPgNumStep(): Cluster | undefined {
    const next = callNative(() => this.#native.nextPgNumStep());
    return next ? new Cluster(next) : undefined;
  }

  /**
   * The cluster when all data has moved that can, and no further: backfill stops at backfillfull,
   * and what `norebalance`, `nobackfill` and `norecover` hold stays. Bytes are where the PGs are.
   *
   * @throws {CrushlabError} `invalid_argument` or `aborted`.
   */
  async settled(options: JobOptions = {}): Promise<Cluster> {
    const threads = checkThreads(checkJob(options).threads);
    const native = await runJob(options, this.#pgCount(), (progress) =>
      settleCluster(this.#native, threads, progress),
    );
    return new Cluster(native);
  }

  /**
   * What is to be said of the cluster as it is, and what its PGs are and become. It is worked out
   * once.
   *
   * @throws {CrushlabError} `invalid_argument` or `aborted`.
   */
  async outlook(options: JobOptions = {}): Promise<Outlook> {
    const threads = checkThreads(checkJob(options).threads);
    const { report } = await runJob(options, this.#pgCount(), (progress) =>
      clusterOutlook(this.#native, threads, progress),
    );
    return camelKeys<Outlook>(report);
  }

  /** The cluster with what a program that asked it says of that; `save` keeps it. */
  withSnapshot(notes: SnapshotNotes): Cluster {
    const { time, about, warnings } = checkObject("notes", notes);
    checkDate("time", time);
    checkList("warnings", warnings).forEach((one) => void checkObject("a warning", one));
    const [codes, messages] = [warnings.map((one) => one.code), warnings.map((one) => one.message)];
    const seconds = Math.floor(time.getTime() / 1000);
    const json = JSON.stringify(about);
    return new Cluster(callNative(() => this.#native.withSnapshot(seconds, json, codes, messages)));
  }

  /**
   * The cluster without the names of hosts, buckets, pools, rules, profiles and own classes and
   * types, without addresses and identities. The same name becomes the same one everywhere; ids,
   * weights, data and settings stay, and every PG stays where it is.
   */
  anonymized(): Cluster {
    return new Cluster(callNative(() => this.#native.anonymized()));
  }

  /** The OSDMap in the bytes that `osdmaptool` reads and `ceph osd getmap` writes. */
  toBinary(): Uint8Array {
    return callNative(() => this.#native.toBinary());
  }

  /**
   * Writes all that is known of the cluster to a file that `load` reads back whole: its map, its
   * data and where that is, settings and for how long OSDs have been down. A name that ends in
   * `.gz` makes it compressed, one that ends in `.bin` or `.osdmap` writes the binary OSDMap alone.
   *
   * @throws {CrushlabError} `file_error` or `aborted`.
   */
  async save(path: string, options: JobOptions = {}): Promise<void> {
    const bytes = /\.(bin|osdmap)$/.test(path)
      ? this.toBinary()
      : await this.toState({ ...options, compressed: path.endsWith(".gz") });
    await writeWhole(path, Buffer.from(bytes));
  }

  /**
   * All that is known of the cluster, as `save` writes it and `read` takes it: for a worker, a
   * file, a page.
   *
   * @throws {CrushlabError} `aborted`.
   */
  async toState(options: JobOptions & { compressed?: boolean } = {}): Promise<Uint8Array> {
    const threads = checkThreads(checkJob(options).threads);
    return runJob(options, this.#pgCount(), (progress) =>
      saveCluster(this.#native, options.compressed ?? false, threads, progress),
    );
  }

  #chosenPools(options: Pick<PgOptions, "pools">): readonly Pool[] {
    const { pools } = checkObject("options", options);
    const chosen = new Set(pools && checkList("pools", pools).map((one) => this.pool(one)));
    return pools ? this.pools.filter((one) => chosen.has(one)) : this.pools;
  }

  #pgCount(): number {
    return this.pools.reduce((sum, { pgNum }) => sum + pgNum, 0);
  }

  #pgRequest(options: PgOptions) {
    const threads = checkThreads(checkJob(options).threads);
    const pools = this.#chosenPools(options);
    const total = pools.reduce((sum, { pgNum }) => sum + pgNum, 0);
    return { pools, ids: pools.map(({ id }) => id), total, threads };
  }

  static {
    nativeClusterOf = (cluster) => {
      if (typeof cluster !== "object" || cluster === null || !(#native in cluster)) {
        throw wrongKind("cluster", cluster, "a Cluster");
      }
      return cluster.#native;
    };
    clusterOf = (native) => new Cluster(native);
  }
}

function isFile(file: ClusterFile | null | undefined): boolean {
  return file?.bytes instanceof Uint8Array && typeof file.name === "string";
}
