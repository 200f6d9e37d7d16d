import type { MovePlan } from "../../plan/movePlan.ts";
import { plural, printable } from "../../text/format.ts";

/** What the script does whatever the plan is. */
const FRAME = `set -euo pipefail

dry_run=no
yes=no
for argument in "$@"; do
  case "$argument" in
    --dry-run) dry_run=yes ;;
    --yes) yes=yes ;;
    *) echo "expected --dry-run, which only prints the commands, or --yes" >&2; exit 2 ;;
  esac
done

run() {
  echo "+ $*"
  if [ "$dry_run" = no ]; then "$@"; fi
}

stage() {
  echo
  echo "$1"
  if [ "$dry_run" = yes ] || [ "$yes" = yes ]; then return; fi
  read -r -p "Go on? [y/N] " answer
  case "$answer" in y | Y | yes) ;; *) echo "Ended here."; exit 1 ;; esac
}`;

/**
 * A plan as a shell script: it asks before each stage, and with `--dry-run` only prints what it
 * would run. It begins a stage when a person says that the one before has ended; `--yes` answers
 * for them.
 */
export function planScript({ verdict, stages, notes }: MovePlan): string {
  const comments = [verdict.text, ...notes].map((line) => `# ${printable(line)}`);
  const blocks = stages.map(({ title, commands, shardsMoved }, index) => {
    const moved = shardsMoved > 0 ? ` (${plural(shardsMoved, "shard")} to move)` : "";
    const wait =
      index > 0 && (stages[index - 1]?.shardsMoved ?? 0) > 0
        ? " Wait for all PGs to be active+clean first (ceph pg stat)."
        : "";
    const text = `Stage ${index + 1} of ${stages.length}: ${printable(title)}${moved}.${wait}`;
    const lines = commands.map((command) => `run ${command}`);
    return [`stage ${quoted(text)}`, ...lines].join("\n");
  });
  return `${["#!/bin/bash", ...comments].join("\n")}\n${[FRAME, ...blocks].join("\n\n")}\n`;
}

/** A text as one word of a shell. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
