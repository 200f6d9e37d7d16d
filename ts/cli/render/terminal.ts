import pc from "picocolors";

/** Colours; each a function that leaves a text alone where there are none. */
export type Colors = ReturnType<typeof pc.createColors>;

/** What a text is drawn on. */
export interface Canvas {
  /** Columns. */
  width: number;
  colors: Colors;
}

/** Columns where there is no terminal that says how many it has. */
const WIDTH_DEFAULT = 80;
/** Tables do not get narrower; a smaller terminal wraps them. */
const WIDTH_MIN = 40;

/** Standard output, as wide and as colourful as it is. */
export function terminal(): Canvas {
  return { width: terminalWidth(), colors: pc.createColors(wantsColor(process.stdout.isTTY)) };
}

/** Colours of standard error. */
export function terminalForErrors(): Colors {
  return pc.createColors(wantsColor(process.stderr.isTTY));
}

/** Columns of standard output. */
export function terminalWidth(): number {
  const width = process.stdout.columns || Number(process.env.COLUMNS) || WIDTH_DEFAULT;
  return Math.max(WIDTH_MIN, Math.floor(width));
}

/** Colours are for terminals; NO_COLOR and FORCE_COLOR have the last word, in this order. */
function wantsColor(isTerminal: boolean): boolean {
  const { NO_COLOR, FORCE_COLOR, TERM } = process.env;
  if (NO_COLOR) {
    return false;
  }
  return FORCE_COLOR ? FORCE_COLOR !== "0" : isTerminal === true && TERM !== "dumb";
}
