/** Kernels that valgrind can run. */
export const COUNTED_KERNELS: readonly string[];
/** What was counted before. */
export const RECORDED: {
  /** The compiler's version. */
  rustc: string;
  /** By kernel. */
  instructions: Readonly<Record<string, number>>;
};
/** Why nothing can be counted here; empty where it can. */
export function missingForCounting(): string;
/** Builds what is counted. */
export function buildCounted(): void;
/** The compiler's version. */
export function compiler(): string;
/** Instructions of a few mappings by the kernel. */
export function countInstructions(kernel: string): number;
