import { execFile } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { beforeAll, describe, expect, it } from "vitest";
import { validator } from "../support/schema.ts";
import { ROOT, read } from "../support/sources.ts";

const run = promisify(execFile);

/** A schema, as far as these tests look into it. */
interface Schema {
  title?: string;
  description?: string;
  type?: string | string[];
  minimum?: number;
  properties?: Record<string, Schema>;
  additionalProperties?: boolean | Schema;
  items?: Schema;
  anyOf?: Schema[];
  $defs?: Record<string, Schema>;
}

let texts: [path: string, text: string][];
beforeAll(async () => {
  const script = pathToFileURL(join(ROOT, "scripts/schemas.mjs")).href;
  const print = `console.log(JSON.stringify([...(await import("${script}")).schemas()]))`;
  const node = ["--input-type=module", "--eval", print];
  const { stdout } = await run(process.execPath, node, { maxBuffer: 1 << 24 });
  texts = JSON.parse(stdout);
}, 60_000);

/** A schema and all within it. */
function parts(schema: Schema): Schema[] {
  const { properties = {}, additionalProperties, items, anyOf = [], $defs = {} } = schema;
  const more = typeof additionalProperties === "object" ? [additionalProperties] : [];
  const below = [...Object.values(properties), ...Object.values($defs), ...anyOf, ...more];
  return [schema, ...[...below, ...(items ? [items] : [])].flatMap(parts)];
}

function schemas(): [path: string, schema: Schema][] {
  return texts.map(([path, text]) => [path, JSON.parse(text)]);
}

describe("ts/schema", () => {
  it("is what npm run schemas makes of the types", () => {
    const files = readdirSync(join(ROOT, "ts/schema")).map((name) => `ts/schema/${name}`);
    expect(texts.map(([path]) => path).sort()).toEqual(files.sort());
    for (const [path, text] of texts) {
      expect(read(path), `${path}: npm run schemas`).toBe(text);
    }
  });

  it("describes every member in sentences", () => {
    for (const [path, schema] of schemas()) {
      expect(schema).toMatchObject({ title: expect.any(String), description: expect.any(String) });
      for (const { properties = {} } of parts(schema)) {
        for (const [name, { description }] of Object.entries(properties)) {
          expect(description, `${path}: ${name}`).toMatch(/^[^`]+[.…]$/);
        }
      }
    }
  });

  it("bounds every number, and lets no other member in", () => {
    for (const [path, schema] of schemas()) {
      for (const part of parts(schema)) {
        const found = `${path}: ${JSON.stringify(part)}`;
        const types = [part.type].flat();
        expect(types.includes("number") && part.minimum === undefined, found).toBe(false);
        const isOpen =
          part.additionalProperties === undefined || part.additionalProperties === true;
        expect(types.includes("object") && isOpen, found).toBe(false);
      }
    }
  });

  it("is valid in its draft", () => {
    for (const [, schema] of schemas()) {
      expect(validator(schema)({})).toBe(false);
    }
  });
});
