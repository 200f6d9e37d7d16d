import type { Refusal } from "../map/explain.ts";

/** Why an item that was drawn is not used, in words. The page says it in the same ones. */
export function refusalText(reason: Refusal, name: string): string {
  switch (reason) {
    case "collision":
      return `collision: ${name} is taken already`;
    case "out":
      return `${name} is out: its reweight does not let it hold this input`;
    case "no_leaf":
      return `no device below ${name} can be used`;
    case "empty_bucket":
      return `${name} is empty`;
    case "wrong_item":
      return `${name} is not what is looked for, and nothing is below it`;
  }
}
