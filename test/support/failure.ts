import { CrushlabError } from "../../ts/index.ts";

/** The error that a call throws; fails where it throws none, or one of another kind. */
export function failure(call: () => unknown): CrushlabError {
  try {
    call();
  } catch (error) {
    if (error instanceof CrushlabError) {
      return error;
    }
    throw error;
  }
  throw new Error("expected a CrushlabError, got an answer");
}
