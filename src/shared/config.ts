import { isAbsolute, join, resolve } from "node:path";
import {
  type ConfigValue,
  type LogLevel,
  parseApiKey,
  parseCommands,
  parseGraphUrl,
  parseHost,
  parseLogLevel,
  parseManagedUrl,
  parseNetworks,
  parsePath,
  parsePort,
  parseSearchUrl,
  parseSmtpUrl,
  parseStateUrl,
} from "./config-values.ts";
import { BadInputError, type Problem, sortProblems } from "./errors.ts";
import { suggestion } from "./nearest.ts";
import { Secret } from "./secret.ts";
import { parseYamlDocuments } from "./yaml.ts";

/** Everything that can be set, complete and checked. Paths are absolute. */
export interface Config {
  /** 0..65535; 0 takes a free one */
  readonly port: number;
  /** address to listen on */
  readonly host: string;
  readonly dataDir: string;
  readonly stateUrl: Secret;
  readonly searchUrl: Secret | "embedded";
  readonly lineageUrl: Secret | "embedded";
  readonly masterKeyFile: string;
  /** CIDR blocks of non-public networks that depots may be in; never link-local or metadata addresses */
  readonly depotNetworks: readonly string[];
  /** CSV of terms and what else they are called, which searches understand */
  readonly synonymsFile: string | undefined;
  /** absolute paths of the programs that jobs of the stack `process` may start */
  readonly jobCommands: readonly string[];
  /** the mail server of pagers; `undefined`: none */
  readonly smtpUrl: Secret | undefined;
  /** of a role that makes databases for resources of type `database`; `undefined`: they wait */
  readonly managedPostgresUrl: Secret | undefined;
  /** the first operator key; `undefined`: made and printed once */
  readonly bootstrapApiKey: Secret | undefined;
  readonly logLevel: LogLevel;
}

/** Where settings come from; injected, so that a test names all of it. */
export interface ConfigSources {
  /** without program names */
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Text of a file; throws where it cannot be read. */
  readonly readFile: (path: string) => string;
  /** what relative paths start from */
  readonly cwd: string;
}

interface Setting {
  /** key in the YAML file */
  readonly key: keyof Config;
  /** absent: not as a flag */
  readonly flag?: string;
  readonly variable: string;
  readonly help: string;
  readonly parse: (text: string) => ConfigValue<unknown>;
}

// SECURITY: the operator key has no flag, because every user of the machine can read a process's arguments
const settings: readonly Setting[] = [
  { key: "port", flag: "--port", variable: "DATAOS_PORT", help: "port to listen on (7400)", parse: parsePort },
  { key: "host", flag: "--host", variable: "DATAOS_HOST", help: "address to listen on (127.0.0.1)", parse: parseHost },
  {
    key: "dataDir",
    flag: "--data-dir",
    variable: "DATAOS_DATA_DIR",
    help: "folder of all local data (.data)",
    parse: parsePath,
  },
  {
    key: "stateUrl",
    flag: "--state-url",
    variable: "DATAOS_STATE_URL",
    help: "sqlite:PATH or postgresql://… (sqlite:<data dir>/state.db)",
    parse: parseStateUrl,
  },
  {
    key: "searchUrl",
    flag: "--search-url",
    variable: "DATAOS_SEARCH_URL",
    help: "embedded or http://host:9200 (embedded)",
    parse: parseSearchUrl,
  },
  {
    key: "lineageUrl",
    flag: "--lineage-url",
    variable: "DATAOS_LINEAGE_URL",
    help: "embedded or bolt://host:7687 (embedded)",
    parse: parseGraphUrl,
  },
  {
    key: "masterKeyFile",
    flag: "--master-key-file",
    variable: "DATAOS_MASTER_KEY_FILE",
    help: "file of the master key (<data dir>/master.key)",
    parse: parsePath,
  },
  {
    key: "depotNetworks",
    flag: "--depot-networks",
    variable: "DATAOS_DEPOT_NETWORKS",
    help: "non-public networks that depots may be in, e.g. 10.0.0.0/8,127.0.0.0/8 (none)",
    parse: parseNetworks,
  },
  {
    key: "synonymsFile",
    flag: "--synonyms-file",
    variable: "DATAOS_SYNONYMS_FILE",
    help: "CSV `term,synonyms` that searches understand, synonyms separated by `;` (none)",
    parse: parsePath,
  },
  {
    key: "jobCommands",
    flag: "--job-commands",
    variable: "DATAOS_JOB_COMMANDS",
    help: "programs that jobs of stack `process` may start, e.g. /usr/bin/python3 (none)",
    parse: parseCommands,
  },
  {
    // SECURITY: it holds a password, so it has no flag
    key: "smtpUrl",
    variable: "DATAOS_SMTP_URL",
    help: "mail server of pagers, e.g. smtp://user:password@host:587?from=alerts@example.com (none)",
    parse: parseSmtpUrl,
  },
  {
    key: "managedPostgresUrl",
    variable: "DATAOS_MANAGED_POSTGRES_URL",
    help: "PostgreSQL that resources of type database are made on (none)",
    parse: parseManagedUrl,
  },
  {
    key: "bootstrapApiKey",
    variable: "DATAOS_BOOTSTRAP_APIKEY",
    help: "first operator key (made and printed once)",
    parse: parseApiKey,
  },
  {
    key: "logLevel",
    flag: "--log-level",
    variable: "DATAOS_LOG_LEVEL",
    help: "debug, info, warn or error (info)",
    parse: parseLogLevel,
  },
];
const configFlag = "--config";
const configVariable = "DATAOS_CONFIG";

/**
 * Reads flags, environment and one YAML file (`--config` or DATAOS_CONFIG); the first of these that names a setting wins.
 * @throws {BadInputError} `problems` lists every fault with the name it was given under and what is expected
 */
export function loadConfig(sources: ConfigSources): Config {
  const problems: Problem[] = [];
  const flags = readFlags(sources.argv, problems);
  const file = readConfigFile(flags.get(configFlag) ?? sources.env[configVariable], sources, problems);
  const values = new Map<keyof Config, unknown>();
  for (const setting of settings) {
    const given = findGiven(setting, flags, sources.env, file);
    if (!given) continue;
    const value = setting.parse(given.text);
    if ("value" in value) values.set(setting.key, value.value);
    else problems.push({ ...given.place, message: `${given.name}: ${value.problem}` });
  }
  if (passwordInFlag(flags)) {
    problems.push({
      message:
        "--state-url: holds a password, which every user of this machine could read; set DATAOS_STATE_URL or the file instead",
    });
  }
  if (problems.length > 0) {
    const count = problems.length === 1 ? "a setting is wrong" : `${problems.length} settings are wrong`;
    throw new BadInputError(`${count}; mend what is listed and start again`, { problems: sortProblems(problems) });
  }
  return complete(values, sources.cwd);
}

/** One line per setting: flag, variable, meaning and default. */
export function describeSettings(): string {
  const rows = settings.map(({ flag, variable, help }) => [flag ?? "", variable, help] as const);
  const all = [...rows, [configFlag, configVariable, "YAML file with the same settings (none)"] as const];
  return all.map(([flag, variable, help]) => `  ${flag.padEnd(22)}${variable.padEnd(30)}${help}`).join("\n");
}

function readFlags(argv: readonly string[], problems: Problem[]): Map<string, string> {
  const known = [configFlag, ...settings.flatMap(({ flag }) => flag ?? [])];
  const flags = new Map<string, string>();
  for (let index = 0; index < argv.length; index++) {
    const argument = argv[index] ?? "";
    const equals = argument.indexOf("=");
    const flag = equals < 0 ? argument : argument.slice(0, equals);
    if (!known.includes(flag)) {
      problems.push({
        message: `unknown argument \`${flag.slice(0, 80)}\`${suggestion(flag, known) || `; known: ${known.join(", ")}`}`,
      });
      if (argv[index + 1]?.startsWith("-") === false) index++;
      continue;
    }
    const value = equals < 0 ? argv[++index] : argument.slice(equals + 1);
    if (value === undefined || (equals < 0 && value.startsWith("--"))) {
      problems.push({ message: `${flag}: a value must follow, e.g. \`${flag}=…\`` });
      if (value !== undefined) index--;
    } else if (flags.has(flag)) problems.push({ message: `${flag}: given twice; keep one` });
    else flags.set(flag, value);
  }
  return flags;
}

interface FileValue {
  readonly text: string;
  readonly place: Pick<Problem, "at">;
}

function readConfigFile(name: string | undefined, sources: ConfigSources, problems: Problem[]): Map<string, FileValue> {
  const values = new Map<string, FileValue>();
  if (!name) return values;
  let text: string;
  try {
    text = sources.readFile(toAbsolute(name, sources.cwd));
  } catch (error) {
    const code = error instanceof Error && "code" in error ? ` (${String(error.code)})` : "";
    problems.push({
      message: `${configFlag}: cannot read \`${name}\`${code}; name a readable YAML file, or leave it out`,
    });
    return values;
  }
  const yaml = parseYamlDocuments(text, name);
  problems.push(...yaml.problems);
  const document = yaml.documents[0];
  if (!document) return values;
  const place = (key: string): Pick<Problem, "at"> => {
    const at = document.keyPositions.get(key);
    return at ? { at: { file: name, line: at.line, column: at.column } } : {};
  };
  if (
    yaml.documents.length > 1 ||
    typeof document.value !== "object" ||
    document.value === null ||
    Array.isArray(document.value)
  ) {
    problems.push({
      at: { file: name, line: 1, column: 1 },
      message: "expected one document with `setting: value` lines, e.g. `port: 7400`",
    });
    return values;
  }
  const known = settings.map(({ key }) => key);
  for (const [key, value] of Object.entries(document.value)) {
    if (!known.some((other) => other === key)) {
      problems.push({
        ...place(key),
        message: `unknown setting \`${key}\`${suggestion(key, known) || `; known: ${known.join(", ")}`}`,
      });
    } else if (Array.isArray(value)) values.set(key, { text: value.join(","), place: place(key) });
    else if (typeof value === "object")
      problems.push({ ...place(key), message: `${key}: expected a single value or a list` });
    else values.set(key, { text: String(value), place: place(key) });
  }
  return values;
}

function findGiven(
  { key, flag, variable }: Setting,
  flags: ReadonlyMap<string, string>,
  env: ConfigSources["env"],
  file: ReadonlyMap<string, FileValue>,
): { readonly name: string; readonly text: string; readonly place: Pick<Problem, "at"> } | undefined {
  const fromFlag = flag === undefined ? undefined : flags.get(flag);
  if (flag !== undefined && fromFlag !== undefined) return { name: flag, text: fromFlag, place: {} };
  const fromEnv = env[variable];
  // WHY: service files and compose set what they leave out to an empty text
  if (fromEnv !== undefined && fromEnv !== "") return { name: variable, text: fromEnv, place: {} };
  const fromFile = file.get(key);
  return fromFile && { name: key, ...fromFile };
}

function passwordInFlag(flags: ReadonlyMap<string, string>): boolean {
  const url = flags.get("--state-url");
  return url !== undefined && URL.canParse(url) && new URL(url).password !== "";
}

function complete(values: ReadonlyMap<keyof Config, unknown>, cwd: string): Config {
  const given = Object.fromEntries(values) as Partial<Config>;
  const dataDir = toAbsolute(given.dataDir ?? ".data", cwd);
  return Object.freeze({
    port: given.port ?? 7400,
    host: given.host ?? "127.0.0.1",
    dataDir,
    stateUrl: given.stateUrl
      ? withAbsolutePath(given.stateUrl, cwd)
      : new Secret(`sqlite:${join(dataDir, "state.db")}`),
    searchUrl: given.searchUrl ?? "embedded",
    lineageUrl: given.lineageUrl ?? "embedded",
    masterKeyFile: toAbsolute(given.masterKeyFile ?? join(dataDir, "master.key"), cwd),
    depotNetworks: Object.freeze(given.depotNetworks ?? []),
    synonymsFile: given.synonymsFile === undefined ? undefined : toAbsolute(given.synonymsFile, cwd),
    jobCommands: Object.freeze(given.jobCommands ?? []),
    smtpUrl: given.smtpUrl,
    managedPostgresUrl: given.managedPostgresUrl,
    bootstrapApiKey: given.bootstrapApiKey,
    logLevel: given.logLevel ?? "info",
  });
}

function withAbsolutePath(url: Secret, cwd: string): Secret {
  const path = /^sqlite:(?!:memory:$)(.+)$/s.exec(url.reveal())?.[1];
  return path === undefined ? url : new Secret(`sqlite:${toAbsolute(path, cwd)}`);
}

function toAbsolute(path: string, cwd: string): string {
  return isAbsolute(path) ? path : resolve(cwd, path);
}
