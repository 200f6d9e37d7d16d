import { LESSONS } from "../../lessons/index.ts";
import type { Lesson, Verdict } from "../../lessons/lesson.ts";
import { button, element } from "../../ui/dom.ts";
import { errorText } from "../../ui/errorText.ts";
import type { View, ViewContext } from "../view.ts";

/** The workshop's lessons, with an exercise each. */
export const workshopView: View = {
  name: "workshop",
  title: "Workshop",
  hasTimeline: false,
  needsCluster: false,
  mount: (context) => {
    const view = new WorkshopView(context);
    return () => view.destroy();
  },
};

class WorkshopView {
  readonly #context: ViewContext;
  readonly #root: HTMLElement;
  readonly #list = element("ol", { class: "lessons" });
  readonly #page = element("article", { class: "lesson", attributes: { tabindex: -1 } });
  readonly #unsubscribe: () => void;

  constructor(context: ViewContext) {
    this.#context = context;
    this.#root = element(
      "section",
      { class: "workshop", attributes: { "aria-label": "Workshop" } },
      element("nav", { attributes: { "aria-label": "Lessons" } }, this.#list),
      this.#page,
    );
    context.root.append(this.#root);
    this.#unsubscribe = context.store.subscribe((state, before) => {
      if (state.lesson !== before.lesson) {
        this.#draw();
        this.#page.focus();
      }
    });
    this.#draw();
  }

  destroy(): void {
    this.#unsubscribe();
    this.#root.remove();
  }

  #draw(): void {
    const { lesson: number } = this.#context.store.state;
    const lesson = LESSONS[number - 1];
    this.#list.replaceChildren(
      ...LESSONS.map((one, at) => {
        const open = button(one.title, () => this.#context.store.update({ lesson: at + 1 }), {
          attributes: { "aria-current": at + 1 === number ? "step" : undefined },
        });
        return element("li", {}, open, element("span", {}, ` ${one.minutes} min`));
      }),
    );
    if (lesson) {
      this.#page.replaceChildren(text(lesson), tries(lesson), this.#exercise(lesson));
      this.#page.scrollTop = 0;
    }
  }

  #exercise({ exercise }: Lesson): HTMLElement {
    const { question, example, check } = exercise;
    const { engine, store } = this.#context;
    const status = element("p", { class: "verdict", attributes: { role: "status" } });
    const input = element("input", {
      attributes: { type: "text", placeholder: example, "aria-label": "Your answer" },
    });
    const show = ({ isRight, message }: Verdict) => {
      status.classList.toggle("is-right", isRight);
      status.replaceChildren(message);
    };
    const submit = async (event: Event) => {
      event.preventDefault();
      try {
        show(await check(input.value, { engine, store }));
      } catch (error) {
        show({ isRight: false, message: errorText(error) });
      }
    };
    return element(
      "form",
      { class: "exercise panel", on: { submit } },
      element("h2", {}, "Exercise on this page"),
      element("p", {}, question),
      element(
        "div",
        { class: "buttons" },
        example !== "" && input,
        element("button", { attributes: { type: "submit" } }, "Check"),
      ),
      status,
    );
  }
}

/** The text: HTML that was made from our own files when the page was built, so it may be markup. */
function text({ html }: Lesson): HTMLElement {
  const made = element("div", { class: "lesson-text" });
  made.innerHTML = html;
  for (const block of made.querySelectorAll("pre")) {
    // What is wider than the page is scrolled, with the keys, too.
    block.tabIndex = 0;
  }
  return made;
}

function tries({ tries: places }: Lesson): HTMLElement {
  const links = places.map(({ label, address }) =>
    element("a", { class: "try", attributes: { href: `#${address}` } }, label),
  );
  return element("p", { class: "buttons" }, ...links);
}
