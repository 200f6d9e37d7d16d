import type { Change } from "../../ts/change/simulate.ts";
import type { OsdFacts, Snapshot, TreeNode } from "../engine/contract.ts";
import { currentSnapshot, type Store } from "../state/state.ts";
import { button, element } from "./dom.ts";

/** What is needed to let something happen. */
interface InspectorOptions {
  store: Store;
  act: (changes: readonly Change[]) => Promise<void>;
}

/** A panel that says what is selected, and lets it fail, go out, be reweighted or come back. */
export function inspector({ store, act }: InspectorOptions): {
  root: HTMLElement;
  destroy: () => void;
} {
  const root = element("div", { class: "inspector panel" });
  const draw = () => {
    const { selected } = store.state;
    const snapshot = currentSnapshot(store.state);
    const item = snapshot && selected !== null ? itemOf(snapshot, selected) : undefined;
    root.replaceChildren(...(item ? actionsOf(item, act) : [hint()]));
  };
  const unsubscribe = store.subscribe((state, before) => {
    const isOther = currentSnapshot(state) !== currentSnapshot(before);
    if (isOther || state.selected !== before.selected) {
      draw();
    }
  });
  draw();
  return { root, destroy: unsubscribe };
}

/** What is selected: an OSD, or a bucket with the OSDs below it. */
interface Item {
  node: Pick<TreeNode, "id" | "name" | "type" | "weight">;
  osds: OsdFacts[];
}

function itemOf({ tree, osds, types }: Snapshot, id: number): Item | undefined {
  const at = tree.findIndex((node) => node.id === id);
  const node = tree[at];
  const osd = osds.find((one) => one.id === id);
  if (osd) {
    const type = types.find((one) => one.id === 0)?.name ?? "osd";
    return { node: { id, name: osd.name, type, weight: osd.crushWeight }, osds: [osd] };
  }
  if (!node) {
    return undefined;
  }
  // Nodes stand before what is below them, so that a subtree is a run of the list.
  const below = tree.slice(at + 1);
  const end = below.findIndex(({ depth }) => depth <= node.depth);
  const ids = new Set((end < 0 ? below : below.slice(0, end)).map((one) => one.id));
  return { node, osds: osds.filter((one) => ids.has(one.id)) };
}

function hint(): HTMLElement {
  return element(
    "p",
    {},
    "Choose an OSD, a host or a rack in the drawing to let something happen.",
  );
}

function actionsOf({ node, osds }: Item, act: InspectorOptions["act"]): HTMLElement[] {
  const isOsd = node.id >= 0;
  const target = isOsd ? `osd.${node.id}` : `${node.type}=${node.name}`;
  const ids = osds.map(({ id }) => id).join(" ");
  const run = (change: Change) => () => void act([change]);
  const isSome = (test: (osd: OsdFacts) => boolean) => osds.some(test);
  const choices = [
    { text: "Fail", change: { fail: target }, isOpen: isSome(({ isUp }) => isUp) },
    { text: "Bring back", change: { recover: target }, isOpen: isSome(({ isUp }) => !isUp) },
    { text: "Mark out", change: `ceph osd out ${ids}`, isOpen: isSome(({ isIn }) => isIn) },
    { text: "Mark in", change: `ceph osd in ${ids}`, isOpen: isSome(({ isIn }) => !isIn) },
  ];
  const buttons = choices.map(({ text, change, isOpen }) =>
    button(text, run(change), {
      hint: typeof change === "string" ? change : `${text} ${target}`,
      attributes: { disabled: !isOpen },
    }),
  );
  const [osd] = osds;
  const reweight =
    isOsd && osd
      ? [
          numberForm("Reweight", osd.reweight, { max: 1 }, (value) =>
            run(`ceph osd reweight ${node.id} ${value}`)(),
          ),
          numberForm("CRUSH weight", node.weight, {}, (value) =>
            run(`ceph osd crush reweight osd.${node.id} ${value}`)(),
          ),
        ]
      : [
          numberForm("Weight of each OSD", osd?.crushWeight ?? 0, {}, (value) =>
            run(`ceph osd crush reweight-subtree ${quoted(node.name)} ${value}`)(),
          ),
        ];
  return [
    element("h3", {}, `Selected: ${isOsd ? node.name : `${node.type} ${node.name}`}`),
    element("div", { class: "buttons" }, ...buttons),
    ...reweight,
  ];
}

function numberForm(
  label: string,
  value: number,
  { max }: { max?: number },
  onSubmit: (value: number) => void,
): HTMLElement {
  const input = element("input", {
    attributes: { type: "number", min: 0, max, step: "any", value: Number(value.toFixed(5)) },
  });
  return element(
    "form",
    {
      class: "number-form",
      on: {
        submit: (event) => {
          event.preventDefault();
          onSubmit(Number(input.value));
        },
      },
    },
    element("label", {}, element("span", {}, label), input),
    element("button", { attributes: { type: "submit" } }, "Set"),
  );
}

/** A name as a shell takes it. */
function quoted(name: string): string {
  return /^[\w.~-]+$/.test(name) ? name : `'${name.replaceAll("'", `'\\''`)}'`;
}
