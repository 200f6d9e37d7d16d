import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readSize } from "../../ts/base/size.ts";
import { Cluster, grow, readObjectSizes } from "../../ts/index.ts";
import { readGrowth } from "../../ts/plan/growthRate.ts";
import { failure } from "../support/failure.ts";

const PLAN = `
hosts: [{ count: 4, osds: [{ count: 2, size: 4 TiB }] }]
pools: [{ name: rbd, pg_num: 64, stored: 2 TiB }]
`;
const cluster = await Cluster.read([{ name: "plan", bytes: new TextEncoder().encode(PLAN) }]);
const MONTH = 365.25 / 12;

describe("readGrowth", () => {
  it("takes bytes and parts by any period, by the month", () => {
    const tib = 2 ** 40;
    expect(readGrowth("p", "+2TiB/month")).toEqual({ bytesPerMonth: 2 * tib });
    expect(readGrowth("p", "2 TB / month")).toEqual({ bytesPerMonth: 2e12 });
    expect(readGrowth("p", "-1 TiB/quarter").bytesPerMonth).toBeCloseTo(-tib / 3, -2);
    expect(readGrowth("p", "1GB/day").bytesPerMonth).toBeCloseTo(1e9 * MONTH, 0);
    expect(readGrowth("p", "5%/month").partPerMonth).toBeCloseTo(0.05, 12);
    expect(readGrowth("p", "+100%/year").partPerMonth).toBeCloseTo(2 ** (1 / 12) - 1, 12);
    expect(readGrowth("p", "-100%/year")).toEqual({ partPerMonth: -1 });
    expect(readGrowth("p", { partPerMonth: 0.01 })).toEqual({ partPerMonth: 0.01 });
  });

  it("refuses what is no growth", () => {
    for (const text of ["", "2TiB", "/month", "+TiB/month", "2 T/month", "1e9 B/month", "5%"]) {
      expect(failure(() => readGrowth("p", text)).code, text).toBe("invalid_argument");
    }
    for (const rate of [{}, { bytesPerMonth: Number.NaN }, { bytesPerMonth: 1, partPerMonth: 1 }]) {
      expect(failure(() => readGrowth("p", rate as never)).code).toBe("invalid_argument");
    }
  });

  it("compounds to the same year by any period", () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 300, noNaN: true }), (percent) => {
        const text = percent.toFixed(3);
        const part = readGrowth("p", `${text}%/year`).partPerMonth ?? 0;
        expect((1 + part) ** 12).toBeCloseTo(1 + Number(text) / 100, 9);
      }),
    );
  });
});

describe("grow", () => {
  it("is pure: the same question has the same answer, and the cluster stays", async () => {
    const before = cluster.toBinary();
    const options = {
      pools: { rbd: "+100 GiB/month" },
      changes: [{ addHost: { osds: [{ count: 2, size: "8 TiB" }] } }],
    };
    const first = await grow(cluster, options);
    expect(await grow(cluster, { ...options, threads: 2 })).toEqual(first);
    expect(cluster.toBinary()).toEqual(before);
    expect(first.plans[1]?.change).toBe("add host new-host1 of 2 OSDs");
    expect(first.plans[0]?.limits.nearfull?.date ?? null).toBeNull();
  });

  it("counts months of the calendar from the day that is given", async () => {
    const from = new Date("2027-01-31");
    const { plans } = await grow(cluster, { pools: { rbd: "+1 TiB/month" }, months: 14, from });
    const dates = plans[0]?.months.map(({ date }) => date) ?? [];
    expect(dates.slice(0, 4)).toEqual(["2027-01-31", "2027-02-28", "2027-03-31", "2027-04-30"]);
    expect(dates[13]).toBe("2028-02-29");
    const { months = 0, date } = plans[0]?.limits.nearfull ?? {};
    const [start = "", end = ""] = dates.slice(Math.floor(months), Math.floor(months) + 2);
    expect([start, date, end].map(String)).toEqual([start, date, end].map(String).toSorted());
  });

  it("takes changes as objects and as texts alike", async () => {
    const pools = { rbd: { bytesPerMonth: 1e11 } };
    const objects = await grow(cluster, {
      pools,
      months: 12,
      changes: [
        { addHost: { name: "h9", osds: [{ count: 2, size: 4 * 2 ** 40, class: "ssd" }] } },
        { replace: { osds: { host: "host1" }, size: "8 TiB" } },
        { moveToErasure: { pool: "rbd", k: 2, m: 1, pgNum: 32, failureDomain: "host" } },
      ],
    });
    const texts = await grow(cluster, {
      pools,
      months: 12,
      changes: [
        { addHost: "h9=2x4TiB:ssd" },
        { replace: "host=host1=8TiB" },
        { moveToErasure: "rbd=2+1:32@host" },
      ],
    });
    expect(texts).toEqual(objects);
    expect(objects.plans[1]?.commands).toContain("ceph osd crush set-device-class ssd osd.8");
  });

  it("ends when its signal says so", async () => {
    const options = { pools: { rbd: "1%/month" }, signal: AbortSignal.abort("enough") };
    await expect(grow(cluster, options)).rejects.toMatchObject({ code: "aborted" });
  });

  it("refuses what it cannot answer", async () => {
    const refused = async (options: object) =>
      grow(cluster, { pools: {}, ...options }).catch(({ code, message }) => `${code}: ${message}`);
    expect(await refused({ changes: [{}] })).toContain(
      "expected addHost, replace or moveToErasure",
    );
    expect(await refused({ changes: [{ addHost: { osds: [] } }] })).toContain("has no OSDs");
    expect(await refused({ months: 1.5 })).toContain("months is 1.5");
    expect(await refused({ from: new Date("x") })).toContain("from is not a day");
    expect(await refused({ pools: null })).toContain("pools is not an object");
    expect(await refused({ failureDomain: 3 })).toContain("failureDomain is 3");
  });
});

describe("sizes", () => {
  it("are bytes, or texts with units that tell 1,000 from 1,024", () => {
    expect(readSize("a size", "1 TB")).toBe(1e12);
    expect(readSize("a size", "1 TiB")).toBe(2 ** 40);
    expect(readSize("a size", 42)).toBe(42);
    for (const size of ["1 T", "1", "-1 TB", -1, 1.5, Number.NaN]) {
      expect(failure(() => readSize("a size", size)).message).toMatch(/^a size(:| is)/);
    }
  });

  it("make a histogram, line by line", () => {
    expect(readObjectSizes("4 KiB 10\n# none\n\n1MiB: 2 # two\n7.5 MB,3")).toEqual([
      { size: "4 KiB", objects: 10 },
      { size: "1MiB", objects: 2 },
      { size: "7.5 MB", objects: 3 },
    ]);
    expect(failure(() => readObjectSizes("4 KiB 10\n4 KiB -1"))).toMatchObject({ line: 2 });
  });
});
