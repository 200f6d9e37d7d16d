import { describe, expect, it } from "vitest";
import { objectHash } from "../../ts/index.ts";
import { failure } from "../support/failure.ts";

// Hashes of Ceph 16.2.15.
const NAME = "default.4439.1_operate.py";

describe("objectHash", () => {
  it("hashes as rjenkins and as linux", () => {
    expect(objectHash(NAME)).toBe(0x309c3ed6);
    expect(objectHash(NAME, { hash: "linux" })).toBe(0xa2f5b9b3);
  });

  it("puts the namespace first and the locator in place of the name", () => {
    expect(objectHash(NAME, { namespace: "ns1" })).toBe(0x2dd1fd07);
    expect(objectHash("other", { locator: NAME, namespace: "ns1" })).toBe(0x2dd1fd07);
  });

  it("refuses what is no name and no hash", () => {
    expect(failure(() => objectHash(1 as never)).code).toBe("invalid_argument");
    expect(failure(() => objectHash(NAME, { hash: "md5" as never })).code).toBe("invalid_argument");
  });
});
