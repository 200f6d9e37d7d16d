/** A command of Ceph that changes nothing, as the words behind `ceph`. */
export interface Question {
  words: readonly string[];
  /** What its answer is for. */
  purpose: string;
}

/** Stands for the number of the map in the list. */
const EPOCH = "EPOCH";

const JSON_FORM = ["-f", "json"] as const;

/** Which map is the current one: asked first, and once more when all others are answered. */
export const STAT: Question = {
  words: ["osd", "stat", ...JSON_FORM],
  purpose: "the epoch of the OSDMap, first and last",
};

/** The map of this epoch, in its binary form. */
export function mapOf(epoch: number | string): Question {
  return { words: ["osd", "getmap", String(epoch)], purpose: "the OSDMap of that epoch" };
}

/** The same as text, for ways to Ceph that change bytes. */
export function textMapOf(epoch: number | string): readonly Question[] {
  const purpose = "the same as text, where the way to Ceph changes bytes";
  return [
    { words: ["osd", "dump", String(epoch), ...JSON_FORM], purpose },
    { words: ["osd", "crush", "dump", ...JSON_FORM], purpose },
  ];
}

/** What is known of the data: files that say nothing of their own without the map. */
export const DATA: readonly Question[] = [
  { words: ["pg", "dump", ...JSON_FORM], purpose: "data, states and OSDs of each PG" },
  { words: ["osd", "df", "tree", ...JSON_FORM], purpose: "sizes of OSDs" },
  { words: ["df", "detail", ...JSON_FORM], purpose: "what pools hold" },
];

/** Settings of monitors and managers: they act as --config does. */
export const CONFIG: Question = {
  words: ["config", "dump", ...JSON_FORM],
  purpose: "settings that decide what Ceph refuses and does by itself",
};

/** What is kept for whoever reads the file. */
export const VERSIONS: Question = {
  words: ["versions", ...JSON_FORM],
  purpose: "releases of the daemons",
};
export const HEALTH: Question = { words: ["health", ...JSON_FORM], purpose: "health checks" };

/** All that Ceph is ever asked, in this order. */
export function allQuestions(): readonly Question[] {
  return [STAT, mapOf(EPOCH), ...textMapOf(EPOCH), ...DATA, CONFIG, VERSIONS, HEALTH];
}

/** A question as error texts and files call it. */
export function questionName({ words }: Question): string {
  return ["ceph", ...words].join(" ");
}

/** The list as `snapshot --list` prints it. */
export function questionList(): string {
  const names = allQuestions().map((one) => ({ name: questionName(one), ...one }));
  const width = Math.max(...names.map(({ name }) => name.length));
  return names.map(({ name, purpose }) => `${name.padEnd(width)}  ${purpose}\n`).join("");
}
