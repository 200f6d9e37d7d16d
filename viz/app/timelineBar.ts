import type { State, Store } from "../state/state.ts";
import { button, element } from "../ui/dom.ts";
import { errorText } from "../ui/errorText.ts";
import { changeLine, parseChange } from "./changes.ts";
import type { Timeline } from "./timeline.ts";

/** Steps of the slider from one change to the next. */
const PARTS = 50;

const COMMANDS = [
  "ceph osd out 3",
  "ceph osd in 3",
  "ceph osd reweight 3 0.8",
  "ceph osd crush reweight osd.3 2.0",
  "ceph osd pool set NAME pg_num 256",
  "ceph osd crush move HOST rack=RACK",
  "ceph osd set noout",
  "fail osd.3",
  "recover osd.3",
  "wait 10m",
] as const;

/** The bar below the drawing: what happens next, and the steps so far. */
export class TimelineBar {
  readonly root: HTMLElement;
  readonly #store: Store;
  readonly #timeline: Timeline;
  readonly #command: HTMLInputElement;
  readonly #message = element("p", { class: "message", attributes: { role: "alert" } });
  readonly #play: HTMLButtonElement;
  readonly #undo: HTMLButtonElement;
  readonly #slider: HTMLInputElement;
  readonly #heal: HTMLInputElement;
  readonly #settings = element("p", { class: "settings", attributes: { hidden: true } });
  readonly #steps = element("ol", { class: "steps" });

  constructor(store: Store, timeline: Timeline) {
    this.#store = store;
    this.#timeline = timeline;
    this.#command = element("input", {
      attributes: {
        type: "text",
        list: "commands",
        placeholder: "ceph osd out 3, fail host=host1, wait 10m",
        "aria-label": "What happens next: a Ceph command, fail, recover or wait",
        autocomplete: "off",
        autocapitalize: "off",
        spellcheck: "false",
      },
    });
    const options = COMMANDS.map((value) => element("option", { attributes: { value } }));
    const form = element(
      "form",
      { class: "command", on: { submit: (event) => this.#submit(event) } },
      element("span", { class: "prompt", attributes: { "aria-hidden": "true" } }, "$"),
      this.#command,
      element("datalist", { attributes: { id: "commands" } }, ...options),
      element("button", { attributes: { type: "submit" } }, "Run"),
    );
    this.#play = button("Play", () => this.#togglePlay(), { class: "play" });
    this.#undo = button("Undo", () => timeline.undo(), { hint: "Take the last step back" });
    this.#slider = element("input", {
      attributes: { type: "range", min: 0, step: 1, "aria-label": "Place on the timeline" },
      on: { input: () => timeline.goTo(Number(this.#slider.value) / PARTS) },
    });
    this.#heal = element("input", {
      attributes: { type: "checkbox" },
      on: { change: () => void timeline.setHeal(this.#heal.checked) },
    });
    const heal = element(
      "label",
      { class: "heal", attributes: { title: "As --heal does on the command line" } },
      this.#heal,
      "Data moves between steps",
    );
    this.root = element(
      "footer",
      { class: "timeline", attributes: { "aria-label": "Timeline" } },
      form,
      this.#message,
      element("div", { class: "scrub" }, this.#play, this.#slider, this.#undo, heal),
      this.#settings,
      this.#steps,
    );
    store.subscribe((state, before) => this.#update(state, before));
    this.#update(store.state, undefined);
  }

  #update(state: State, before: State | undefined): void {
    this.#message.replaceChildren(state.error || (state.busy ? `${state.busy} …` : ""));
    this.#message.classList.toggle("is-error", state.error !== "");
    this.#play.textContent = state.isPlaying ? "Pause" : "Play";
    this.#heal.checked = state.heal;
    this.#heal.disabled = state.busy !== "";
    const isEmpty = state.steps.length === 0;
    this.#play.disabled = isEmpty;
    this.#undo.disabled = isEmpty;
    this.#slider.disabled = isEmpty;
    this.#slider.max = String(Math.max(1, state.steps.length) * PARTS);
    this.#slider.value = String(Math.round(state.position * PARTS));
    this.#slider.setAttribute("aria-valuetext", placeText(state));
    const isMoved = Math.ceil(state.position) !== Math.ceil(before?.position ?? -1);
    if (state.config !== before?.config) {
      const settings = Object.entries(state.config).map(([name, value]) => `${name}=${value}`);
      this.#settings.hidden = settings.length === 0;
      this.#settings.replaceChildren(`Settings: ${settings.join(", ")}`);
    }
    if (state.steps !== before?.steps || isMoved) {
      this.#drawSteps(state);
    }
  }

  #drawSteps({ steps, position }: State): void {
    const current = Math.ceil(position);
    const entry = (text: string, at: number, isStage: boolean) =>
      element(
        "li",
        {},
        button(text, () => this.#timeline.goTo(at), {
          ...(isStage && { class: "is-stage" }),
          attributes: { "aria-current": at === current ? "step" : undefined },
        }),
      );
    this.#steps.replaceChildren(
      entry("start", 0, false),
      ...steps.map(({ command, change, isStage }, at) =>
        entry(isStage ? command : changeLine(change), at + 1, isStage),
      ),
    );
    this.#steps.querySelector('[aria-current="step"]')?.scrollIntoView({ block: "nearest" });
  }

  #togglePlay(): void {
    if (this.#store.state.isPlaying) {
      this.#timeline.pause();
    } else {
      this.#timeline.play();
    }
  }

  async #submit(event: Event): Promise<void> {
    event.preventDefault();
    try {
      const before = this.#store.state.steps;
      await this.#timeline.act([parseChange(this.#command.value)]);
      if (this.#store.state.steps !== before) {
        this.#command.value = "";
      }
    } catch (error) {
      this.#store.update({ error: errorText(error) });
    }
  }
}

function placeText({ steps, position }: State): string {
  const at = Math.ceil(position);
  const step = steps[at - 1];
  if (!step) {
    return "at the start";
  }
  const part = Math.round((position - at + 1) * 100);
  return `step ${at} of ${steps.length}: ${step.command}, ${part} % of the data has moved`;
}
