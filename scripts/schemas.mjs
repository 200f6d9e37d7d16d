// `npm run schemas`: makes the JSON schemas of reports from the types of what is printed, which
// stand in `ts/cli/render`. Descriptions are their comments, bounds those of `ts/base/quantity.ts`.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  createFormatter,
  createParser,
  createProgram,
  SchemaGenerator,
} from "ts-json-schema-generator";

const ROOT = join(fileURLToPath(import.meta.url), "../..");

/** The schemas: where each is, and the type that it describes. */
const SCHEMAS = [
  { path: "ts/schema/balance.schema.json", type: "BalanceJson" },
  { path: "ts/schema/readbalance.schema.json", type: "ReadBalanceJson" },
  { path: "ts/schema/upmapcheck.schema.json", type: "UpmapCheckJson" },
  { path: "ts/schema/capacity.schema.json", type: "CapacityJson" },
  { path: "ts/schema/grow.schema.json", type: "GrowthJson" },
  { path: "ts/schema/pgnum.schema.json", type: "PgNumJson" },
  { path: "ts/schema/recovery.schema.json", type: "RecoveryJson" },
  { path: "ts/schema/plan.schema.json", type: "PlanJson" },
  { path: "ts/schema/sweep.schema.json", type: "SweepJson" },
  { path: "ts/schema/whatif.schema.json", type: "SimulationJson" },
];

/** Types that say what kind of number it is: their bounds are put where they are used. */
const INLINED = new Set([
  ...["Count", "Bytes", "Amount", "Ratio", "Share", "OsdId", "ItemId", "PoolId"],
]);

/** What every report begins with, in the order in which it is printed. */
const HEAD = ["verdict", "warnings", "data", "changes", "healed", "cluster", "epoch", "missing"];

const DRAFT = "https://json-schema.org/draft/2020-12/schema";

/**
 * The text of each schema by its path.
 *
 * @throws {Error} where a member has no description.
 */
export function schemas() {
  const config = {
    path: join(ROOT, "ts/cli/render/*Json.ts"),
    tsconfig: join(ROOT, "tsconfig.json"),
    type: "*",
    expose: "export",
    jsDoc: "extended",
    topRef: false,
    skipTypeCheck: true,
    additionalProperties: false,
    sortProps: false,
    strictTuples: true,
    encodeRefs: false,
    minify: false,
    functions: "fail",
    discriminatorType: "json-schema",
    markdownDescription: false,
    extraTags: [],
  };
  const program = createProgram(config);
  const found = new Map();
  for (const { path, type } of SCHEMAS) {
    const parser = createParser(program, { ...config, type }, (chain) =>
      chain.addNodeParser(new SnakeKeysParser(chain)),
    );
    const generator = new SchemaGenerator(program, parser, createFormatter(config), config);
    const schema = finished(generator.createSchema(type));
    checkDescriptions(path, schema);
    found.set(path, `${JSON.stringify(schema, null, 2)}\n`);
  }
  return found;
}

/** Takes `SnakeKeys<Report>` for `Report`: names are changed at the end, comments stay. */
class SnakeKeysParser {
  constructor(chain) {
    this.chain = chain;
  }

  supportsNode(node) {
    return node.typeName?.getText() === "SnakeKeys";
  }

  createType(node, context) {
    return this.chain.createType(node.typeArguments[0], context);
  }
}

/** The schema by the names that are printed, in the draft that it says it is in. */
function finished({ definitions, $schema: _, title, description, ...rest }) {
  const defs = Object.entries(definitions).filter(([name]) => !INLINED.has(name));
  const change = (schema) => changed(schema, definitions);
  const { properties, required, ...own } = change(rest);
  const names = new Set([...HEAD.filter((name) => name in properties), ...Object.keys(properties)]);
  return {
    $schema: DRAFT,
    title,
    description: plain(description),
    ...own,
    required: [...names].filter((name) => required.includes(name)),
    properties: Object.fromEntries([...names].map((name) => [name, properties[name]])),
    $defs: Object.fromEntries(defs.map(([name, schema]) => [defName(name), change(schema)])),
  };
}

function changed(schema, definitions) {
  if (Array.isArray(schema)) {
    return schema.map((one) => changed(one, definitions));
  }
  if (typeof schema !== "object" || schema === null) {
    return schema;
  }
  const entries = Object.entries(resolved(schema, definitions)).map(([key, value]) => {
    switch (key) {
      case "properties": {
        const members = Object.entries(value).map(([name, one]) => [
          snake(name),
          changed(one, definitions),
        ]);
        return [key, Object.fromEntries(members)];
      }
      case "required":
        return [key, value.map(snake)];
      case "description":
        return [key, plain(value)];
      default:
        return [key, changed(value, definitions)];
    }
  });
  return withNull(Object.fromEntries(entries));
}

/** A schema with the bounds of the kind of number that it refers to, or the new name of a type. */
function resolved({ $ref, ...own }, definitions) {
  if ($ref === undefined) {
    return own;
  }
  const name = $ref.replace("#/definitions/", "");
  const { description: _, ...bounds } = definitions[name];
  return INLINED.has(name) ? { ...bounds, ...own } : { $ref: `#/$defs/${defName(name)}`, ...own };
}

/** A number of some kind or `null` as one type of both, since bounds do not touch `null`. */
function withNull({ anyOf, ...rest }) {
  const [kind, nothing] = anyOf ?? [];
  if (anyOf?.length === 2 && typeof kind.type === "string" && nothing.type === "null") {
    return { ...kind, type: [kind.type, "null"], ...rest };
  }
  return { ...(anyOf && { anyOf }), ...rest };
}

/** `PoolCapacity` as `pool_capacity`, `StepJson` as `step`. */
function defName(name) {
  return snake(name.replace(/Json$/, "")).slice(1);
}

function snake(name) {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** A comment without the marks of code. */
function plain(text) {
  return text.replaceAll(/`([^`]*)`/g, "$1");
}

function checkDescriptions(path, schema) {
  const check = (at, { properties = {}, items, anyOf = [] }) => {
    for (const [name, one] of Object.entries(properties)) {
      if (one.description === undefined) {
        throw new Error(`${path}: ${at}/${name} has no description: give the member a comment`);
      }
      check(`${at}/${name}`, one);
    }
    for (const one of [...(items ? [items] : []), ...anyOf]) {
      check(at, one);
    }
  };
  check("", schema);
  for (const [name, one] of Object.entries(schema.$defs)) {
    check(`$defs/${name}`, one);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [path, text] of schemas()) {
    writeFileSync(join(ROOT, path), text);
  }
}
