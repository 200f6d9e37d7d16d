/** What went wrong, for programs. Codes are stable; texts may change. */
export type ErrorCode =
  /** An argument is missing, has the wrong type or is out of bounds. */
  | "invalid_argument"
  /** The map has no rule of that name or id. */
  | "unknown_rule"
  /** The cluster has no pool of that name or id. */
  | "unknown_pool"
  /** The map has no device or bucket of that name or id. */
  | "unknown_item"
  /** The kernel does not exist, or does not run on this machine. */
  | "unknown_kernel"
  /** The input is none of the forms a CRUSH map comes in. */
  | "unknown_format"
  /** The bytes are no binary CRUSH map; `offset` says where. */
  | "invalid_binary"
  /** The text is no CRUSH map; `line` and `column` say where. */
  | "invalid_text"
  /** The JSON is no CRUSH map. */
  | "invalid_json"
  /** The map can be read but not be used: a cycle, an unknown item, a weight too large. */
  | "invalid_map"
  /** The files are damaged or make no cluster. */
  | "invalid_cluster"
  /** What was asked needs data that the files do not hold. */
  | "missing_data"
  /** A plan that cannot be: a pool asks for more failure domains than there are, …. */
  | "invalid_plan"
  /** A line that is none of Ceph's commands, or has wrong arguments. */
  | "invalid_command"
  /** A command that the cluster refuses; nothing has changed. */
  | "command_refused"
  /** An edit that the map does not allow. */
  | "invalid_edit"
  /** Ceph could not be asked: its command is missing, failed, or took too long. */
  | "ceph_failed"
  /** A file cannot be read or written; `path` says which. */
  | "file_error"
  /** More than fits the memory that this process may use. */
  | "too_large"
  /** A rule does not come to an end: one input was tried for very long in vain. */
  | "too_much_work"
  /** The work was ended by its AbortSignal; `cause` is the signal's reason. */
  | "aborted"
  /** What is asked for needs the native binding, and WebAssembly stands in for it. */
  | "unavailable"
  /** A bug in crushlab. */
  | "internal";

/** Where and why, as far as it is known. */
export interface ErrorDetails {
  /** The file that was being read or written. */
  path?: string;
  /** Line of a text, counted from 1. */
  line?: number;
  /** Column of that line, counted from 1. */
  column?: number;
  /** Byte of a binary input, counted from 0. */
  offset?: number;
  /** What to do about it. */
  hint?: string;
  /** The error behind this one. */
  cause?: unknown;
}

/** Every error that this package throws on purpose. */
export class CrushlabError extends Error {
  override readonly name = "CrushlabError";
  readonly code: ErrorCode;
  readonly path?: string;
  readonly line?: number;
  readonly column?: number;
  readonly offset?: number;
  readonly hint?: string;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    const { cause, ...place } = details;
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    Object.assign(this, place);
  }
}

/** The codes that the binding gives its errors. */
const NATIVE_CODES: ReadonlySet<string> = new Set<ErrorCode>([
  "invalid_argument",
  "unknown_rule",
  "unknown_pool",
  "unknown_item",
  "unknown_format",
  "unknown_kernel",
  "invalid_binary",
  "invalid_text",
  "invalid_json",
  "invalid_map",
  "invalid_cluster",
  "missing_data",
  "invalid_command",
  "command_refused",
  "invalid_plan",
  "invalid_edit",
  "too_much_work",
  "aborted",
  "internal",
]);

/** The codes of errors that napi gives when a value has not the type that is asked for. */
const NATIVE_ARGUMENT_CODES = /^(InvalidArg|.*Expected)$/;

/** An error of the binding as the error that users get. */
export function fromNative(error: unknown, details: ErrorDetails = {}): CrushlabError {
  if (error instanceof CrushlabError) {
    return error;
  }
  if (!(error instanceof Error)) {
    return new CrushlabError("internal", String(error), { ...details, cause: error });
  }
  const native = error as Error & Record<string, unknown>;
  const { code, line, column, offset, path, hint, cause } = native;
  const place: ErrorDetails = {
    ...details,
    ...(typeof path === "string" && { path }),
    ...(typeof hint === "string" && { hint }),
    ...(cause !== undefined && { cause }),
  };
  for (const [key, value] of Object.entries({ line, column, offset })) {
    if (typeof value === "number") {
      place[key as "line" | "column" | "offset"] = value;
    }
  }
  if (typeof code === "string" && NATIVE_CODES.has(code)) {
    return new CrushlabError(code as ErrorCode, error.message, place);
  }
  if (typeof code === "string" && NATIVE_ARGUMENT_CODES.test(code)) {
    return new CrushlabError("invalid_argument", error.message, { ...place, cause: error });
  }
  return new CrushlabError("internal", error.message, { ...place, cause: error });
}

/** Calls the binding, its errors becoming those that users get. */
export function callNative<T>(call: () => T, details: ErrorDetails = {}): T {
  try {
    return call();
  } catch (error) {
    throw fromNative(error, details);
  }
}
