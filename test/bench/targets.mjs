// What crushlab promises to be, and what it wants to be. A ratio is to crushtool's wall time unless
// its name says otherwise; of several cases the worst counts. Where other work keeps a machine
// busy the clock tells little: `by_processor` has the same ratio by processor time.

/** Names, what must be reached, what is aimed for, and the measured value. */
const TARGETS = [
  ratio("AVX-512, one thread", 20, 32, ({ kernels }) => ratesOf(kernels, "avx512")),
  ratio("AVX2, one thread", 8, 14, ({ kernels }) => ratesOf(kernels, "avx2")),
  ratio("baseline, one thread", 3, 5, ({ kernels }) => ratesOf(kernels, "baseline")),
  ratio("crushlab crushtool, whole process", 20, 27, ({ tools }) =>
    tools?.map(({ crushlab }) => crushlab),
  ),
  ratio("WebAssembly in Node, one thread", 2, 4, ({ webassembly }) =>
    webassembly?.map(({ wasm }) => wasm),
  ),
  ratio("one OSD out, against placing all again", 500, 2000, ({ incremental }) =>
    incremental?.filter(({ change }) => change === "one OSD out"),
  ),
  limit("sweep of 500 hosts, s", 60, 10, ({ sweep }) => sweep?.wall_seconds.median),
  limit("large cluster, one host out, s", 3, 1, ({ cluster }) => cluster?.wall_seconds.median),
  limit("large cluster, one host out, MiB", 1024, 400, ({ cluster }) => cluster?.peak_mib.median),
  limit(
    "first mapping after import, ms",
    50,
    20,
    ({ first_mapping: first }) => first?.first_mapping_milliseconds.median,
  ),
];

/** For each target that was measured: the value, and what it reaches. */
export function verdicts(parts) {
  return TARGETS.flatMap(({ name, must, aim, measured, isReached }) => {
    const [value, byProcessor] = ["ratio", "processor_ratio"].map((by) => measured(parts, by));
    if (value === undefined) {
      return [];
    }
    const reached = isReached(value, aim) ? "aim" : isReached(value, must) ? "must" : "missed";
    const busy = byProcessor !== undefined && { by_processor: byProcessor };
    return [{ name, must, aim, measured: value, ...busy, reached }];
  });
}

/** A ratio that shall be high; `rates` gives what holds those of all cases. */
function ratio(name, must, aim, rates) {
  const measured = (parts, by) => {
    const medians = rates(parts)?.flatMap((rate) => rate[by]?.median ?? []) ?? [];
    return medians.length > 0 ? Math.min(...medians) : undefined;
  };
  return { name, must, aim, measured, isReached: (value, wanted) => value >= wanted };
}

/** An amount that shall be low. */
function limit(name, must, aim, amount) {
  const measured = (parts, by) => (by === "ratio" ? amount(parts) : undefined);
  return { name, must, aim, measured, isReached: (value, wanted) => value <= wanted };
}

function ratesOf(cases, kernel) {
  return cases?.flatMap(({ kernels }) =>
    kernels.filter((found) => found.kernel === kernel && found.threads === 1),
  );
}
