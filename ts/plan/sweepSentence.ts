import type { SweepFailure, SweepShare, SweepTally } from "./sweepReport.ts";

/**
 * Says whether every domain of a type can be lost, and if not, why the worst cannot.
 *
 * @param worst the worst of the failures that `tally` counts
 * @param pgsBroken PGs that serve no clients before anything fails
 */
export function singlesSentence(
  type: string,
  tally: SweepTally,
  worst: SweepFailure | undefined,
  pgsBroken: number,
): string {
  const failing = failingCount(tally);
  if (!worst) {
    return `there is no ${noun(type)}`;
  }
  if (failing === 0 && pgsBroken > 0) {
    const broken = `${whole(pgsBroken)} PGs serve no clients already`;
    return `${broken}: losing a ${noun(type)} stops no others`;
  }
  if (failing === 0) {
    return `any ${noun(type)} can be lost: ${healedText(worst)}`;
  }
  const subject =
    failing === tally.all
      ? `no ${noun(type)}`
      : `${whole(failing)} of ${whole(tally.all)} ${plural(type)}`;
  return `${subject} ${failing === tally.all ? "can" : "cannot"} be lost: ${reason(worst)}`;
}

/** The same for pairs of domains that fail at the same time. */
export function pairsSentence(
  type: string,
  tally: SweepTally,
  worst: SweepFailure | undefined,
  pgsBroken: number,
): string {
  if (!worst) {
    return `there are no two ${plural(type)}`;
  }
  const failing = failingCount(tally);
  if (tally.evaluated < tally.all) {
    const healed = tally.verdicts.find(({ verdict }) => verdict === "healed");
    const drawn = `${plural(type)} ${whole(tally.evaluated)} were drawn`;
    const sample = `of ${whole(tally.all)} pairs of ${drawn}`;
    const bounds = healed ? `, so ${boundsText(healed)} of all cannot` : "";
    const why = failing > 0 ? `: ${reason(worst)}` : "";
    return `${sample}: ${whole(failing)} cannot be lost at once${bounds}${why}`;
  }
  if (failing === 0 && pgsBroken > 0) {
    return `losing two ${plural(type)} at once stops no others`;
  }
  if (failing === 0) {
    return `any two ${plural(type)} can be lost at once: ${healedText(worst)}`;
  }
  return failing === tally.all
    ? `no two ${plural(type)} can be lost at once: ${reason(worst)}`
    : `${whole(failing)} of ${whole(tally.all)} pairs of ${plural(type)} cannot be ` +
        `lost at once: ${reason(worst)}`;
}

function failingCount({ verdicts }: SweepTally): number {
  const failing = verdicts.filter(({ verdict }) => verdict !== "healed");
  return failing.reduce((sum, { failures }) => sum + failures, 0);
}

/** The share of those that are not healed, with its bounds. */
function boundsText({ share, shareLow, shareHigh }: SweepShare): string {
  const [low, high] = [1 - shareHigh, 1 - shareLow].map((bound) => oneDecimal(100 * bound));
  return `${oneDecimal(100 * (1 - share))} % (${low} to ${high} %)`;
}

function healedText({
  failed,
  fullestOsd,
  fullestRatio,
  mostPgs,
  mostPgsOsd,
}: SweepFailure): string {
  if (fullestOsd === null || fullestRatio === null) {
    const most = `osd.${mostPgsOsd} has the most PGs then, ${whole(mostPgs)}`;
    return `each heals; without ${failed} ${most}, how full OSDs get is not known`;
  }
  const fill = `up to ${percent(fullestRatio)} on osd.${fullestOsd}`;
  return `rebuilding ${failed} fills OSDs the most, ${fill}`;
}

/** Why a failure cannot be borne. */
function reason(failure: SweepFailure): string {
  const { failed, verdict, fullestOsd, fullestRatio } = failure;
  switch (verdict) {
    case "lost":
      return `without ${failed} ${pgs(failure.pgsLost)} cannot be read any more`;
    case "inactive":
      return (
        `without ${failed} ${pgs(failure.pgsBelowMinSize)} ` +
        `${failure.pgsBelowMinSize === 1 ? "is" : "are"} below min_size`
      );
    case "undersized":
      return (
        `without ${failed} ${pgs(failure.pgsUndersizedHealed)} stay short of copies, since their ` +
        "rule finds no OSD for them"
      );
    default:
      return fullestOsd === null || fullestRatio === null
        ? `rebuilding ${failed} finds no room`
        : `rebuilding ${failed} ends at ${percent(fullestRatio)} on osd.${fullestOsd}, and ` +
            `${pgs(failure.pgsBackfillToofull)} ` +
            `${failure.pgsBackfillToofull === 1 ? "finds" : "find"} no room below backfillfull`;
  }
}

function pgs(count: number): string {
  return `${whole(count)} ${count === 1 ? "PG" : "PGs"}`;
}

function percent(ratio: number): string {
  return `${oneDecimal(100 * ratio)} %`;
}

function noun(type: string): string {
  return type === "osd" ? "OSD" : type;
}

function plural(type: string): string {
  return type.endsWith("s") ? type : `${noun(type)}s`;
}

function whole(count: number): string {
  return count.toLocaleString("en-US");
}

function oneDecimal(value: number): string {
  return value.toLocaleString("en-US", { maximumFractionDigits: 1 });
}
