import { plural } from "../../ts/text/format.ts";
import type { State, Store } from "../state/state.ts";
import { button, element } from "../ui/dom.ts";
import type { View } from "../views/view.ts";

/** What the header's buttons do. */
export interface HeaderActions {
  open: () => void;
  share: () => Promise<string>;
  save: () => void;
}

/** The top of the page: the cluster that is open, the views, and what can be done with all. */
export class Header {
  readonly root: HTMLElement;
  readonly #facts = element("p", { class: "cluster-facts" });
  /** What the files did not tell, and what was made up for them. */
  readonly #notes = element("details", { class: "cluster-notes", attributes: { hidden: true } });
  #shown: State["opened"];
  readonly #links: ReadonlyMap<string, HTMLAnchorElement>;

  constructor(store: Store, views: readonly View[], actions: HeaderActions) {
    this.#links = new Map(
      views.map(({ name, title }) => {
        const link = element("a", { attributes: { href: `#view=${name}` } }, title);
        link.addEventListener("click", (event) => {
          event.preventDefault();
          store.update({ view: name, error: "" });
        });
        return [name, link];
      }),
    );
    const status = element("span", { class: "told", attributes: { role: "status" } });
    const share = button("Share", async () => status.replaceChildren(await actions.share()), {
      hint: "Copy a link to what is shown",
    });
    const theme = button(
      "Light / dark",
      () => store.update({ theme: store.state.theme === "light" ? "dark" : "light" }),
      { hint: "Change between light and dark" },
    );
    this.root = element(
      "header",
      { class: "page-head" },
      element("h1", {}, "crushlab"),
      element("div", { class: "cluster" }, this.#facts, this.#notes),
      element(
        "div",
        { class: "page-actions" },
        status,
        button("Open\u2026", actions.open),
        share,
        button("Save steps", actions.save, { hint: "Save the timeline as a file" }),
        theme,
      ),
      element(
        "nav",
        { class: "views", attributes: { "aria-label": "Views" } },
        ...this.#links.values(),
      ),
    );
    store.subscribe((state) => this.#update(state));
    this.#update(store.state);
  }

  #update({ opened, source, view }: State): void {
    for (const [name, link] of this.#links) {
      if (name === view) {
        link.setAttribute("aria-current", "page");
      } else {
        link.removeAttribute("aria-current");
      }
    }
    if (opened === this.#shown) {
      return;
    }
    this.#shown = opened;
    if (!opened) {
      this.#facts.replaceChildren("no cluster is open");
      return;
    }
    const { snapshot, madeUp, missing } = opened;
    const facts = [
      plural(snapshot.osds.length, "OSD"),
      plural(snapshot.pools.length, "pool"),
      plural(
        snapshot.pools.reduce((sum, { pgNum }) => sum + pgNum, 0),
        "PG",
      ),
    ].join(" \u00b7 ");
    const notes = [...(madeUp === "" ? [] : [madeUp]), ...missing];
    this.#facts.replaceChildren(element("strong", {}, source), ` ${facts}`);
    this.#notes.hidden = notes.length === 0;
    this.#notes.replaceChildren(
      element("summary", {}, madeUp === "" ? "what is not known" : "made up"),
      element("ul", {}, ...notes.map((note) => element("li", {}, note))),
    );
  }
}
