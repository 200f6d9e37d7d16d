import { CrushlabError, type ErrorCode } from "../../ts/errors.ts";
import type { Engine } from "./contract.ts";

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

/** Its answer. */
export type Answer = { id: number; value: unknown } | { id: number; error: PlainError };

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
