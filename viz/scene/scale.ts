import { interpolateRgb, type ScaleThreshold, scaleThreshold } from "d3";
import { percent, signedPercent } from "../../ts/text/format.ts";
import type { OsdFacts, Snapshot } from "../engine/contract.ts";

/** Colours of the page; each drawing gets them as plain values, so that exports need no style. */
export interface Theme {
  name: "light" | "dark";
  paper: string;
  /** Panels and boxes on the paper. */
  panel: string;
  ink: string;
  muted: string;
  /** Hairlines. */
  line: string;
  /** Where nothing is: empty bars, items without a value. */
  blank: string;
  accent: string;
  /** Text on `accent`. */
  onAccent: string;
  warning: string;
  danger: string;
}

export const THEMES: Readonly<Record<Theme["name"], Theme>> = {
  light: {
    name: "light",
    paper: "#fbfaf7",
    panel: "#ffffff",
    ink: "#1b2431",
    muted: "#566070",
    line: "#d9d7d0",
    blank: "#e9e7e1",
    accent: "#0a5f9e",
    onAccent: "#ffffff",
    warning: "#8a5a00",
    danger: "#b03a00",
  },
  dark: {
    name: "dark",
    paper: "#14181f",
    panel: "#1b212b",
    ink: "#e8eaee",
    muted: "#a3adbb",
    line: "#343c49",
    blank: "#2a313d",
    accent: "#6cb7f0",
    onAccent: "#0b1119",
    warning: "#f0b84a",
    danger: "#ff8d5c",
  },
};

/**
 * Colours that people with any colour vision tell apart (Okabe and Ito, 2008), without black and
 * the yellow that white paper swallows.
 */
export const CATEGORIES = [
  "#0072b2",
  "#e69f00",
  "#009e73",
  "#cc79a7",
  "#56b4e9",
  "#d55e00",
] as const;

/** Data that moves from one OSD to another, and data that is rebuilt from other copies. */
export const FLOW = {
  light: { moved: "#0072b2", rebuilt: "#d55e00" },
  dark: { moved: "#56b4e9", rebuilt: "#ff9a5c" },
} as const;

/** States of an OSD; each has a sign, too, for it must not be the colour alone that tells. */
export const OSD_STATES = {
  up: { label: "up and in", light: "#2f8f83", dark: "#3fa99b" },
  down: { label: "down", light: "#d55e00", dark: "#e8743a" },
  out: { label: "out", light: "#a9a9a9", dark: "#6a7280" },
  downOut: { label: "down and out", light: "#7a3e1d", dark: "#9c5a36" },
} as const;

export type OsdState = keyof typeof OSD_STATES;

/** The state of an OSD that the drawings tell apart. */
export function osdState({ isUp, isIn }: Pick<OsdFacts, "isUp" | "isIn">): OsdState {
  if (isUp) {
    return isIn ? "up" : "out";
  }
  return isIn ? "down" : "downOut";
}

/** What OSDs are coloured by. */
export type ColourBy = "fill" | "deviation" | "class" | "state";

/** An entry of a legend. */
export interface LegendEntry {
  colour: string;
  label: string;
}

/** A way to colour OSDs. */
export interface OsdColours {
  /** What the colours tell, with the unit. */
  title: string;
  colourOf: (osd: OsdFacts) => string;
  /** Of several OSDs in one place the one with the highest rank is drawn. */
  rankOf: (osd: OsdFacts) => number;
  legend: readonly LegendEntry[];
}

/** Bounds of the steps of a deviation from what the weights ask for. */
const DEVIATION_BOUNDS = [-0.2, -0.1, -0.03, 0.03, 0.1, 0.2];
const DEVIATION_COLOURS = {
  light: ["#2166ac", "#67a9cf", "#b5d3e6", "#c6c5c0", "#f6c89f", "#e78a3c", "#b04a00"],
  dark: ["#4393d8", "#3d6f9c", "#4a6f8a", "#59616f", "#8a6440", "#c47430", "#ff9b4a"],
} as const;
const FILL_STEPS = [0.15, 0.3, 0.45, 0.6, 0.75];
const FILL_ENDS = { light: ["#dce9f3", "#12588f"], dark: ["#233648", "#7cc0f5"] } as const;
/** Fill beyond the cluster's ratios: nearfull, backfillfull, full. None is a colour of `FLOW`. */
const FILL_LIMITS = {
  light: ["#e69f00", "#c2308a", "#6b0f3f"],
  dark: ["#e69f00", "#e055a5", "#ffd5ec"],
} as const;

/** How OSDs of a state of a cluster are coloured. */
export function osdColours(by: ColourBy, snapshot: Snapshot, theme: Theme): OsdColours {
  switch (by) {
    case "fill":
      return fillColours(snapshot, theme);
    case "deviation":
      return deviationColours(theme);
    case "class":
      return classColours(snapshot, theme);
    case "state":
      return stateColours(theme);
  }
}

/** Used bytes by size; nothing where that is not known. */
export function fillOf({ usedBytes, totalBytes }: OsdFacts): number | undefined {
  return usedBytes === undefined || !totalBytes ? undefined : usedBytes / totalBytes;
}

function fillColours({ info, osds }: Snapshot, theme: Theme): OsdColours {
  const isKnown = osds.every((osd) => fillOf(osd) !== undefined);
  const { nearfullRatio, backfillfullRatio, fullRatio } = info;
  const below = FILL_STEPS.filter((bound) => bound < nearfullRatio);
  const [low, high] = FILL_ENDS[theme.name];
  const mix = interpolateRgb(low, high);
  const shades = [0, ...below].map((_, at) => mix(at / below.length));
  const bounds = [...below, nearfullRatio, backfillfullRatio, fullRatio];
  const scale = scaleThreshold(bounds, [...shades, ...FILL_LIMITS[theme.name]]);
  const names = new Map([
    [nearfullRatio, "nearfull"],
    [backfillfullRatio, "backfillfull"],
    [fullRatio, "full"],
  ]);
  const label = (from: number | undefined, to: number | undefined) =>
    `${rangeText(from, to, percent)}${names.has(from ?? -1) ? ` ${names.get(from ?? -1)}` : ""}`;
  return {
    title: "Fill: used bytes by size of the OSD",
    colourOf: (osd) => {
      const fill = fillOf(osd);
      return fill === undefined ? theme.blank : scale(fill);
    },
    rankOf: (osd) => fillOf(osd) ?? -1,
    legend: [
      ...steps(scale, label),
      ...(isKnown ? [] : [{ colour: theme.blank, label: "not known" }]),
    ],
  };
}

function deviationColours(theme: Theme): OsdColours {
  return {
    title: "PGs beyond what the weights ask for",
    colourOf: ({ deviation }) => deviationColour(deviation, theme),
    rankOf: ({ deviation }) => Math.abs(deviation ?? 0),
    legend: deviationLegend(theme),
  };
}

/** Colour of a deviation from what the weights ask for; `null` where they ask for nothing. */
export function deviationColour(deviation: number | null, theme: Theme): string {
  return deviation === null ? theme.blank : deviationScale(theme)(deviation);
}

/** What those colours stand for. */
export function deviationLegend(theme: Theme): LegendEntry[] {
  const label = (from: number | undefined, to: number | undefined) =>
    rangeText(from, to, signedPercent);
  return steps(deviationScale(theme), label);
}

function deviationScale({ name }: Theme): ScaleThreshold<number, string> {
  return scaleThreshold(DEVIATION_BOUNDS, DEVIATION_COLOURS[name]);
}

function classColours({ osds }: Snapshot, theme: Theme): OsdColours {
  const names = [...new Set(osds.map((osd) => osd.class ?? ""))].sort();
  const colours = new Map(
    names.map((name, at) => [
      name,
      name === "" ? theme.blank : (CATEGORIES[at % CATEGORIES.length] ?? theme.blank),
    ]),
  );
  return {
    title: "Device class",
    colourOf: (osd) => colours.get(osd.class ?? "") ?? theme.blank,
    rankOf: (osd) => -names.indexOf(osd.class ?? ""),
    legend: names.map((name) => ({
      colour: colours.get(name) ?? theme.blank,
      label: name === "" ? "no class" : name,
    })),
  };
}

function stateColours(theme: Theme): OsdColours {
  return {
    title: "State of the OSD",
    colourOf: (osd) => OSD_STATES[osdState(osd)][theme.name],
    rankOf: ({ isUp, isIn }) => (isUp ? 0 : 2) + (isIn ? 0 : 1),
    legend: Object.values(OSD_STATES).map((state) => ({
      colour: state[theme.name],
      label: state.label,
    })),
  };
}

function steps(
  scale: ScaleThreshold<number, string>,
  label: (from: number | undefined, to: number | undefined) => string,
): LegendEntry[] {
  return scale.range().map((colour) => {
    const [from, to] = scale.invertExtent(colour);
    return { colour, label: label(from, to) };
  });
}

function rangeText(
  from: number | undefined,
  to: number | undefined,
  text: (part: number) => string,
): string {
  const number = (part: number) => text(part).replace(".0 %", " %");
  if (from === undefined) {
    return `below ${number(to ?? 0)}`;
  }
  return to === undefined ? `from ${number(from)}` : `${number(from)} to ${number(to)}`;
}
