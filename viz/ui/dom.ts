/** What a new element gets, beside its children. */
export interface Options {
  class?: string;
  /** Attributes; `true` for one without a value, `false` and nothing to leave it out. */
  attributes?: Readonly<Record<string, string | number | boolean | undefined>>;
  on?: Readonly<Record<string, (event: Event) => void>>;
}

/** A child: an element, or text, which is never read as markup. */
export type Child = Node | string | undefined | false;

/** A new element. */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  options: Options = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  if (options.class !== undefined) {
    made.className = options.class;
  }
  for (const [name, value] of Object.entries(options.attributes ?? {})) {
    if (value !== undefined && value !== false) {
      made.setAttribute(name, value === true ? "" : String(value));
    }
  }
  for (const [kind, listen] of Object.entries(options.on ?? {})) {
    made.addEventListener(kind, listen);
  }
  made.append(...children.filter((child) => child !== undefined && child !== false));
  return made;
}

/** A button with a text; `hint` is read out and shown while the pointer rests on it. */
export function button(
  text: string,
  onClick: () => void,
  { hint, ...options }: Options & { hint?: string } = {},
): HTMLButtonElement {
  const attributes = { type: "button", title: hint, ...options.attributes };
  return element("button", { ...options, attributes, on: { click: onClick } }, text);
}

/** An entry of a choice. */
export interface Choice<T extends string> {
  value: T;
  label: string;
}

/** A labelled list to choose from. */
export function choice<T extends string>(
  label: string,
  choices: readonly Choice<T>[],
  value: T,
  onChange: (value: T) => void,
): HTMLLabelElement {
  const select = element(
    "select",
    { on: { change: () => onChange(select.value as T) } },
    ...choices.map((one) =>
      element(
        "option",
        { attributes: { value: one.value, selected: one.value === value } },
        one.label,
      ),
    ),
  );
  return element("label", { class: "choice" }, element("span", {}, label), select);
}

/** Buttons of which one is pressed: for a few alternatives that should all be seen. */
export function segments<T extends string>(
  label: string,
  choices: readonly Choice<T>[],
  value: T,
  onChange: (value: T) => void,
): HTMLElement {
  const buttons = choices.map((one) => {
    const press = () => {
      for (const [at, other] of buttons.entries()) {
        other.setAttribute("aria-pressed", String(choices[at]?.value === one.value));
      }
      onChange(one.value);
    };
    return button(one.label, press, { attributes: { "aria-pressed": one.value === value } });
  });
  for (const [at, one] of buttons.entries()) {
    one.setAttribute("aria-pressed", String(choices[at]?.value === value));
  }
  const attributes = { role: "group", "aria-label": label };
  return element("div", { class: "segments", attributes }, ...buttons);
}

/** Numbers with their names. */
export type Facts = readonly (readonly [label: string, value: string])[];

/** A list of facts. */
export function factList(facts: Facts): HTMLElement {
  return element(
    "dl",
    { class: "facts" },
    ...facts.flatMap(([label, value]) => [element("dt", {}, label), element("dd", {}, value)]),
  );
}
