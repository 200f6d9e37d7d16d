import { kernels as nativeKernels } from "#native";
import { callNative } from "./errors.ts";

/** What maps many inputs: the plain mapper, or instructions that map several side by side. */
export const KERNELS = ["scalar", "baseline", "avx2", "avx512", "neon", "simd128"] as const;

/** The name of a kernel. All give the same answers. */
export type Kernel = (typeof KERNELS)[number];

/** The kernels of this machine. */
export interface Kernels {
  /** The one that is used: the fastest, unless the variable CRUSHLAB_KERNEL names another. */
  running: Kernel;
  /** All that run here, the fastest last. */
  available: Kernel[];
  /** Threads that the machine runs at once. */
  cores: number;
}

/**
 * Tells which kernels this machine has.
 *
 * @throws {CrushlabError} `unknown_kernel` where CRUSHLAB_KERNEL names none that runs here.
 */
export function kernels(): Kernels {
  const { running, available, cores } = callNative(nativeKernels);
  const known = (name: string) => KERNELS.filter((kernel) => kernel === name);
  const [kernel = "scalar"] = known(running);
  return { running: kernel, available: available.flatMap(known), cores };
}
