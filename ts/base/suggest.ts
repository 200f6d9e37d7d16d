import { distance } from "fastest-levenshtein";

/** Longer than any name that a person meant; the work grows with its length, for each name. */
const NAME_MAX = 200;

/** Known names that someone who wrote `name` may have meant, nearest first, at most three. */
export function suggest(name: string, known: Iterable<string>): string[] {
  if (name.length > NAME_MAX) {
    return [];
  }
  const farthest = Math.ceil(name.length * 0.4);
  return [...known]
    .map((candidate) => ({ candidate, edits: distance(name, candidate) }))
    .filter(({ edits }) => edits <= farthest)
    .sort((a, b) => a.edits - b.edits)
    .slice(0, 3)
    .map(({ candidate }) => candidate);
}

/** The same as a hint: "did you mean a or b?", or nothing where no name is near. */
export function suggestionHint(name: string, known: Iterable<string>): { hint?: string } {
  const near = suggest(name, known);
  return near.length > 0 ? { hint: `did you mean ${near.join(" or ")}?` } : {};
}
