// Stands for `ceph` in tests: node fakeCeph.mjs FOLDER BEHAVIOUR ceph's own words …
//
// Answers are those of test/golden/snapshot. FOLDER is the test's own: each call adds its words, as
// JSON, to `calls` there. Behaviours:
//
//   well      answers everything
//   moving    the map goes on while it is asked; `moving:1` does so in the first try only
//   terminal  as a terminal between the two would: \n becomes \r\n, and a line comes before
//   silent    answers nothing, and does not end
//   refused   no keyring;  dead  dies by a signal;  garbage  answers what is no JSON
//   PART:BEHAVIOUR  only for questions that begin so, such as `pg dump:silent`
//
// A file in FOLDER that is named as one of the golden files is answered in its place.
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";

const GOLDEN = fileURLToPath(new URL("../golden/snapshot", import.meta.url));
const FILES = [
  [/^osd stat -f json$/, "osd-stat.json"],
  [/^osd getmap \d+$/, "osdmap.bin"],
  [/^osd dump \d+ -f json$/, "osd-dump.json"],
  [/^osd crush dump -f json$/, "crush-dump.json"],
  [/^pg dump -f json$/, "pg-dump.json.gz"],
  [/^osd df tree -f json$/, "osd-df-tree.json"],
  [/^df detail -f json$/, "df-detail.json"],
  [/^config dump -f json$/, "config-dump.json"],
  [/^versions -f json$/, "versions.json"],
  [/^health -f json$/, "health.json"],
];

const [folder = ".", given = "well", ...words] = process.argv.slice(2);
const question = words.join(" ");
const calls = join(folder, "calls");
appendFileSync(calls, `${JSON.stringify(words)}\n`);

/** What to do with this question. */
function behaviour() {
  const [part, own] = given.split(/:(?=[a-z]+$)/);
  if (own === undefined) {
    return given;
  }
  return question.startsWith(part ?? "") ? own : "well";
}

function answer() {
  const name = FILES.find(([pattern]) => pattern.test(question))?.[1];
  if (name === undefined) {
    process.stderr.write(`Error EINVAL: no valid command found: ${question}\n`);
    process.exit(22);
  }
  const own = join(folder, name);
  const bytes = readFileSync(existsSync(own) ? own : join(GOLDEN, name));
  return name.endsWith(".gz") && bytes[0] === 0x1f ? gunzipSync(bytes) : bytes;
}

/** The epoch that is told: the next one in the last question of each of the first tries. */
function moved(bytes, tries) {
  const asked = readFileSync(calls, "utf8")
    .split("\n")
    .filter((line) => line.includes('"stat"'));
  const stat = JSON.parse(bytes);
  const isLater = asked.length % 2 === 0 && asked.length / 2 <= tries;
  return JSON.stringify({ ...stat, epoch: stat.epoch + (isLater ? 1 : 0) });
}

const [kind, count = "1000"] = behaviour().split(":");
if (kind === "silent") {
  setInterval(() => {}, 1000);
} else if (kind === "refused") {
  process.stderr.write(
    "2026-12-01T10:00:00.000+0000 7f auth: unable to find a keyring on /etc/ceph/ceph.keyring\n" +
      "[errno 13] RADOS permission denied (error connecting to the \u001b[31mcluster)\n",
  );
  process.exit(13);
} else if (kind === "dead") {
  process.kill(process.pid, "SIGKILL");
} else if (kind === "garbage") {
  process.stdout.write("\u001b[2JError: this is {no JSON\n");
} else if (kind === "terminal") {
  const text = answer().toString("latin1").replaceAll("\n", "\r\n");
  process.stdout.write(Buffer.from(`Inferring fsid\r\n${text}`, "latin1"));
} else {
  const bytes = answer();
  process.stdout.write(
    kind === "moving" && words[1] === "stat" ? moved(bytes, Number(count)) : bytes,
  );
}
