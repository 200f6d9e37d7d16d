import type { ObjectLocation } from "../../../ts/cluster/locate.ts";
import type { Pool } from "../../../ts/cluster/osdMap.ts";
import { plural } from "../../../ts/text/format.ts";
import type { PgTrace } from "../../engine/contract.ts";
import { type Frame, storyOf } from "../../layout/story.ts";
import { strawsOf } from "../../layout/straws.ts";
import type { LegendEntry, Theme } from "../../scene/scale.ts";
import type { Shape } from "../../scene/scene.ts";
import { currentSnapshot } from "../../state/state.ts";
import { button, element, type Facts } from "../../ui/dom.ts";
import { errorText } from "../../ui/errorText.ts";
import { Figure, type Parts } from "../../ui/figure.ts";
import type { View, ViewContext } from "../view.ts";
import { captionOf, outcomeOf, type PgInk, pgScene, type Row } from "./scene.ts";

/** How an object or a PG finds its OSDs, one draw after another. */
export const pgView: View = {
  name: "pg",
  title: "PG and object",
  hasTimeline: true,
  needsCluster: true,
  mount: (context) => {
    const view = new PgViewer(context);
    return () => view.destroy();
  },
};

/** What was looked up. */
interface Found {
  pool: Pool;
  object: string;
  location: ObjectLocation;
  trace: PgTrace;
  frames: readonly Frame[];
}

class PgViewer {
  readonly #context: ViewContext;
  readonly #figure: Figure<number>;
  readonly #pools = element("select", {
    attributes: { id: "pg-pool" },
    on: { change: () => void this.#locate() },
  });
  readonly #object = element("input", {
    attributes: { type: "text", id: "pg-object", value: "my-object", spellcheck: "false" },
    on: { input: () => void this.#locate() },
  });
  readonly #isPg = element("input", {
    attributes: { type: "checkbox" },
    on: { change: () => void this.#locate() },
  });
  readonly #message = element("p", { class: "message is-error", attributes: { role: "alert" } });
  readonly #story = element("ol", { class: "story" });
  readonly #place = element("span", { class: "place" });
  readonly #unsubscribe: () => void;
  #found: Found | undefined;
  #names: ReadonlyMap<number, string> = new Map();
  #at = 0;
  #requests = 0;

  constructor(context: ViewContext) {
    this.#context = context;
    const help = "Arrow left and right step through the story, up and down through the straws.";
    this.#figure = new Figure(
      { title: "PG and object", fileName: "pg", help, theme: context.theme },
      () => this.#draw(),
    );
    this.#figure.left.append(
      this.#form(),
      element("div", { class: "panel story-panel" }, this.#story),
    );
    this.#figure.tools.append(
      button("\u2190 Back", () => this.#go(this.#at - 1)),
      button("Forwards \u2192", () => this.#go(this.#at + 1)),
      button("To the end", () => this.#go(Number.MAX_SAFE_INTEGER)),
      this.#place,
    );
    context.root.append(this.#figure.root);
    this.#unsubscribe = context.store.subscribe((state, before) => {
      if (currentSnapshot(state) !== currentSnapshot(before)) {
        this.#fillPools();
        void this.#locate();
      } else if (state.theme !== before.theme) {
        this.#draw();
      }
    });
    this.#fillPools();
    void this.#locate();
  }

  destroy(): void {
    this.#unsubscribe();
    this.#figure.destroy();
  }

  #form(): HTMLElement {
    return element(
      "form",
      { class: "panel look-up", on: { submit: (event) => event.preventDefault() } },
      element("label", { attributes: { for: "pg-pool" } }, "Pool"),
      this.#pools,
      element("label", { attributes: { for: "pg-object" } }, "Object"),
      this.#object,
      element("label", { class: "check" }, this.#isPg, "this is a PG's number, such as 1f"),
      this.#message,
    );
  }

  #fillPools(): void {
    const pools = currentSnapshot(this.#context.store.state)?.pools ?? [];
    const { value } = this.#pools;
    this.#pools.replaceChildren(
      ...pools.map(({ id, name }) =>
        element("option", { attributes: { value: id, selected: String(id) === value } }, name),
      ),
    );
  }

  /** Looks the object up; of answers that come late only the last counts. */
  async #locate(): Promise<void> {
    const { store, engine } = this.#context;
    const snapshot = currentSnapshot(store.state);
    const pool = snapshot?.pools.find(({ id }) => String(id) === this.#pools.value);
    if (!snapshot || !pool) {
      this.#message.replaceChildren("This cluster has no pools: there are no PGs to follow.");
      return;
    }
    this.#requests += 1;
    const request = this.#requests;
    const text = this.#object.value;
    try {
      const { handle } = snapshot;
      const location = this.#isPg.checked
        ? await engine.locatePg(handle, pool.id, pgNumber(text, pool))
        : await engine.locate(handle, pool.id, text);
      const trace = await engine.explain(handle, location.pool, location.seed);
      if (request !== this.#requests) {
        return;
      }
      const object = this.#isPg.checked ? "" : text;
      this.#names = new Map(snapshot.tree.map(({ id, name }) => [id, name]));
      const frames = storyOf(trace, object !== "");
      this.#found = { pool, object, location, trace, frames };
      this.#message.replaceChildren();
      this.#go(this.#at);
    } catch (error) {
      if (request === this.#requests) {
        this.#message.replaceChildren(errorText(error));
      }
    }
  }

  #go(at: number): void {
    const last = (this.#found?.frames.length ?? 1) - 1;
    this.#at = Math.min(last, Math.max(0, at));
    this.#figure.mark(undefined);
    this.#draw();
    this.#drawStory();
  }

  #ink(found: Found): PgInk {
    const { width, height } = this.#figure.size;
    return {
      pool: found.pool,
      object: found.object,
      location: found.location,
      found: found.trace,
      nameOf: (item) => this.#names.get(item) ?? (item < 0 ? `bucket${item}` : `osd.${item}`),
      theme: this.#context.theme(),
      width,
      height,
    };
  }

  #draw(): void {
    const found = this.#found;
    const frame = found?.frames[this.#at];
    if (!found || !frame || this.#figure.size.width === 0) {
      return;
    }
    const ink = this.#ink(found);
    this.#figure.setLegend("Straws", strawLegend(ink.theme), [STRAWS_NOTE]);
    const { scene, rows } = pgScene(ink, frame);
    this.#figure.show(scene, this.#parts(ink, rows));
    this.#place.replaceChildren(`${this.#at + 1} of ${found.frames.length}`);
    this.#figure.setTable(() => tableOf(ink, found.frames));
    this.#figure.setReadout(`PG ${found.trace.pgid}`, factsOf(ink));
  }

  #parts(ink: PgInk, rows: readonly Row[]): Parts<number> {
    const drawn = (at: number) => rows[at];
    return {
      at: (_, y) => {
        const found = rows.findIndex((row) => y >= row.y && y < row.y + row.height);
        return found < 0 ? undefined : found;
      },
      describe: (at) => {
        const straw = drawn(at)?.straw;
        return straw
          ? {
              title: ink.nameOf(straw.item),
              facts: strawFacts(straw.draw.weight, straw.draw.hash, straw.value),
            }
          : { title: "", facts: [] };
      },
      outline: (at): Shape[] => {
        const row = drawn(at);
        const stroke = { stroke: ink.theme.ink, strokeWidth: 1 };
        return row
          ? [
              {
                kind: "rect",
                x: 0.5,
                y: row.y,
                width: ink.width - 1,
                height: row.height,
                ...stroke,
              },
            ]
          : [];
      },
      next: (at, direction) => {
        if (direction === "left" || direction === "right") {
          this.#go(this.#at + (direction === "left" ? -1 : 1));
          return undefined;
        }
        const next = (at ?? -1) + (direction === "up" ? -1 : 1);
        return Math.min(rows.length - 1, Math.max(0, next));
      },
    };
  }

  #drawStory(): void {
    const found = this.#found;
    if (!found) {
      return;
    }
    const ink = this.#ink(found);
    const entries = found.frames.map((frame, at) => {
      const outcome = frame.kind === "draws" ? outcomeOf(ink, frame) : "";
      const isRefused = frame.kind === "draws" && frame.refusal !== undefined;
      const sign = isRefused ? "\u2717 " : outcome === "" ? "" : "\u2713 ";
      return element(
        "li",
        {},
        button("", () => this.#go(at), {
          attributes: { "aria-current": at === this.#at ? "step" : undefined },
        }),
        outcome !== "" &&
          element("span", { class: isRefused ? "refused" : "taken" }, sign + outcome),
      );
    });
    for (const [at, entry] of entries.entries()) {
      const frame = found.frames[at];
      entry.firstElementChild?.append(frame ? captionOf(ink, frame) : "");
    }
    this.#story.replaceChildren(...entries);
    this.#story.querySelector('[aria-current="step"]')?.scrollIntoView({ block: "nearest" });
  }
}

const STRAWS_NOTE = "As long as the draw says; the longest wins unless it cannot be used.";

function strawLegend({ accent, danger, muted }: Theme): LegendEntry[] {
  return [
    { colour: accent, label: "the winner of the bucket's draw" },
    { colour: danger, label: "a winner that cannot be used" },
    { colour: muted, label: "all others" },
  ];
}

/** The number of a PG as Ceph prints it: hexadecimal, with or without the pool before it. */
function pgNumber(text: string, { id, pgNum }: Pool): number {
  const digits = text.trim().replace(new RegExp(`^${id}\\.`), "");
  const number = /^[0-9a-f]+$/i.test(digits) ? Number.parseInt(digits, 16) : Number.NaN;
  if (!(number < pgNum)) {
    const last = (pgNum - 1).toString(16);
    throw new Error(
      `${text === "" ? "nothing" : text} is not a PG of this pool: expected 0 to ${last}`,
    );
  }
  return number;
}

function factsOf({ pool, location, found, nameOf }: PgInk): Facts {
  const names = (osds: readonly number[]) => osds.map((osd) => nameOf(osd)).join(", ");
  const draws = found.trace.events.filter(({ kind }) => kind === "draw").length;
  const refused = found.trace.events.filter(({ kind }) => kind === "refused").length;
  return [
    ["Pool", `${pool.name} (${pool.id})`],
    ["Rule", found.rule.name],
    ["Up", names(location.up)],
    ["Acting", names(location.acting)],
    ["Straws drawn", plural(draws, "straw")],
    ["Refused", plural(refused, "winner")],
  ];
}

function strawFacts(weight: number, hash: number, value: string): Facts {
  return [
    ["Weight", String(weight)],
    ["Hash", `${hash} of 65,536`],
    ["Straw", value],
  ];
}

/** Every draw of the story, frame by frame. */
function tableOf(ink: PgInk, frames: readonly Frame[]) {
  const columns = [
    { head: "step", isNumber: true },
    { head: "bucket" },
    { head: "position", isNumber: true },
    { head: "try", isNumber: true },
    { head: "item" },
    { head: "weight", isNumber: true },
    { head: "hash", isNumber: true },
    { head: "straw", isNumber: true },
    { head: "outcome" },
  ];
  const rows = frames.flatMap((frame, at) => {
    if (frame.kind !== "draws") {
      return [];
    }
    const { bucket, position, tries, draws, winner } = frame;
    const head = [String(at + 1), ink.nameOf(bucket), String(position), String(tries + 1)];
    return strawsOf(draws).straws.map(({ item, draw, value }) => {
      const outcome = winner === item ? outcomeOf(ink, frame) || "wins" : "";
      return [...head, ink.nameOf(item), String(draw.weight), String(draw.hash), value, outcome];
    });
  });
  return { caption: `Every draw for PG ${ink.found.pgid}`, columns, rows };
}
