import type { SourceFile } from "./contract.ts";

/** Bytes that are looked at to tell what a file is. */
const HEAD_BYTES = 1 << 16;

/** What says what shall happen: a scenario in YAML or JSON, or the ceph lines of a shell script. */
type StepsForm = "scenario" | "script";

/** Which of these a file is; nothing for any other file. */
export function stepsFormOf({ name, bytes }: SourceFile): StepsForm | undefined {
  const head = new TextDecoder().decode(bytes.subarray(0, HEAD_BYTES));
  if (/^steps\s*:/m.test(head) || /^\s*\{\s*"(?:steps|config)"\s*:/.test(head)) {
    return "scenario";
  }
  const isScript = /\.sh$/.test(name) || /^#!.*sh\b/.test(head) || /^\s*(sudo )?ceph /m.test(head);
  return isScript && !head.includes("\0") ? "script" : undefined;
}
