// Writes src/graphql/generated/schema-types.ts from schema.graphql. With --check: fails when the file would change.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { codegen } from "@graphql-codegen/core";
import * as typescriptPlugin from "@graphql-codegen/typescript";
import * as resolversPlugin from "@graphql-codegen/typescript-resolvers";
import { parse } from "graphql";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const target = join(root, "src", "graphql", "generated", "schema-types.ts");
const mappers = {
  Entity: "../mappers.ts#EntityParent",
  Resource: "../mappers.ts#ResourceParent",
  Run: "../mappers.ts#RunParent",
  Incident: "../mappers.ts#IncidentParent",
  SearchHit: "../mappers.ts#SearchHitParent",
  Decision: "../mappers.ts#DecisionParent",
};

const text = await codegen({
  filename: target,
  documents: [],
  config: {
    scalars: { DateTime: "string", JSON: "unknown", Seq: "number", ID: "string" },
    enumsAsTypes: true,
    useTypeImports: true,
    avoidOptionals: { field: false, inputValue: false },
    immutableTypes: true,
    contextType: "../context.ts#GraphqlContext",
    mappers,
    emitLegacyCommonJSImports: false,
    importExtension: ".ts",
  },
  schema: parse(readFileSync(join(root, "schema.graphql"), "utf8")),
  plugins: [{ typescript: {} }, { resolvers: {} }],
  pluginMap: { typescript: typescriptPlugin, resolvers: resolversPlugin },
});
const generated = `// Generated from schema.graphql by \`npm run generate\`; do not edit.\n${text}`;

if (process.argv.includes("--check")) {
  let present = "";
  try {
    present = readFileSync(target, "utf8");
  } catch {
    // reported below as different
  }
  if (present !== generated) {
    console.error(
      "src/graphql/generated/schema-types.ts is not what schema.graphql gives; run `npm run generate` and commit it",
    );
    process.exit(1);
  }
} else {
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, generated);
}
