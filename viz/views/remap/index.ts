import { bytesText } from "../../../ts/text/bytes.ts";
import { plural, UNKNOWN, whole } from "../../../ts/text/format.ts";
import type { OsdFacts, Snapshot, StepData } from "../../engine/contract.ts";
import { type Dots, dotAt, dotsOf } from "../../layout/dots.ts";
import { type Flow, flowsBetween, NOWHERE, nodesOfType } from "../../layout/flows.ts";
import { type Forest, forestOf, neighbour, pathTo, rootsOf } from "../../layout/forest.ts";
import { type Arc, type Ribbon, ribbonPath, ribbons } from "../../layout/ribbons.ts";
import { type Ring, ring } from "../../layout/ring.ts";
import { boundsOf, sectorAt } from "../../layout/sunburst.ts";
import { FLOW, fillOf, type OsdColours, osdColours } from "../../scene/scale.ts";
import type { Shape } from "../../scene/scene.ts";
import { currentSnapshot, currentStep, snapshotBefore, stepProgress } from "../../state/state.ts";
import { choice, element, type Facts } from "../../ui/dom.ts";
import { type Direction, Figure, type Parts } from "../../ui/figure.ts";
import { inspector } from "../../ui/inspector.ts";
import { describeNode, osdSums, SIGNS_NOTE } from "../osdShapes.ts";
import type { View, ViewContext } from "../view.ts";
import { osdsBetween } from "./osdsBetween.ts";
import { DOT_RADIUS, dotShapes, type RemapInk, remapScene, ribbonShape } from "./scene.ts";
import { stepReport } from "./stepReport.ts";

/** What the bars of the OSDs tell. */
type BarMeasure = "fill" | "pgs";

/** Fill of the fullest OSD below which PGs tell more than fill. */
const FILL_SHOWN_MIN = 0.2;

/** A part of the picture: a node of the tree by its index, or a ribbon by its place. */
type Part = `node ${number}` | `ribbon ${number}`;

const MARGIN = 6;
/** Buckets up to which ribbons between them can be told apart. */
const BUCKETS_MAX = 80;
/** Shapes from which a picture is drawn less often while data moves. */
const SHAPES_SMOOTH_MAX = 800;
const SLOW_MS = 150;

/** What a step moves: ribbons and points across the circle of OSDs. */
export const remapView: View = {
  name: "remap",
  title: "Remap",
  hasTimeline: true,
  needsCluster: true,
  mount: (context) => {
    const view = new RemapView(context);
    return () => view.destroy();
  },
};

/** What is drawn of a step, as long as the window and the step stay the same. */
interface Layout {
  forest: Forest;
  ring: Ring;
  ribbons: readonly Ribbon[];
  dots: Dots;
  radius: number;
  width: number;
  height: number;
}

class RemapView {
  readonly #context: ViewContext;
  readonly #figure: Figure<Part>;
  readonly #report = element("div", { class: "report panel" });
  readonly #inspector: ReturnType<typeof inspector>;
  readonly #types = element("span", { class: "tools" });
  readonly #layer = element("canvas", { class: "layer", attributes: { "aria-hidden": true } });
  readonly #hitTest = document.createElement("canvas").getContext("2d");
  readonly #unsubscribe: () => void;
  #typeId: number | undefined;
  /** What was chosen; nothing while the data decides. */
  #bars: BarMeasure | undefined;
  #layout: Layout | undefined;
  #drawnAt = 0;

  constructor(context: ViewContext) {
    this.#context = context;
    const help =
      "Arrow keys walk through the tree and below the OSDs through the ribbons, " +
      "Enter selects what shall fail, go out or come back.";
    this.#figure = new Figure(
      { title: "Remap", fileName: "remap", help, theme: context.theme },
      () => this.#renew(),
    );
    this.#inspector = inspector(context);
    this.#figure.left.append(this.#report);
    this.#figure.side.prepend(this.#inspector.root);
    this.#figure.drawing.append(this.#layer);
    this.#figure.layer = () => this.#dotShapes();
    this.#figure.tools.append(this.#types);
    context.root.append(this.#figure.root);
    this.#unsubscribe = context.store.subscribe((state, before) => {
      const isOther =
        currentStep(state) !== currentStep(before) ||
        currentSnapshot(state) !== currentSnapshot(before) ||
        state.theme !== before.theme;
      if (isOther) {
        this.#renew();
      } else if (state.position !== before.position || state.selected !== before.selected) {
        this.#draw(state.isPlaying);
      }
    });
    this.#renew();
  }

  destroy(): void {
    this.#unsubscribe();
    this.#inspector.destroy();
    this.#figure.destroy();
  }

  get #step(): StepData | undefined {
    return currentStep(this.#context.store.state);
  }

  /** Lays everything out anew: another step, type, window or theme. */
  #renew(): void {
    const snapshot = currentSnapshot(this.#context.store.state);
    const { width, height } = this.#figure.size;
    if (!snapshot || width === 0 || height === 0) {
      return;
    }
    this.#renewTypes(snapshot);
    const forest = this.#forestOf(snapshot.tree);
    const radius = Math.max(40, Math.min(width, height) / 2 - MARGIN);
    const circle = ring(forest, radius);
    const ups = new Set(snapshot.osds.filter(({ isUp }) => isUp).map(({ id }) => id));
    const isUp = (osd: number) => ups.has(osd);
    const step = this.#step;
    const none: Dots = { dots: [], shardsPerDot: 1 };
    this.#layout = {
      forest,
      ring: circle,
      ribbons: step ? this.#ribbons(step, forest, isUp) : [],
      dots: step ? dotsOf(step.moves, (osd) => circle.angleOf.get(osd), isUp, 1) : none,
      radius,
      width,
      height,
    };
    this.#report.replaceChildren(...stepReport(step));
    this.#figure.setTable(() => this.#table());
    this.#draw(false);
  }

  /** The forest of a tree; that of the last one is kept, for most steps leave the tree alone. */
  #forestOf(tree: Snapshot["tree"]): Forest {
    const last = this.#layout?.forest;
    return last?.tree === tree ? last : forestOf(tree, rootsOf(tree, false));
  }

  #ribbons(step: StepData, forest: Forest, isUp: (osd: number) => boolean): Ribbon[] {
    const { tree } = forest;
    const nodeOf = nodesOfType(tree, this.#typeId ?? 0);
    const arcOf = (node: number): Arc | undefined => {
      const span = node === NOWHERE ? undefined : forest.spanOf.get(node);
      return span && { startAngle: span.x0 * 2 * Math.PI, endAngle: span.x1 * 2 * Math.PI };
    };
    const hasBytes = step.summary.dataBasis !== "unknown";
    const flows = flowsBetween(step.moves, nodeOf, isUp);
    return ribbons(flows, arcOf, ({ bytes, shards }) => (hasBytes ? bytes : shards));
  }

  #renewTypes({ types, tree, osds }: Snapshot): void {
    const counts = new Map<number, number>();
    for (const { typeId, isShadow } of tree) {
      counts.set(typeId, (counts.get(typeId) ?? 0) + (isShadow ? 0 : 1));
    }
    const present = types.filter(({ id }) => (counts.get(id) ?? 0) > 1);
    if (!present.some(({ id }) => id === this.#typeId)) {
      const few = present.filter(({ id }) => id > 0 && (counts.get(id) ?? 0) <= BUCKETS_MAX);
      this.#typeId = few[0]?.id ?? present.at(-1)?.id ?? 0;
    }
    const choices = present.map(({ id, name }) => ({ value: String(id), label: name }));
    const bars = [
      { value: "fill", label: "fill" },
      { value: "pgs", label: "PGs" },
    ] as const;
    this.#types.replaceChildren(
      choice<BarMeasure>("Bars", bars, this.#barMeasure(osds), (measure) => {
        this.#bars = measure;
        this.#draw(false);
      }),
      choice("Ribbons between", choices, String(this.#typeId), (value) => {
        this.#typeId = Number(value);
        this.#renew();
      }),
    );
  }

  #barMeasure(osds: readonly OsdFacts[]): BarMeasure {
    const most = osds.reduce((max, osd) => Math.max(max, fillOf(osd) ?? 0), 0);
    return this.#bars ?? (most >= FILL_SHOWN_MIN ? "fill" : "pgs");
  }

  /** Draws this moment. While data moves, large pictures follow a little later than its points. */
  #draw(isMoving: boolean): void {
    const layout = this.#layout;
    const { state } = this.#context.store;
    const snapshot = currentSnapshot(state);
    if (!layout || !snapshot) {
      return;
    }
    const isLarge = layout.ring.sectors.length > SHAPES_SMOOTH_MAX;
    const now = performance.now();
    if (!isMoving || !isLarge || now - this.#drawnAt > SLOW_MS) {
      this.#drawnAt = now;
      this.#drawScene(layout, snapshot, isMoving);
    }
    this.#drawDots(layout, stepProgress(state));
  }

  #drawScene(layout: Layout, snapshot: Snapshot, isMoving: boolean): void {
    const { state } = this.#context.store;
    const progress = stepProgress(state);
    const osds = osdsBetween(snapshotBefore(state) ?? snapshot, snapshot, progress);
    const theme = this.#context.theme();
    const showsFill = this.#barMeasure(snapshot.osds) === "fill";
    const colours = osdColours(showsFill ? "fill" : "deviation", snapshot, theme);
    const most = snapshot.osds.reduce((max, { pgs }) => Math.max(max, pgs), 1);
    const ink: RemapInk = {
      tree: layout.forest.tree,
      osds: new Map(osds.map((osd) => [osd.id, osd])),
      colours,
      levelOf: (osd) => (showsFill ? (fillOf(osd) ?? 0) : osd.pgs / most),
      theme,
      width: layout.width,
      height: layout.height,
      radius: layout.radius,
      title: this.#step ? `What moves: ${this.#step.command}` : "The OSDs, nothing moves",
    };
    const scene = remapScene(ink, layout.ring, layout.ribbons);
    const marks = this.#selectedOutline(layout, ink);
    this.#figure.show({ ...scene, shapes: [...scene.shapes, ...marks] }, this.#parts(layout, ink));
    if (!isMoving) {
      this.#setLegend(layout, colours);
      this.#figure.setReadout("All OSDs", osdSums(osds));
    }
  }

  #setLegend({ dots }: Layout, colours: OsdColours): void {
    const flow = FLOW[this.#context.theme().name];
    const flows = [
      { colour: flow.moved, label: "moves from OSD to OSD" },
      { colour: flow.rebuilt, label: "is rebuilt from other copies" },
    ];
    const { dataBasis } = this.#step?.summary ?? {};
    const width = dataBasis === "unknown" ? "shards" : "bytes";
    const high = colours.title.startsWith("Fill") ? "fill" : "PGs of the OSD";
    this.#figure.setLegend(
      "What moves",
      [...flows, ...colours.legend],
      [
        `Ribbons are as wide as the ${width} that move. Bars: as high as the ${high}.`,
        `One point is ${plural(dots.shardsPerDot, "shard")} on its way.`,
        SIGNS_NOTE,
      ],
    );
  }

  #drawDots({ dots, ring: circle, width, height }: Layout, progress: number): void {
    const density = window.devicePixelRatio;
    const canvas = this.#layer;
    const [w, h] = [Math.round(width * density), Math.round(height * density)];
    if (canvas.width !== w || canvas.height !== h) {
      canvas.width = w;
      canvas.height = h;
    }
    const context = canvas.getContext("2d");
    if (!context) {
      return;
    }
    context.setTransform(density, 0, 0, density, 0, 0);
    context.clearRect(0, 0, width, height);
    context.translate(width / 2, height / 2);
    const { name } = this.#context.theme();
    for (const isRebuilt of [false, true]) {
      context.fillStyle = isRebuilt ? FLOW[name].rebuilt : FLOW[name].moved;
      context.beginPath();
      for (const dot of dots.dots) {
        const at = dot.isRebuilt === isRebuilt && dotAt(dot, progress, circle.innerRadius);
        if (at) {
          context.moveTo(at[0] + DOT_RADIUS, at[1]);
          context.arc(at[0], at[1], DOT_RADIUS, 0, 2 * Math.PI);
        }
      }
      context.fill();
    }
  }

  /** The points of this moment as shapes. */
  #dotShapes(): readonly Shape[] {
    const progress = stepProgress(this.#context.store.state);
    return this.#layout ? dotShapes(this.#layout, progress, this.#context.theme()) : [];
  }

  #parts(layout: Layout, ink: RemapInk): Parts<Part> {
    const { forest } = layout;
    return {
      at: (x, y) => this.#partAt(layout, x - layout.width / 2, y - layout.height / 2),
      describe: (part) => this.#describe(part, layout, ink),
      outline: (part) => outline(part, layout, ink),
      next: (part, direction) => nextPart(layout, part, direction),
      choose: (part) => {
        if (part.startsWith("node ")) {
          this.#context.store.update({ selected: forest.tree[numberOf(part)]?.id ?? null });
        }
      },
      leave: () => this.#context.store.update({ selected: null }),
    };
  }

  #partAt({ ring: circle, ribbons: bands }: Layout, x: number, y: number): Part | undefined {
    const index = sectorAt(circle.sectors, x, y);
    if (index !== undefined) {
      return `node ${index}`;
    }
    const test = this.#hitTest;
    const found = bands.findLastIndex((ribbon) =>
      test?.isPointInPath(new Path2D(ribbonPath(ribbon, circle.innerRadius)), x, y),
    );
    return found < 0 ? undefined : `ribbon ${found}`;
  }

  #describe(part: Part, layout: Layout, { osds }: RemapInk): { title: string; facts: Facts } {
    const { forest, ribbons: bands } = layout;
    if (part.startsWith("ribbon ")) {
      const flow = bands[numberOf(part)]?.flow;
      return flow ? this.#describeFlow(flow, forest) : { title: "", facts: [] };
    }
    const index = numberOf(part);
    const { title, facts } = describeNode(forest, index, osds);
    const change = this.#step?.osdChanges.find(({ osd }) => osd === forest.tree[index]?.id);
    const received: Facts = change ? [["Receives", plural(change.shardsReceived, "shard")]] : [];
    return { title, facts: [...received, ...facts] };
  }

  #describeFlow(flow: Flow, { tree }: Forest): { title: string; facts: Facts } {
    const name = (index: number) => tree[index]?.name ?? "nobody";
    const hasBytes = this.#step?.summary.dataBasis !== "unknown";
    return {
      title: `${name(flow.from)} \u2192 ${name(flow.to)}`,
      facts: [
        ["Shards", whole(flow.shards)],
        ["of these rebuilt", whole(flow.shardsRebuilt)],
        ["Bytes", hasBytes ? bytesText(flow.bytes) : UNKNOWN],
      ],
    };
  }

  #selectedOutline(layout: Layout, ink: RemapInk): Shape[] {
    const { selected } = this.#context.store.state;
    const { tree, spans } = layout.forest;
    const found = spans.filter(({ index }) => tree[index]?.id === selected);
    return found.flatMap(({ index }) => outline(`node ${index}`, layout, ink));
  }

  #table() {
    const step = this.#step;
    const snapshot = currentSnapshot(this.#context.store.state);
    const tree = snapshot?.tree ?? [];
    const nodeOf = nodesOfType(tree, this.#typeId ?? 0);
    const type = snapshot?.types.find(({ id }) => id === this.#typeId)?.name ?? "OSD";
    const ups = new Set(snapshot?.osds.filter(({ isUp }) => isUp).map(({ id }) => id));
    const flows = step ? flowsBetween(step.moves, nodeOf, (osd) => ups.has(osd)) : [];
    const name = (index: number) => tree[index]?.name ?? "nobody";
    const hasBytes = step?.summary.dataBasis !== "unknown";
    return {
      caption: step ? `What moves by ${type}: ${step.command}` : "Nothing moves yet",
      columns: [
        { head: "from" },
        { head: "to" },
        { head: "shards", isNumber: true },
        { head: "rebuilt", isNumber: true },
        { head: "bytes", isNumber: true },
      ],
      rows: flows.map((flow) => [
        name(flow.from),
        name(flow.to),
        whole(flow.shards),
        whole(flow.shardsRebuilt),
        hasBytes ? bytesText(flow.bytes) : UNKNOWN,
      ]),
    };
  }
}

/** Where an arrow key leads: through the tree, from an OSD down to the ribbons, and among them. */
function nextPart(
  { forest, ribbons: bands }: Layout,
  part: Part | undefined,
  direction: Direction,
): Part | undefined {
  if (part?.startsWith("ribbon ")) {
    const at = numberOf(part);
    const step = { left: -1, right: 1, up: 0, down: 0 }[direction];
    const above = bands[at]?.flow.from;
    return direction === "up" && above !== undefined
      ? `node ${above}`
      : `ribbon ${Math.min(bands.length - 1, Math.max(0, at + step))}`;
  }
  const index = part === undefined ? undefined : numberOf(part);
  const found = neighbour(forest, index, direction);
  if (direction === "down" && found === index && index !== undefined && bands.length > 0) {
    const path = new Set(pathTo(forest.tree, index));
    const own = bands.findIndex(({ flow }) => path.has(flow.from) || path.has(flow.to));
    return `ribbon ${Math.max(0, own)}`;
  }
  return found === undefined ? undefined : `node ${found}`;
}

function numberOf(part: Part): number {
  return Number(part.split(" ")[1]);
}

function outline(part: Part, { ring: circle, ribbons: bands }: Layout, ink: RemapInk): Shape[] {
  const number = numberOf(part);
  const ribbon = bands[number];
  if (part.startsWith("ribbon ")) {
    return ribbon ? [ribbonShape(ink, circle, ribbon, number, true)] : [];
  }
  return circle.sectors
    .filter(({ index, members }) => index === number || members?.includes(number))
    .map((sector) => ({
      ...boundsOf(sector),
      kind: "sector",
      x: ink.width / 2,
      y: ink.height / 2,
      stroke: ink.theme.ink,
      strokeWidth: 2,
    }));
}
