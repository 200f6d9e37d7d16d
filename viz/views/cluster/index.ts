import { easeCubicInOut, interpolateNumber, timer } from "d3";
import { plural } from "../../../ts/text/format.ts";
import type { OsdFacts, Snapshot } from "../../engine/contract.ts";
import { type Focus, focusBetween, focusOn } from "../../layout/focus.ts";
import { type Forest, forestOf, neighbour, pathTo, rootsOf } from "../../layout/forest.ts";
import { icicle, icicleAt } from "../../layout/icicle.ts";
import { nodeTree, nodeTreeAt } from "../../layout/nodeTree.ts";
import { boundsOf, sectorAt, sunburst } from "../../layout/sunburst.ts";
import { type ColourBy, fillOf, type OsdColours, osdColours } from "../../scene/scale.ts";
import type { Scene, Shape } from "../../scene/scene.ts";
import { currentSnapshot } from "../../state/state.ts";
import { button, choice, element, segments } from "../../ui/dom.ts";
import { Figure, type Parts } from "../../ui/figure.ts";
import { inspector } from "../../ui/inspector.ts";
import { isMotionReduced } from "../../ui/motion.ts";
import { describeNode, osdSums, SIGNS_NOTE } from "../osdShapes.ts";
import type { View, ViewContext } from "../view.ts";
import { osdTable } from "./osdTable.ts";
import { icicleScene, nodeTreeScene, sunburstScene, type TreeInk } from "./scenes.ts";

type Form = "icicle" | "sunburst" | "tree";

const COLOURS = [
  { value: "fill", label: "fill" },
  { value: "deviation", label: "deviation" },
  { value: "class", label: "class" },
  { value: "state", label: "state" },
] as const;
const ZOOM_MS = 450;
const PICTURE_MARGIN = 12;

/** A picture of the tree, with the means to find things in it. */
interface Picture {
  scene: Scene;
  at: (x: number, y: number) => number | undefined;
  outline: (index: number) => Shape[];
  /** Whether some OSDs share a place. */
  isShared: boolean;
}

/** The CRUSH tree: what hangs where, how heavy, how full. */
export const clusterView: View = {
  name: "cluster",
  title: "Cluster",
  hasTimeline: true,
  needsCluster: true,
  mount: (context) => {
    const view = new ClusterView(context);
    return () => view.destroy();
  },
};

class ClusterView {
  readonly #context: ViewContext;
  readonly #figure: Figure<number>;
  readonly #path = element("nav", { class: "path", attributes: { "aria-label": "Zoom" } });
  readonly #inspector: ReturnType<typeof inspector>;
  readonly #unsubscribe: () => void;
  #form: Form = "icicle";
  #colourBy: ColourBy = "fill";
  /** Whether the user has chosen what to colour by. */
  #isChosen = false;
  readonly #colours: HTMLLabelElement;
  #withShadows = false;
  #snapshot: Snapshot | undefined;
  #osds: ReadonlyMap<number, OsdFacts> = new Map();
  #forest: Forest | undefined;
  /** Index of the node that fills the picture. */
  #zoomed: number | undefined;
  #focus: Focus | undefined;
  #stopZoom: () => void = () => {};

  constructor(context: ViewContext) {
    this.#context = context;
    this.#figure = new Figure(
      {
        title: "Cluster",
        fileName: "cluster",
        help:
          "Arrow keys walk through the tree, Enter zooms into a bucket or selects an OSD, " +
          "Escape zooms out.",
        theme: context.theme,
      },
      () => this.#draw(),
    );
    this.#inspector = inspector(context);
    this.#figure.side.append(this.#inspector.root);
    this.#colours = choice<ColourBy>("Colour by", COLOURS, this.#colourBy, (by) => {
      this.#colourBy = by;
      this.#isChosen = true;
      this.#draw();
    });
    this.#addTools();
    context.root.append(this.#figure.root);
    this.#unsubscribe = context.store.subscribe((state, before) => {
      if (currentSnapshot(state) !== currentSnapshot(before)) {
        this.#setSnapshot();
      }
      if (state.theme !== before.theme || state.selected !== before.selected) {
        this.#draw();
      }
    });
    this.#setSnapshot();
  }

  destroy(): void {
    this.#stopZoom();
    this.#unsubscribe();
    this.#inspector.destroy();
    this.#figure.destroy();
  }

  #addTools(): void {
    const forms = [
      { value: "icicle", label: "Icicle" },
      { value: "sunburst", label: "Sunburst" },
      { value: "tree", label: "Tree" },
    ] as const;
    const shadows = element("input", {
      attributes: { type: "checkbox" },
      on: {
        change: () => {
          this.#withShadows = shadows.checked;
          this.#setSnapshot(true);
        },
      },
    });
    this.#figure.tools.append(
      segments<Form>("Drawing", forms, this.#form, (form) => {
        this.#form = form;
        this.#draw();
      }),
      this.#colours,
      element("label", { class: "check" }, shadows, "shadow trees"),
      this.#path,
    );
  }

  #setSnapshot(hasOtherRoots = false): void {
    const snapshot = currentSnapshot(this.#context.store.state);
    this.#snapshot = snapshot;
    if (!snapshot) {
      return;
    }
    if (!this.#isChosen) {
      const isKnown = snapshot.osds.some((osd) => fillOf(osd) !== undefined);
      this.#colourBy = isKnown ? "fill" : "deviation";
      const select = this.#colours.querySelector("select");
      if (select) {
        select.value = this.#colourBy;
      }
    }
    this.#osds = new Map(snapshot.osds.map((osd) => [osd.id, osd]));
    if (this.#forest?.tree !== snapshot.tree || hasOtherRoots) {
      this.#forest = forestOf(snapshot.tree, rootsOf(snapshot.tree, this.#withShadows));
      this.#zoomed = undefined;
    }
    this.#focus = focusOn(this.#forest, this.#zoomed);
    this.#figure.mark(undefined);
    this.#draw();
  }

  #draw(): void {
    const { width, height } = this.#figure.size;
    const [snapshot, forest] = [this.#snapshot, this.#forest];
    if (!snapshot || !forest || width === 0 || height === 0) {
      return;
    }
    const colours = osdColours(this.#colourBy, snapshot, this.#context.theme());
    const picture = this.#picture(forest, colours, width, height);
    this.#figure.show(picture.scene, this.#parts(forest, picture));
    const cut = snapshot.isTreeCut ? ["The tree is larger than what is drawn here."] : [];
    this.#figure.setLegend(colours.title, colours.legend, [
      `As wide as the CRUSH weight below. ${SIGNS_NOTE}`,
      ...(picture.isShared ? ["OSDs too narrow to draw share a line: the extreme one shows."] : []),
      ...cut,
    ]);
    this.#figure.setTable(() => osdTable(snapshot));
    this.#drawPath(forest);
    this.#describeRest(forest);
  }

  #picture(forest: Forest, colours: OsdColours, width: number, height: number): Picture {
    const { selected } = this.#context.store.state;
    const focus = this.#focus ?? focusOn(forest, undefined);
    const ink: TreeInk = {
      tree: forest.tree,
      osds: this.#osds,
      colours,
      showsLevel: this.#colourBy === "fill",
      theme: this.#context.theme(),
      width,
      height,
      title: `CRUSH tree, coloured by ${this.#colourBy}`,
    };
    const picture = PICTURES[this.#form](forest, focus, ink);
    const chosen = forest.spans.filter(({ index }) => forest.tree[index]?.id === selected);
    const marks = chosen.flatMap(({ index }) => picture.outline(index));
    return { ...picture, scene: { ...picture.scene, shapes: [...picture.scene.shapes, ...marks] } };
  }

  #parts(forest: Forest, picture: Picture): Parts<number> {
    return {
      at: picture.at,
      describe: (index) => describeNode(forest, index, this.#osds),
      outline: picture.outline,
      next: (index, direction) => neighbour(forest, index ?? this.#zoomed, direction),
      choose: (index) => {
        this.#context.store.update({ selected: forest.tree[index]?.id ?? null });
        if ((forest.childrenOf.get(index)?.length ?? 0) > 0) {
          const isZoomed = this.#zoomed === index;
          this.#zoom(isZoomed ? forest.tree[index]?.parent : index);
        }
      },
      leave: () => this.#zoom(forest.tree[this.#zoomed ?? -1]?.parent),
    };
  }

  #describeRest(forest: Forest): void {
    if (this.#zoomed !== undefined) {
      const { title, facts } = describeNode(forest, this.#zoomed, this.#osds);
      this.#figure.setReadout(title, facts);
      return;
    }
    this.#figure.setReadout("All OSDs", osdSums([...this.#osds.values()]));
  }

  #drawPath(forest: Forest): void {
    const path = this.#zoomed === undefined ? [] : pathTo(forest.tree, this.#zoomed);
    const names = path.map((index) =>
      button(forest.tree[index]?.name ?? "", () => this.#zoom(index)),
    );
    const all = button("all", () => this.#zoom(undefined), {
      hint: `All of it: ${plural(forest.roots.length, "root")}`,
    });
    this.#path.replaceChildren(...(path.length > 0 ? [all, ...names] : []));
  }

  #zoom(index: number | undefined): void {
    const forest = this.#forest;
    if (!forest) {
      return;
    }
    this.#zoomed = index !== undefined && index >= 0 ? index : undefined;
    const from = this.#focus ?? focusOn(forest, undefined);
    const to = focusOn(forest, this.#zoomed);
    this.#stopZoom();
    if (isMotionReduced()) {
      this.#focus = to;
      this.#draw();
      return;
    }
    const part = interpolateNumber(0, 1);
    const running = timer((elapsed) => {
      const done = Math.min(1, elapsed / ZOOM_MS);
      this.#focus = done < 1 ? focusBetween(from, to, part(easeCubicInOut(done))) : to;
      this.#draw();
      if (done === 1) {
        running.stop();
      }
    });
    this.#stopZoom = () => running.stop();
  }
}

const PICTURES: Readonly<Record<Form, (forest: Forest, focus: Focus, ink: TreeInk) => Picture>> = {
  icicle: (forest, focus, ink) => {
    const layout = icicle(forest, focus, ink.width, ink.height);
    return {
      scene: icicleScene(ink, layout),
      at: (x, y) => icicleAt(layout, x, y),
      isShared: layout.boxes.some(({ members }) => members !== undefined),
      outline: (index) =>
        layout.boxes
          .filter((box) => box.index === index || box.members?.includes(index))
          .map(({ x, y, width, height }) => ({
            kind: "rect",
            ...{ x, y, width: Math.max(2, width), height },
            ...outlined(ink),
          })),
    };
  },
  sunburst: (forest, focus, ink) => {
    const radius = Math.max(1, Math.min(ink.width, ink.height) / 2 - PICTURE_MARGIN);
    const layout = sunburst(forest, focus, radius);
    return {
      scene: sunburstScene(ink, layout, radius),
      isShared: layout.some(({ members }) => members !== undefined),
      at: (x, y) => sectorAt(layout, x - ink.width / 2, y - ink.height / 2),
      outline: (index) =>
        layout
          .filter((sector) => sector.index === index || sector.members?.includes(index))
          .map((sector) => ({
            ...boundsOf(sector),
            kind: "sector",
            x: ink.width / 2,
            y: ink.height / 2,
            ...outlined(ink),
          })),
    };
  },
  tree: (forest, focus, ink) => {
    const layout = nodeTree(forest, focus, ink.width, ink.height);
    return {
      scene: nodeTreeScene(ink, layout),
      isShared: false,
      at: (x, y) => nodeTreeAt(layout, x, y),
      outline: (index) =>
        layout.points
          .filter((point) => point.index === index)
          .map(({ x, y }) => ({ kind: "circle", x, y, r: 9, ...outlined(ink) })),
    };
  },
};

function outlined({ theme }: TreeInk): { stroke: string; strokeWidth: number } {
  return { stroke: theme.ink, strokeWidth: 2 };
}
