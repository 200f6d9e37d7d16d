// One page of D3 drawings. It runs the same `ts/` as Node does, with the core as WebAssembly in the
// place of the native binding, in a worker: the thread that draws never waits for one that places
// PGs.
//
// 1. `app/load.ts` takes files (dropped, chosen, pasted, or carried by the page) to the worker,
//    where `engine/engine.ts` reads them with `Cluster.read` and answers with a `Snapshot`: plain
//    data.
// 2. A change goes to `Engine.simulate`, which answers with `StepData`: what `simulate` reports,
//    and the snapshot after it. Later steps are gone through from the start, where the core knows
//    which PGs can change; snapshots of steps that are known stay. `app/timeline.ts` keeps the
//    steps in the one store, `state/state.ts`.
// 3. The view that is open listens to the store, lays out (`layout`), makes a `Scene`, and its
//    `Figure` shows it. A scene is shapes and nothing else: the same goes to SVG, canvas, files and
//    tests.
//
// `crushlab viz` puts a cluster into dist/viz.html and serves it on 127.0.0.1. Its policy lets only
// the page's own scripts run, by their hashes, and lets nothing be asked for from anywhere.

import { connect } from "../engine/connect.ts";
import { saveFile } from "../scene/export.ts";
import { THEMES, type Theme } from "../scene/scale.ts";
import { firstState, type State, Store } from "../state/state.ts";
import { element } from "../ui/dom.ts";
import { errorText } from "../ui/errorText.ts";
import { VIEWS } from "../views/index.ts";
import type { ViewContext } from "../views/view.ts";
import { Header } from "./header.ts";
import { type Embedded, embedded, Loader } from "./load.ts";
import { openDialog } from "./openDialog.ts";
import { type Address, addressOf, readAddress, scenarioText } from "./share.ts";
import { changesOf, Timeline } from "./timeline.ts";
import { TimelineBar } from "./timelineBar.ts";

const dark = matchMedia("(prefers-color-scheme: dark)");
const store = new Store(firstState(dark.matches ? "dark" : "light"));
const engine = connect();
const timeline = new Timeline(store, engine);
const loader = new Loader(store, engine, timeline);
const stage = element("main", { attributes: { id: "stage" } });

let unmount: () => void = () => {};
let mounted = "";

start();

function start(): void {
  const dialog = openDialog(loader);
  const header = new Header(store, VIEWS, { open: () => dialog.showModal(), share, save });
  const bar = new TimelineBar(store, timeline);
  paint(store.state.theme);
  document.body.append(header.root, stage, bar.root, dialog);
  store.subscribe((state, before) => {
    if (state.theme !== before.theme) {
      paint(state.theme);
    }
    showView(state);
    bar.root.classList.toggle("is-message-only", !viewOf(state).hasTimeline);
    rememberAddress(state);
  });
  dark.addEventListener("change", () => store.update({ theme: dark.matches ? "dark" : "light" }));
  listenToFiles();
  listenToPrinter();
  window.addEventListener("hashchange", () => void openAddress());
  void openAddress();
}

/** Opens what the page's address says, else what the page carries, else an example. */
async function openAddress(): Promise<void> {
  if (location.hash.slice(1) === addressOf(store.state)) {
    return;
  }
  try {
    const { view, lesson, ...address } = readAddress(location.hash);
    const carried = embedded();
    const named = VIEWS.find(({ name }) => name === (view ?? carried?.view));
    store.update({ ...(named && { view: named.name }), ...(lesson && { lesson }) });
    await openCluster(address, carried);
  } catch (error) {
    store.update({ error: errorText(error) });
  }
}

async function openCluster(
  { example, scenario, position, heal }: Address,
  carried: Embedded | undefined,
): Promise<void> {
  const { changes } = scenario;
  const isFromAddress = changes.length > 0 || !carried;
  store.update({ heal: isFromAddress ? heal : carried.heal });
  if (carried && !example) {
    await (store.state.opened ? undefined : loader.openEmbedded(carried, !isFromAddress));
  } else if (!store.state.opened || (example && store.state.example !== example)) {
    await loader.openExample(example);
  }
  if (changes.length > 0 || (example && store.state.steps.length > 0)) {
    await timeline.replace(scenario, position);
  }
}

function viewOf({ view }: State) {
  const [first] = VIEWS;
  const found = VIEWS.find(({ name }) => name === view) ?? first;
  if (!found) {
    throw new Error("a bug in crushlab: the page has no views");
  }
  return found;
}

/** Mounts the view that the state names, once there is what it needs. */
function showView(state: State): void {
  const view = viewOf(state);
  const isReady = state.opened !== undefined || !view.needsCluster;
  const name = isReady ? view.name : "";
  if (name === mounted) {
    return;
  }
  unmount();
  stage.replaceChildren();
  mounted = name;
  const context: ViewContext = {
    store,
    engine,
    root: stage,
    act: (changes) => timeline.act(changes),
    theme,
  };
  unmount = isReady ? view.mount(context) : () => {};
}

function theme(): Theme {
  return THEMES[store.state.theme];
}

/** Puts the colours of the drawings into the style of everything else. */
function paint(name: Theme["name"]): void {
  const { style, dataset } = document.documentElement;
  dataset.theme = name;
  for (const [token, colour] of Object.entries(THEMES[name])) {
    style.setProperty(`--${token}`, colour);
  }
}

function rememberAddress(state: State): void {
  const address = `#${addressOf(state)}`;
  if (state.opened && !state.isPlaying && state.busy === "" && location.hash !== address) {
    history.replaceState(null, "", address);
  }
}

async function share(): Promise<string> {
  const link = location.href;
  try {
    await navigator.clipboard.writeText(link);
  } catch {
    return "copy the address of the page";
  }
  return store.state.example === ""
    ? "link copied: it holds the steps, not the cluster"
    : "link copied";
}

function save(): void {
  const { config, steps } = store.state;
  const text = scenarioText({ config, changes: changesOf(steps) });
  saveFile(new Blob([text], { type: "application/json" }), "crushlab-steps.json");
}

/** Files may be dropped anywhere, and pasted where no text is being typed. */
function listenToFiles(): void {
  const { body } = document;
  const isOver = (is: boolean) => body.classList.toggle("is-dropping", is);
  body.addEventListener("dragover", (event) => {
    event.preventDefault();
    isOver(true);
  });
  body.addEventListener("dragleave", () => isOver(false));
  body.addEventListener("drop", (event) => {
    event.preventDefault();
    isOver(false);
    void loader.openFiles([...(event.dataTransfer?.files ?? [])]);
  });
  document.addEventListener("paste", (event) => {
    const isTyping = event.target instanceof Element && event.target.closest("input, textarea");
    const files = [...(event.clipboardData?.files ?? [])];
    const text = event.clipboardData?.getData("text/plain") ?? "";
    if (!isTyping && files.length > 0) {
      void loader.openFiles(files);
    } else if (!isTyping && text.trim() !== "") {
      void loader.openText(text);
    }
  });
}

/** Paper is white. */
function listenToPrinter(): void {
  let before: State["theme"] = store.state.theme;
  window.addEventListener("beforeprint", () => {
    before = store.state.theme;
    store.update({ theme: "light" });
  });
  window.addEventListener("afterprint", () => store.update({ theme: before }));
}
