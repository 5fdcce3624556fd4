import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { loadConfig } from "../../src/shared/config.ts";
import { BadInputError, formatProblem } from "../../src/shared/errors.ts";

function load(given: { argv?: string[]; env?: Record<string, string>; files?: Record<string, string> }) {
  return loadConfig({
    argv: given.argv ?? [],
    env: given.env ?? {},
    cwd: "/srv",
    readFile(path) {
      const text = given.files?.[path];
      if (text === undefined) throw Object.assign(new Error("no such file"), { code: "ENOENT" });
      return text;
    },
  });
}

function faults(given: Parameters<typeof load>[0]): string {
  try {
    load(given);
  } catch (error) {
    if (error instanceof BadInputError) return [error.message, ...error.problems.map(formatProblem)].join("\n");
    throw error;
  }
  return "none";
}

describe("configuration", () => {
  it("is complete, embedded and local where nothing is set", () => {
    const config = load({});
    expect(config).toMatchObject({
      port: 7400,
      host: "127.0.0.1",
      dataDir: "/srv/.data",
      searchUrl: "embedded",
      lineageUrl: "embedded",
      masterKeyFile: "/srv/.data/master.key",
      depotNetworks: [],
      bootstrapApiKey: undefined,
      logLevel: "info",
    });
    expect(config.stateUrl.reveal()).toBe("sqlite:/srv/.data/state.db");
    expect(Object.isFrozen(config)).toBe(true);
  });

  it("takes flags before the environment before the file", () => {
    const given = {
      argv: ["--port", "1", "--config=conf.yaml"],
      env: { DATAOS_PORT: "2", DATAOS_HOST: "0.0.0.0", DATAOS_LOG_LEVEL: "" },
      files: { "/srv/conf.yaml": "port: 3\nhost: ::1\nlogLevel: debug\ndepotNetworks: [127.0.0.0/8, 10.0.0.0/8]\n" },
    };
    expect(load(given)).toMatchObject({
      port: 1,
      host: "0.0.0.0",
      logLevel: "debug",
      depotNetworks: ["127.0.0.0/8", "10.0.0.0/8"],
    });
    expect(load({ ...given, argv: [], env: { DATAOS_CONFIG: "/srv/conf.yaml" } })).toMatchObject({
      port: 3,
      host: "::1",
    });
  });

  it("derives paths from the data folder and makes them absolute", () => {
    const config = load({ env: { DATAOS_DATA_DIR: "/var/lib/dataos", DATAOS_STATE_URL: "sqlite:own/state.db" } });
    expect(config.masterKeyFile).toBe("/var/lib/dataos/master.key");
    expect(config.stateUrl.reveal()).toBe("sqlite:/srv/own/state.db");
  });

  it("shows no secret when it is printed", () => {
    const config = load({
      env: {
        DATAOS_STATE_URL: "postgresql://u:canary-1@h/db",
        DATAOS_SEARCH_URL: "http://u:canary-2@h:9200",
        DATAOS_LINEAGE_URL: "bolt://u:canary-3@h:7687",
        DATAOS_BOOTSTRAP_APIKEY: "canary-4-0123456789",
      },
    });
    expect(inspect(config, { depth: 9 }) + JSON.stringify(config)).not.toContain("canary");
  });

  it("reports every fault at once, each by the name it was given under", () => {
    expect(
      faults({
        argv: ["--prot", "1", "--port=99999", "--log-level", "loud", "--host", "--data-dir", "a", "--data-dir", "b"],
        env: {
          DATAOS_STATE_URL: "mysql://u:canary@h/db",
          DATAOS_SEARCH_URL: "localhost:9200",
          DATAOS_LINEAGE_URL: "http://h",
          DATAOS_DEPOT_NETWORKS: "10.0.0.0/8, 10.0.0.300/8",
          DATAOS_BOOTSTRAP_APIKEY: "short-canary",
          DATAOS_CONFIG: "conf.yaml",
        },
        files: { "/srv/conf.yaml": "prot: 1\nmasterKeyFile: {a: 1}\nhost: 'a b'\n" },
      }),
    ).toMatchInlineSnapshot(`
      "13 settings are wrong; mend what is listed and start again
      conf.yaml:1:1: unknown setting \`prot\`; did you mean \`port\`?
      conf.yaml:2:1: masterKeyFile: expected a single value or a list
      conf.yaml:3:1: host: expected an address or host name to listen on, e.g. \`127.0.0.1\` or \`0.0.0.0\`, not \`a b\`
      unknown argument \`--prot\`; did you mean \`--port\`?
      --host: a value must follow, e.g. \`--host=…\`
      --data-dir: given twice; keep one
      --port: expected a port number from 0 to 65535, not \`99999\`
      DATAOS_STATE_URL: expected \`sqlite:<path>\` or \`postgresql://user:password@host:5432/database\`
      DATAOS_SEARCH_URL: expected \`embedded\` or the URL of Elasticsearch, e.g. \`http://localhost:9200\`
      DATAOS_LINEAGE_URL: expected \`embedded\` or the URL of Neo4j, e.g. \`bolt://neo4j:password@localhost:7687\`
      DATAOS_DEPOT_NETWORKS: expected CIDR blocks separated by commas, e.g. \`10.0.0.0/8,127.0.0.0/8\`; \`10.0.0.300/8\` is none
      DATAOS_BOOTSTRAP_APIKEY: expected 16 to 200 printable characters without spaces, e.g. from \`openssl rand -hex 32\`
      --log-level: expected debug, info, warn or error, not \`loud\`"
    `);
  });

  it("says what is wrong with the file", () => {
    expect(faults({ argv: ["--config", "none.yaml"] })).toMatchInlineSnapshot(`
      "a setting is wrong; mend what is listed and start again
      --config: cannot read \`none.yaml\` (ENOENT); name a readable YAML file, or leave it out"
    `);
    expect(
      faults({ argv: ["--config", "a"], files: { "/srv/a": "port: 1\nport: 2\nx: *a\n" } }),
    ).toMatchInlineSnapshot(`
      "a setting is wrong; mend what is listed and start again
      a:3:4: \`*a\` without quotes is a YAML alias, and aliases are not allowed; quote text that starts with \`*\`, like \`"*a"\`"
    `);
    expect(faults({ argv: ["--config", "a"], files: { "/srv/a": "- port" } })).toMatchInlineSnapshot(`
      "a setting is wrong; mend what is listed and start again
      a:1:1: expected one document with \`setting: value\` lines, e.g. \`port: 7400\`"
    `);
  });

  it("refuses networks that hold link-local or metadata addresses", () => {
    for (const block of [
      "169.254.0.0/16",
      "169.254.169.254/32",
      "0.0.0.0/0",
      "fe80::/10",
      "fe80::1/128",
      "::/0",
      "fd00:ec2::254/128",
      "::ffff:10.0.0.0/104",
    ]) {
      expect(faults({ env: { DATAOS_DEPOT_NETWORKS: block } })).toContain("DATAOS_DEPOT_NETWORKS");
    }
    expect(faults({ env: { DATAOS_DEPOT_NETWORKS: "127.0.0.0/8,169.254.1.0/24" } })).toMatchInlineSnapshot(`
      "a setting is wrong; mend what is listed and start again
      DATAOS_DEPOT_NETWORKS: \`169.254.1.0/24\` holds link-local or metadata addresses (169.254.0.0/16), which depots may never use; name smaller blocks"
    `);
    expect(load({ env: { DATAOS_DEPOT_NETWORKS: "fc00::/8, ::1/128,192.168.0.0/16" } }).depotNetworks).toEqual([
      "fc00::/8",
      "::1/128",
      "192.168.0.0/16",
    ]);
  });

  it("refuses a password among the arguments", () => {
    expect(faults({ argv: ["--state-url", "postgresql://u:canary@h/db"] })).toMatchInlineSnapshot(`
      "a setting is wrong; mend what is listed and start again
      --state-url: holds a password, which every user of this machine could read; set DATAOS_STATE_URL or the file instead"
    `);
  });
});
