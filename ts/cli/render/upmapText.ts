import type { ReadReport, UpmapFinding, UpmapReport } from "../../plan/balance.ts";
import { plural, printable, whole } from "../../text/format.ts";
import { commandLines, shortName } from "./balanceText.ts";
import type { ClusterFacts } from "./capacityJson.ts";
import { type Align, table } from "./table.ts";
import type { Canvas } from "./terminal.ts";
import { factsLines, wrapped } from "./wrapped.ts";

/** Most upmaps that are shown. */
const FINDINGS_MAX = 20;

const KINDS: Record<UpmapFinding["kind"], string> = {
  breaks_rule: "breaks the rule, and Ceph keeps it",
  is_dropped: "Ceph drops it",
  loses_pairs: "Ceph drops some of its pairs",
  has_no_effect: "has no effect",
};

/** What is wrong with upmaps, each with its repair. */
export function upmapText(report: UpmapReport, facts: ClusterFacts): string {
  const { findings, upmappedPgs } = report;
  const shown = findings.slice(0, FINDINGS_MAX);
  const rest = findings.length - shown.length;
  const sections = [
    factsLines(facts, `${plural(upmappedPgs, "PG")} with an upmap`),
    shown.flatMap(findingLines),
    rest > 0 ? [`And ${whole(rest)} more; --json has them all.`] : [],
    commandLines(report),
  ];
  return sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n");
}

function findingLines({ pg, kind, osds, reason, commands }: UpmapFinding): string[] {
  const sentence = `${pg} [${osds.join(",")}] ${KINDS[kind]}: ${printable(reason)}.`;
  return [...wrapped(sentence, ""), ...commands.map((command) => `  ${printable(command)}`)];
}

/** Who serves reads, before and after. */
export function readText(report: ReadReport, facts: ClusterFacts, { colors }: Canvas): string {
  const score = (value: number | null) => (value === null ? "–" : value.toFixed(2));
  const rows = report.pools.map((pool) => [
    shortName(pool.name),
    score(pool.beforeScore),
    score(pool.afterScore),
    score(pool.bestScore),
    whole(pool.beforeMaxPrimaries),
    whole(pool.afterMaxPrimaries),
    whole(pool.changes),
  ]);
  const heads = ["pool", "score now", "then", "best", "most primaries now", "then", "changes"];
  const aligns: Align[] = ["left", ...heads.slice(1).map((): Align => "right")];
  const warning = "Kernel clients cannot mount while a PG's primary is chosen by pg-upmap-primary.";
  const sections = [
    factsLines(facts, plural(report.pools.length, "pool")),
    [
      "Read balance score, as Ceph has it: 1 is even",
      table(aligns, [heads.map((head) => colors.dim(head)), ...rows]),
    ],
    report.pools.flatMap((pool) =>
      wrapped(`${shortName(pool.name)}: ${printable(pool.reason)}.`, "  "),
    ),
    report.commands.some((command) => command.includes(" pg-upmap-primary ")) ? [warning] : [],
    commandLines(report),
  ];
  return sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n");
}
