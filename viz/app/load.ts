import type { Change } from "../../ts/change/simulate.ts";
import type { Config } from "../../ts/cluster/cluster.ts";
import { bytesOf } from "../engine/base64.ts";
import type { Engine, Opened, SourceFile } from "../engine/contract.ts";
import { stepsFormOf } from "../engine/stepsFile.ts";
import { EXAMPLES } from "../examples/index.ts";
import type { Store } from "../state/state.ts";
import { errorText } from "../ui/errorText.ts";
import type { Timeline } from "./timeline.ts";

/** A file that the page carries. */
export interface CarriedFile {
  name: string;
  base64: string;
}

/** What was put into the page when it was made: a cluster, and what shall happen to it. */
export interface Embedded {
  files: CarriedFile[];
  /** Files of a later state that it is compared with. */
  later?: CarriedFile[];
  changes: Change[];
  /** Whether all data moves before the next change comes. */
  heal: boolean;
  /** Whether a change of `pg_num` is followed by its steps. */
  staged: boolean;
  /** Settings of monitors and managers; nothing where all are Ceph's defaults. */
  config?: Config;
  /** Name of the view that the page opens with. */
  view: string;
}

/** What was put into this page; nothing for the page alone. */
export function embedded(): Embedded | undefined {
  const text = document.getElementById("embedded")?.textContent?.trim() ?? "";
  return text === "" ? undefined : (JSON.parse(text) as Embedded);
}

/** Opens clusters: examples, files of the user's own, and what the page carries. */
export class Loader {
  readonly #store: Store;
  readonly #engine: Engine;
  readonly #timeline: Timeline;

  constructor(store: Store, engine: Engine, timeline: Timeline) {
    this.#store = store;
    this.#engine = engine;
    this.#timeline = timeline;
  }

  /** Opens an example by its name; the first where there is none of this name. */
  async openExample(name: string | undefined): Promise<void> {
    const example = EXAMPLES.find((one) => one.name === name) ?? EXAMPLES[0];
    if (example) {
      const bytes = new TextEncoder().encode(example.text);
      const file = { name: `${example.name}.yaml`, bytes };
      await this.#open([file], example.title, example.name);
    }
  }

  /** Opens what the page carries, with what shall happen to it where that is wanted. */
  async openEmbedded(
    { files, later, changes, staged, config = {} }: Embedded,
    withChanges: boolean,
  ): Promise<void> {
    const read = files.map(unpacked);
    this.#store.update({ staged });
    await this.#open(read, namesOf(read), "");
    this.#store.update({ config });
    if (later) {
      await this.#timeline.showLater(later.map(unpacked));
    }
    if (withChanges && changes.length > 0) {
      await this.#timeline.replace({ config, changes }, Number.MAX_SAFE_INTEGER);
    }
  }

  /** Opens files of the user: a cluster's, one that says what shall happen to it, or both. */
  async openFiles(files: readonly File[]): Promise<void> {
    const read = await Promise.all(
      files.map(async (file) => ({
        name: file.name,
        bytes: new Uint8Array(await file.arrayBuffer()),
      })),
    );
    const steps = read.find((file) => stepsFormOf(file) !== undefined);
    const cluster = read.filter((file) => file !== steps);
    const isOpen = cluster.length === 0 || (await this.#open(cluster, namesOf(cluster), ""));
    if (steps && isOpen) {
      await this.#openSteps(steps);
    }
  }

  /** Opens a text that was pasted. */
  async openText(text: string): Promise<void> {
    await this.openFiles([new File([text], "pasted text")]);
  }

  async #openSteps(file: SourceFile): Promise<void> {
    try {
      await this.#timeline.replace(await this.#engine.readSteps(file));
    } catch (error) {
      this.#store.update({ error: errorText(error) });
    }
  }

  /** Opens a cluster; gives whether it could be read. */
  async #open(files: readonly SourceFile[], source: string, example: string): Promise<boolean> {
    this.#timeline.pause();
    this.#store.update({ busy: `reading ${source}`, error: "" });
    try {
      const opened = await this.#engine.open(files);
      const before = handlesOf(this.#store.state.opened, this.#store.state.steps);
      const nothingYet = { steps: [], position: 0, selected: null, config: {} };
      this.#store.update({ opened, source, example, ...nothingYet });
      await this.#engine.release(before);
      return true;
    } catch (error) {
      this.#store.update({ error: errorText(error) });
      return false;
    } finally {
      this.#store.update({ busy: "" });
    }
  }
}

function handlesOf(
  opened: Opened | undefined,
  steps: readonly { snapshot: { handle: number } }[],
): number[] {
  return [...(opened ? [opened.snapshot.handle] : []), ...steps.map((one) => one.snapshot.handle)];
}

function unpacked({ name, base64 }: CarriedFile): SourceFile {
  return { name, bytes: bytesOf(base64) };
}

function namesOf(files: readonly SourceFile[]): string {
  return files.map(({ name }) => name).join(", ");
}
