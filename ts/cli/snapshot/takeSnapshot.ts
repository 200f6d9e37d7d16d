import { setTimeout as sleep } from "node:timers/promises";
import { CrushlabError } from "../../base/errors.ts";
import { Cluster, type ClusterFile, type ClusterWarning } from "../../cluster/cluster.ts";
import { askCeph, type CephCommand, quoted } from "./askCeph.ts";
import {
  CONFIG,
  DATA,
  HEALTH,
  mapOf,
  type Question,
  questionName,
  STAT,
  textMapOf,
  VERSIONS,
} from "./questions.ts";
import { readEpoch, readHealth, readSettings, readVersions } from "./readAnswer.ts";

/** How to ask a cluster. */
export interface SnapshotOptions {
  command: CephCommand;
  /** How long one command may take. */
  timeoutSeconds: number;
  /** Whether names, addresses and identities are taken away. */
  anonymize?: boolean;
  /** Called before each question with its name, and how many are answered. */
  onQuestion?: (question: string, done: number) => void;
}

/** Questions of one try. */
export const QUESTION_COUNT = 2 + DATA.length + 3 + 1;

/** How often a cluster is asked again because its map has changed meanwhile. */
const TRIES = 3;
/** How long to wait before that, in milliseconds. */
const PAUSE_MS = 1000;

/** What one try came to. */
interface Taken {
  cluster: Cluster;
  time: Date;
  epoch: number;
  about: Record<string, unknown>;
  warnings: ClusterWarning[];
  /** The epoch when all was answered. */
  epochAfter: number;
}

/**
 * Asks a cluster for all that crushlab reads of it, and makes sure that its map has stayed the same
 * meanwhile. Nothing of the cluster is changed.
 *
 * @throws {CrushlabError} `ceph_failed` where Ceph cannot be asked or its map cannot be read.
 */
export async function takeSnapshot(options: SnapshotOptions): Promise<Cluster> {
  for (let attempt = 1; ; attempt += 1) {
    const taken = await new Try(options).run();
    if (isOfOneEpoch(taken) || attempt === TRIES) {
      return finish(taken, options);
    }
    await sleep(PAUSE_MS);
  }
}

/** Whether all answers are of one map. Counts of PGs come later than the map by a few seconds. */
function isOfOneEpoch({ epoch, epochAfter, cluster }: Taken): boolean {
  return epoch === epochAfter && cluster.warnings.every(({ code }) => code !== "epochs_differ");
}

function finish({ cluster, time, epoch, epochAfter, ...taken }: Taken, options: SnapshotOptions) {
  const { command, anonymize = false } = options;
  const warnings = [...taken.warnings];
  if (epochAfter !== epoch) {
    warnings.push({
      code: "epochs_differ",
      message:
        `ceph: the OSDMap went on from epoch ${epoch} to ${epochAfter} while it was asked, ` +
        `${TRIES} times: PGs and sizes may be of a later one than the map`,
    });
  }
  const about = { time: time.toISOString(), command: quoted(command), ...taken.about };
  const whole = cluster.withSnapshot({ time, about, warnings });
  return anonymize ? whole.anonymized() : whole;
}

/** One try to ask for everything. */
class Try {
  readonly #options: SnapshotOptions;
  readonly #warnings: ClusterWarning[] = [];
  #done = 0;

  constructor(options: SnapshotOptions) {
    this.#options = options;
  }

  async run(): Promise<Taken> {
    const time = new Date();
    const epoch = await this.#epoch();
    const map = await this.#map(epoch);
    const data: ClusterFile[] = [];
    for (const question of DATA) {
      const bytes = await this.#askIfPossible(question, (_, answer) => answer);
      if (bytes !== undefined) {
        data.push({ name: questionName(question), bytes });
      }
    }
    const settings = await this.#askIfPossible(CONFIG, readSettings);
    const about = {
      versions: await this.#askIfPossible(VERSIONS, readVersions),
      health: await this.#askIfPossible(HEALTH, readHealth),
    };
    const epochAfter = await this.#epoch();
    const cluster = this.#withSettings(await this.#read(map, data), settings ?? []);
    return { cluster, time, epoch, epochAfter, about, warnings: this.#warnings };
  }

  async #ask(question: Question): Promise<Buffer> {
    const { command, timeoutSeconds, onQuestion } = this.#options;
    onQuestion?.(questionName(question), this.#done);
    const answer = await askCeph(command, question.words, timeoutSeconds);
    this.#done += 1;
    return answer;
  }

  async #epoch(): Promise<number> {
    return readEpoch(questionName(STAT), await this.#ask(STAT));
  }

  /** The map of an epoch: in its binary form, else as text. */
  async #map(epoch: number): Promise<ClusterFile[]> {
    const question = mapOf(epoch);
    const binary = { name: questionName(question), bytes: await this.#ask(question) };
    if (await isMapOf([binary], epoch)) {
      return [binary];
    }
    const files: ClusterFile[] = [];
    for (const text of textMapOf(epoch)) {
      files.push({ name: questionName(text), bytes: await this.#ask(text) });
    }
    const found = await epochOf(files).catch((error: unknown) => {
      const { message } = error as Error;
      throw new CrushlabError("ceph_failed", message, { cause: error });
    });
    if (found !== epoch) {
      const message = `${files[0]?.name}: found epoch ${found}, expected ${epoch}`;
      throw new CrushlabError("ceph_failed", message);
    }
    return files;
  }

  /** What a question is answered, where it is; else a warning. */
  async #askIfPossible<T>(
    question: Question,
    read: (name: string, answer: Buffer) => T,
  ): Promise<T | undefined> {
    const name = questionName(question);
    try {
      return read(name, await this.#ask(question));
    } catch (error) {
      this.#leaveOut(name, error);
      return undefined;
    }
  }

  #leaveOut(name: string, error: unknown): void {
    if (!(error instanceof CrushlabError)) {
      throw error;
    }
    // A reason is another program's text, and may have names in it.
    const why = this.#options.anonymize ? "" : ` (${error.message})`;
    this.#warnings.push({ code: "snapshot_incomplete", message: `${name} is left out${why}` });
  }

  /** The cluster of these files; those that do not fit the map are left out. */
  async #read(map: readonly ClusterFile[], data: readonly ClusterFile[]): Promise<Cluster> {
    try {
      return await Cluster.read([...map, ...data]);
    } catch (error) {
      const wrong = data.find(({ name }) => error instanceof CrushlabError && error.path === name);
      if (wrong === undefined) {
        throw error;
      }
      this.#leaveOut(wrong.name, error);
      return this.#read(
        map,
        data.filter((one) => one !== wrong),
      );
    }
  }

  #withSettings(cluster: Cluster, settings: readonly { name: string; value: string }[]): Cluster {
    let changed = cluster;
    for (const { name, value } of settings) {
      try {
        changed = changed.withConfig({ [name]: value });
      } catch (error) {
        this.#leaveOut(`${questionName(CONFIG)}: ${name}`, error);
      }
    }
    return changed;
  }
}

/** The epoch of the map in these files. */
async function epochOf(files: readonly ClusterFile[]): Promise<number> {
  return (await Cluster.read(files)).info.epoch;
}

/** Whether files are a map of this epoch. */
async function isMapOf(files: readonly ClusterFile[], epoch: number): Promise<boolean> {
  try {
    return (await epochOf(files)) === epoch;
  } catch (error) {
    if (error instanceof CrushlabError) {
      return false;
    }
    throw error;
  }
}
