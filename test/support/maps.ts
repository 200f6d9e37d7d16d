/** Maps that several tests look at. */

/** Options of `clusterText`. */
export interface ClusterShape {
  racks: number;
  hostsPerRack: number;
  osdsPerHost: number;
  /** Weight of an OSD. Default: 1 for each. */
  weight?: (osd: number) => number;
  /** Bucket algorithm. Default: straw2. */
  algorithm?: string;
}

/** A cluster of racks, hosts and OSDs as text, with a replicated and an erasure rule by host. */
export function clusterText(shape: ClusterShape): string {
  const { racks, hostsPerRack, osdsPerHost, weight = () => 1, algorithm = "straw2" } = shape;
  const hosts = racks * hostsPerRack;
  const bucket = (type: string, name: string, items: readonly [string, number][]) =>
    [
      `${type} ${name} {`,
      `\talg ${algorithm}`,
      "\thash 0",
      ...items.map(([item, itemWeight]) => `\titem ${item} weight ${itemWeight.toFixed(3)}`),
      "}",
    ].join("\n");
  const sum = (items: readonly [string, number][]) =>
    items.reduce((total, [, itemWeight]) => total + itemWeight, 0);
  const range = (length: number) => Array.from({ length }, (_, at) => at);
  const hostItems = range(hosts).map((host) =>
    range(osdsPerHost)
      .map((at) => host * osdsPerHost + at)
      .map((osd): [string, number] => [`osd.${osd}`, weight(osd)]),
  );
  const rackItems = range(racks).map((rack) =>
    range(hostsPerRack)
      .map((at) => rack * hostsPerRack + at)
      .map((host): [string, number] => [`h${host}`, sum(hostItems[host] ?? [])]),
  );
  return [
    ...TUNABLES,
    ...range(hosts * osdsPerHost).map((osd) => `device ${osd} osd.${osd}`),
    ...["osd", "host", "rack", "root"].map((type, id) => `type ${id} ${type}`),
    ...hostItems.map((items, host) => bucket("host", `h${host}`, items)),
    ...rackItems.map((items, rack) => bucket("rack", `r${rack}`, items)),
    bucket(
      "root",
      "default",
      rackItems.map((items, rack): [string, number] => [`r${rack}`, sum(items)]),
    ),
    ...RULES,
    "",
  ].join("\n");
}

/** Profile jewel. */
const TUNABLES = [
  "tunable choose_local_tries 0",
  "tunable choose_local_fallback_tries 0",
  "tunable choose_total_tries 50",
  "tunable chooseleaf_descend_once 1",
  "tunable chooseleaf_vary_r 1",
  "tunable chooseleaf_stable 1",
  "tunable straw_calc_version 1",
  "tunable allowed_bucket_algs 54",
];

const RULES = [
  "rule replicated {",
  "\tid 0\n\ttype replicated\n\tmin_size 1\n\tmax_size 10",
  "\tstep take default\n\tstep chooseleaf firstn 0 type host\n\tstep emit",
  "}",
  "rule erasure {",
  "\tid 1\n\ttype erasure\n\tmin_size 1\n\tmax_size 20\n\tstep set_chooseleaf_tries 5",
  "\tstep take default\n\tstep chooseleaf indep 0 type host\n\tstep emit",
  "}",
];
