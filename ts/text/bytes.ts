const UNITS = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"] as const;

/** Characters that Ceph gives a size, its unit included. */
const LENGTH_MAX = 7;

/** A size as Ceph prints it (`byte_u_t`): 149 MiB, 2.9 GiB, 3 GiB. */
export function bytesText(bytes: number): string {
  const [value, unit] = scaled(bytes);
  if (Number.isInteger(value)) {
    return `${value} ${unit}`;
  }
  const texts = [2, 1, 0].map((decimals) => `${value.toFixed(decimals)} ${unit}`);
  return texts.find((text) => text.length <= LENGTH_MAX) ?? texts.at(-1) ?? "";
}

function scaled(bytes: number): [value: number, unit: string] {
  let value = bytes;
  let at = 0;
  while (Math.abs(value) >= 1024 && at < UNITS.length - 1) {
    value /= 1024;
    at += 1;
  }
  return [value, UNITS[at] ?? "B"];
}
