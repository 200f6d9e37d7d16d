import { EXAMPLES } from "../examples/index.ts";
import { button, element } from "../ui/dom.ts";
import type { Loader } from "./load.ts";

/** The dialog that opens a cluster: an example, files, or a pasted text. */
export function openDialog(loader: Loader): HTMLDialogElement {
  const close = () => dialog.close();
  const examples = EXAMPLES.map(({ name, title, about }) =>
    element(
      "li",
      {},
      button(`${title}: ${about}`, () => {
        close();
        void loader.openExample(name);
      }),
    ),
  );
  const files = element("input", {
    attributes: { type: "file", multiple: true, id: "open-files" },
    on: {
      change: () => {
        close();
        void loader.openFiles([...(files.files ?? [])]);
        files.value = "";
      },
    },
  });
  const text = element("textarea", {
    attributes: { rows: 5, spellcheck: "false", id: "open-text" },
  });
  const read = button("Open the text", () => {
    close();
    void loader.openText(text.value);
  });
  const dialog: HTMLDialogElement = element(
    "dialog",
    { class: "open", attributes: { "aria-labelledby": "open-title" } },
    element(
      "header",
      { class: "dialog-head" },
      element("h2", { attributes: { id: "open-title" } }, "Open a cluster"),
      button("Close", close),
    ),
    element(
      "p",
      { class: "promise" },
      "Nothing leaves this browser: the page computes everything itself, and asks no server.",
    ),
    element("h3", {}, "Examples"),
    element("ul", { class: "examples" }, ...examples),
    element("h3", {}, "Your own"),
    element(
      "label",
      { attributes: { for: "open-files" } },
      "Files of one cluster: ceph osd getmap, ceph report, or ceph osd dump with a CRUSH map; " +
        "also pg dump, osd df tree, df detail; a CRUSH map alone; a description in YAML. " +
        "What shall happen to it: a scenario in YAML or JSON, or a script with ceph commands. " +
        "All may also be dropped anywhere on the page.",
    ),
    files,
    element("label", { attributes: { for: "open-text" } }, "Or paste one as text:"),
    text,
    element("div", { class: "buttons" }, read),
  );
  return dialog;
}
