import { Ajv2020, type AnySchema, type ValidateFunction } from "ajv/dist/2020.js";

/** Checks JSON against a schema of this package; what the schema does not know is an error, too. */
export function validator(schema: AnySchema): ValidateFunction {
  const strict = { strictTypes: true, strictRequired: true, validateFormats: true } as const;
  return new Ajv2020({ ...strict, strict: true, allowUnionTypes: true }).compile(schema);
}
