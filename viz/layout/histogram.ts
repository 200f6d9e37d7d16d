import { bin, extent } from "d3";

/** OSDs whose deviation lies within bounds. */
export interface Bar<T> {
  /** From and up to, as parts of what is asked. */
  from: number;
  to: number;
  items: readonly T[];
}

/** About so many bars. */
const BARS = 24;

/** Things by their deviation, in bars of equal width. */
export function histogram<T>(items: readonly T[], deviation: (item: T) => number): Bar<T>[] {
  const [least = 0, most = 0] = extent(items, deviation);
  const reach = Math.max(0.01, -least, most);
  const bins = bin<T, number>().value(deviation).domain([-reach, reach]).thresholds(BARS)(items);
  return bins.map((one) => ({ from: one.x0 ?? 0, to: one.x1 ?? 0, items: [...one] }));
}
