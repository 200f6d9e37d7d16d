/** An error in words, with what to do about it. */
export function errorText(error: unknown): string {
  if (!(error instanceof Error)) {
    return String(error);
  }
  const { line, column, hint } = error as { line?: number; column?: number; hint?: string };
  const place = line === undefined ? "" : ` (line ${line}${column ? `, column ${column}` : ""})`;
  // Lines below the first show the place in the text, as a terminal does.
  const [first = ""] = error.message.split("\n");
  return `${first}${place}${hint ? `: ${hint}` : ""}`;
}
