import { type ChildProcess, spawn } from "node:child_process";
import { shellWords } from "#native";
import { CrushlabError } from "../../base/errors.ts";
import { reason } from "../../base/files.ts";

/** How Ceph is reached: a program and the words before those of Ceph's own command. */
export type CephCommand = readonly [program: string, ...words: string[]];

/** Bytes of an answer that are taken; files may not be larger either. */
const ANSWER_BYTES_MAX = 2 ** 31;
/** Bytes at the end of standard error that may hold the reason. */
const REASON_BYTES_MAX = 1 << 16;
/** How long a program that was told to end may take, in milliseconds. */
const END_MS = 2000;

const ELSEWHERE =
  "say how Ceph is reached: --ceph 'kubectl -n rook-ceph exec deploy/rook-ceph-tools -- ceph', " +
  "--ceph 'cephadm shell -- ceph', --ceph 'sudo ceph'";

/** What the reason of a failure points to, and what to do then. */
const HINTS: readonly [RegExp, string][] = [
  [/conf_read_file/, "there is no ceph.conf: try on a monitor's host, or --ceph 'ceph -c FILE'"],
  [
    /keyring|permission|RADOS object not found|access denied|a password is required/i,
    "reading needs a keyring with mon 'allow r' and mgr 'allow r', such as client.admin's: try " +
      "--ceph 'sudo ceph' or --ceph 'ceph -n client.NAME -k FILE'",
  ],
];

/** The words of `--ceph`, split as a shell does, with nothing evaluated. */
export function readCephCommand(text: string): CephCommand {
  const [program, ...words] = shellWords(text) ?? [];
  if (program === undefined || program === "" || text.includes("\0")) {
    const problem = text.trim() === "" ? "nothing" : "a quote that is not closed, or no word";
    throw new CrushlabError(
      "invalid_argument",
      `--ceph is ${JSON.stringify(text)}: found ${problem}, expected a command such as 'sudo ceph'`,
    );
  }
  return [program, ...words];
}

/** Words as a shell takes them back. */
export function quoted(words: readonly string[]): string {
  const quote = (word: string) =>
    /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
  return words.map(quote).join(" ");
}

/**
 * What Ceph answers on standard output. No shell is in between, and standard input is empty.
 *
 * @throws {CrushlabError} `ceph_failed`, in one line, with the last line of standard error.
 */
export function askCeph(
  [program, ...before]: CephCommand,
  words: readonly string[],
  timeoutSeconds: number,
): Promise<Buffer> {
  const command = quoted([program, ...before, ...words]);
  const child = spawn(program, [...before, ...words], { stdio: ["ignore", "pipe", "pipe"] });
  const answer: Buffer[] = [];
  let said = Buffer.alloc(0);
  let bytes = 0;
  return new Promise((resolve, reject) => {
    const fail = (problem: string, hint?: string, cause?: unknown) => {
      clearTimeout(timer);
      end(child);
      const details = {
        ...(hint !== undefined && { hint }),
        ...(cause !== undefined && { cause }),
      };
      reject(new CrushlabError("ceph_failed", `${command}: ${problem}`, details));
    };
    const timer = setTimeout(
      () =>
        fail(
          `no answer within ${timeoutSeconds} s`,
          "is the cluster reachable? snapshot --timeout gives it longer",
        ),
      timeoutSeconds * 1000,
    );
    child.stdout.on("data", (block: Buffer) => {
      bytes += block.length;
      if (bytes > ANSWER_BYTES_MAX) {
        fail("answered more than 2 GiB: expected less");
        return;
      }
      answer.push(block);
    });
    child.stderr.on("data", (block: Buffer) => {
      said = Buffer.concat([said, block]).subarray(-REASON_BYTES_MAX);
    });
    child.on("error", (cause) => fail(...startProblem(program, cause), cause));
    child.on("close", (exitCode, signal) => {
      clearTimeout(timer);
      if (exitCode === 0) {
        resolve(Buffer.concat(answer));
        return;
      }
      const how = signal === null ? `exit code ${exitCode}` : `ended by ${signal}`;
      const last = lastLine(said.toString());
      const why = last === undefined ? "" : `: ${last}`;
      fail(`${signal === null ? "failed with " : ""}${how}${why}`, hintOf(said.toString()));
    });
  });
}

/** Ends a program that is not waited for any more. */
function end(child: ChildProcess): void {
  child.stdout?.removeAllListeners("data").destroy();
  child.stderr?.removeAllListeners("data").destroy();
  if (child.exitCode === null && child.signalCode === null && child.pid !== undefined) {
    child.kill();
    const timer = setTimeout(() => child.kill("SIGKILL"), END_MS);
    child.once("exit", () => clearTimeout(timer));
  }
}

function startProblem(program: string, cause: Error): [problem: string, hint: string] {
  const { code } = cause as NodeJS.ErrnoException;
  if (code === "ENOENT") {
    return [`cannot run ${program}: there is no such program`, ELSEWHERE];
  }
  return [`cannot run ${program}: ${reason(cause)}`, ELSEWHERE];
}

function lastLine(text: string): string | undefined {
  return text
    .split(/[\r\n]+/)
    .map((line) => line.trim())
    .findLast((line) => line !== "");
}

function hintOf(text: string): string | undefined {
  return HINTS.find(([words]) => words.test(text))?.[1];
}
