// Timing of processes and calls. What is compared runs in turn, several times, because machines are
// shared: the ratio within a round is what counts.

import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";

const LONGEST_MS = 300_000;
const OUTPUT_BYTES_MAX = 2 ** 30;

/** Median, least and most of some values. */
export function spread(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const last = sorted.length - 1;
  const median = (sorted[Math.floor(last / 2)] + sorted[Math.ceil(last / 2)]) / 2;
  return { median, least: sorted[0], most: sorted[last] };
}

/**
 * Runs all contenders one after another, `rounds` times. A contender is { amount, run }: `run`
 * does `amount` of work and gives, perhaps later, the `milliseconds` on the clock and those of
 * `processor` time that it took. Gives for each what it does in a second, and the ratio of that to
 * the first one's of the same round, by the clock and by processor time.
 */
export async function inTurn(rounds, contenders) {
  const all = contenders.map(() => []);
  for (let round = 0; round < rounds; round += 1) {
    for (const [at, { amount, run }] of contenders.entries()) {
      const { milliseconds, processor } = await run();
      all[at].push({ wall: (amount * 1000) / milliseconds, busy: amount / processor });
    }
  }
  const ratio = (own, time) => spread(own.map((rate, at) => rate[time] / all[0][at][time]));
  return all.map((own) => ({
    per_second: spread(own.map(({ wall }) => wall)),
    ratio: ratio(own, "wall"),
    processor_ratio: ratio(own, "busy"),
  }));
}

/** What a call in this process takes. */
export async function timed(call) {
  const [start, busy] = [performance.now(), process.cpuUsage()];
  await call();
  const { user, system } = process.cpuUsage(busy);
  return { milliseconds: performance.now() - start, processor: (user + system) / 1000 };
}

/**
 * Processor time in milliseconds of all processes that were started and waited for (proc(5),
 * `stat`: fields 16 and 17, in hundredths of a second).
 */
function childrenTime() {
  const stat = readFileSync("/proc/self/stat", "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return 10 * (Number(fields[13]) + Number(fields[14]));
}

/**
 * Runs a command to its end. Gives what time it took, what it printed and, where it writes one to
 * its fourth stream, the number there.
 */
export function runProcess(command, args, options = {}) {
  const [start, busy] = [performance.now(), childrenTime()];
  const { status, signal, error, output } = spawnSync(command, args, {
    stdio: ["ignore", "pipe", "pipe", "pipe"],
    timeout: LONGEST_MS,
    killSignal: "SIGKILL",
    maxBuffer: OUTPUT_BYTES_MAX,
    ...options,
  });
  const milliseconds = performance.now() - start;
  const processor = childrenTime() - busy;
  const [, stdout, stderr, extra] = output ?? [];
  if (error || status !== 0) {
    const why = error?.message ?? `exit code ${status ?? signal}: ${String(stderr).slice(0, 500)}`;
    throw new Error(`${command} ${args.slice(0, 6).join(" ")}: ${why}`);
  }
  return { milliseconds, processor, stdout, stderr, extra: Number(extra?.toString()) };
}
