import { CrushlabError, type ErrorCode } from "../../ts/base/errors.ts";
import type { Engine, Snapshot, TreeNode } from "./contract.ts";

/** What an engine can be asked for. */
export type Method = keyof Engine;

/** A question to the thread that computes. */
export interface Question {
  id: number;
  method: Method;
  args: readonly unknown[];
}

/** An error as plain data: classes do not cross between threads. */
export interface PlainError {
  code: ErrorCode;
  message: string;
  hint?: string;
  line?: number;
  column?: number;
}

/** A tree by its number, with its nodes the first time that it is sent. */
export interface TreeMessage {
  tree: number;
  nodes?: readonly TreeNode[];
}

/** Its answer. The trees of the snapshots in it come apart, in the order of `snapshotsIn`. */
export type Answer =
  | { id: number; value: unknown; trees: readonly TreeMessage[] }
  | { id: number; error: PlainError };

/** The snapshots in an answer. */
export function snapshotsIn(method: Method, value: unknown): Snapshot[] {
  switch (method) {
    case "open":
    case "compareWith":
      return [(value as { snapshot: Snapshot }).snapshot];
    case "simulate":
      return (value as { snapshot: Snapshot }[]).map(({ snapshot }) => snapshot);
    default:
      return [];
  }
}

/** An error on its way to the other thread. */
export function plainError(error: unknown): PlainError {
  if (!(error instanceof CrushlabError)) {
    return { code: "internal", message: error instanceof Error ? error.message : String(error) };
  }
  const { code, message, hint, line, column } = error;
  return {
    code,
    message,
    ...(hint !== undefined && { hint }),
    ...(line !== undefined && { line }),
    ...(column !== undefined && { column }),
  };
}

/** The error at its end. */
export function readError({ code, message, ...details }: PlainError): CrushlabError {
  return new CrushlabError(code, message, details);
}
