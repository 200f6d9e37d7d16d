import { SingleBar } from "cli-progress";

/** Work that is done sooner shows no bar, in milliseconds. */
const DELAY_MS = 500;

/** A bar on standard error while it is a terminal; nothing otherwise. */
export interface ProgressBar {
  update: (done: number, total: number) => void;
  stop: () => void;
}

/** A bar that appears when the work takes long. */
export function progressBar(label: string): ProgressBar {
  if (!process.stderr.isTTY) {
    return { update: () => {}, stop: () => {} };
  }
  const bar = new SingleBar({
    format: `${label} {bar} {percentage} %`,
    stream: process.stderr,
    clearOnComplete: true,
    hideCursor: true,
  });
  const started = Date.now();
  return {
    update: (done, total) => {
      if (!bar.isActive && done < total && Date.now() - started > DELAY_MS) {
        bar.start(total, done);
      }
      bar.update(done);
    },
    stop: () => bar.stop(),
  };
}
