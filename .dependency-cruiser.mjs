/** Directions of docs/architecture.md: an area may import what stands below it, and siblings meet in `ports.ts` only. */

const only = (name, comment, from, to, exceptFrom) => ({
  name,
  comment,
  severity: "error",
  from: { path: from, ...(exceptFrom ? { pathNot: exceptFrom } : {}) },
  to,
});

/** A driver package belongs to one folder. */
const driver = (packageName, folder) =>
  only(
    `driver-${packageName.replace(/\W/g, "-")}`,
    `${packageName} is imported in ${folder} only`,
    "^src/",
    { path: packageName.startsWith("node:") ? `^${packageName}$` : `node_modules/${packageName}/` },
    `^${folder}/`,
  );

const areas = "state|drivers|sql|heimdall|metis|scanner|control|graphql|http|cli";

export default {
  forbidden: [
    only("no-cycles", "a cycle has no first file to read", "^src/", { circular: true }),
    only("no-unresolvable", "an import that leads nowhere", "^src/", { couldNotResolve: true }),
    only("shared-stands-alone", "shared imports nothing of ours", "^src/shared/", { path: `^src/(${areas})/` }),
    only("drivers-below", "drivers and state serve, they do not know whom", "^src/(drivers|state)/", {
      path: "^src/(sql|heimdall|metis|scanner|control|graphql|http|cli)/",
    }),
    only("sql-is-pure", "SQL understanding knows no store", "^src/sql/", {
      path: "^src/(state|drivers|heimdall|metis|scanner|control|graphql|http|cli)/",
    }),
    ...["heimdall", "metis", "scanner"].map((area) =>
      only(
        `${area}-meets-through-ports`,
        `${area} knows its siblings by their ports.ts only, and nothing above`,
        `^src/${area}/`,
        {
          path: "^src/(heimdall|metis|scanner|control|graphql|http|cli)/",
          pathNot: `^src/${area}/|^src/(heimdall|metis|scanner)/ports[.]ts$`,
        },
      ),
    ),
    only("control-below-faces", "control knows no API", "^src/control/", { path: "^src/(graphql|http|cli)/" }),
    only("graphql-is-not-http", "graphql knows no transport", "^src/graphql/", { path: "^src/(http|cli)/" }),
    only("http-is-not-cli", "the server knows no CLI", "^src/http/", { path: "^src/cli/" }),
    // heimdall/audit verifies an export offline, heimdall/policy lints and tests policies offline (docs/adr/0090-…), control/manifest
    // lints manifests offline (docs/adr/0101-…), sql reads SQL offline (docs/adr/0130-…): pure code that the server runs as well
    only(
      "cli-is-a-client",
      "the CLI imports shared, generated types, the audit verifier, the policy core, the grammar of manifests and SQL understanding only",
      "^src/cli/",
      {
        path: "^src/(?!shared/|cli/|graphql/generated/|heimdall/audit/|heimdall/policy/|control/manifest/|sql/)",
      },
    ),
    only("the-client-stands-alone", "other services take the client without the server", "^src/client/", {
      path: "^src/(?!client/)|node_modules/",
    }),
    only("only-main-knows-all", "nothing imports the composition root", "^src/(?!main[.]ts)", {
      path: "^src/main[.]ts$",
    }),
    only(
      "cores-do-no-io",
      "policy, catalog, lineage, classify and sql import no driver",
      "^src/(heimdall/policy|metis/catalog|metis/lineage|scanner/classify|sql)/",
      {
        path: "^src/(drivers|state)/|^node:(fs|net|http|https|child_process|sqlite|worker_threads)|node_modules/(pg|neo4j-driver|@elastic)/",
      },
      "^src/sql/parsers/",
    ),
    only(
      "authorized-is-issued-by-the-authorizer",
      "the value that proves a decision is made in one place",
      "^src/",
      { path: "^src/heimdall/authorization/authorized[.]ts$", dependencyTypesNot: ["type-only"] },
      "^src/heimdall/authorization/",
    ),
    driver("pg", "src/drivers/postgres"),
    driver("node:sqlite", "src/drivers/sqlite"),
    driver("@elastic/elasticsearch", "src/metis/adapters/elasticsearch"),
    driver("neo4j-driver", "src/metis/adapters/neo4j"),
    driver("libpg-query", "src/sql/parsers"),
    driver("@polyglot-sql/sdk", "src/sql/parsers/polyglot"),
    driver("@casl/ability", "src/heimdall"),
    driver("@marcbachmann/cel-js", "src/heimdall/policy"),
    driver("pino", "src/drivers/pino"),
    driver("nodemailer", "src/drivers/smtp"),
    driver("liquidjs", "src/control/pager/templates"),
  ],
  options: {
    parser: "swc",
    tsPreCompilationDeps: true,
    doNotFollow: { path: "node_modules" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "node", "default", "types"],
      extensions: [".ts", ".js"],
    },
    moduleSystems: ["es6"],
  },
};
