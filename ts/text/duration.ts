/** Units of time, the largest first, in seconds. */
const UNITS = [
  [86_400, "d"],
  [3600, "h"],
  [60, "min"],
  [1, "s"],
] as const;

/** A time in the two largest units that it has: 1 min 24 s, 2 h 3 min, 3 d. */
export function durationText(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const at = UNITS.findIndex(([unit]) => whole >= unit);
  const [unit, name] = UNITS[at] ?? [1, "s"];
  const [next, nextName] = UNITS[at + 1] ?? [1, "s"];
  const rest = at < 0 ? 0 : Math.floor((whole % unit) / next);
  const most = `${Math.floor(whole / unit)} ${name}`;
  return rest > 0 && next < unit ? `${most} ${rest} ${nextName}` : most;
}
