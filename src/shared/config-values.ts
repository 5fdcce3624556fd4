import { isAbsolute } from "node:path";
import ipaddr from "ipaddr.js";
import { Secret } from "./secret.ts";

/** A value, or what was expected and how to mend it. */
export type ConfigValue<T> = { readonly value: T } | { readonly problem: string };

const problem = (text: string): { readonly problem: string } => ({ problem: text });
const shown = (text: string): string => `\`${text.slice(0, 80)}\``;

export function parsePort(text: string): ConfigValue<number> {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  return port <= 65_535 ? { value: port } : problem(`expected a port number from 0 to 65535, not ${shown(text)}`);
}

export function parseHost(text: string): ConfigValue<string> {
  return ipaddr.isValid(text) || /^[a-z0-9]([a-z0-9.-]{0,252}[a-z0-9])?$/i.test(text)
    ? { value: text }
    : problem(`expected an address or host name to listen on, e.g. \`127.0.0.1\` or \`0.0.0.0\`, not ${shown(text)}`);
}

export function parsePath(text: string): ConfigValue<string> {
  return text.trim() === "" || text.includes("\0")
    ? problem("expected a path, e.g. `/var/lib/dataos`")
    : { value: text };
}

export function parseStateUrl(text: string): ConfigValue<Secret> {
  return /^sqlite:.+$/s.test(text) || hasScheme(text, ["postgresql:", "postgres:"])
    ? { value: new Secret(text) }
    : problem("expected `sqlite:<path>` or `postgresql://user:password@host:5432/database`");
}

export function parseManagedUrl(text: string): ConfigValue<Secret> {
  return hasScheme(text, ["postgresql:", "postgres:"])
    ? { value: new Secret(text) }
    : problem("expected `postgresql://user:password@host:5432/database` of a role that may make databases and roles");
}

export function parseSearchUrl(text: string): ConfigValue<Secret | "embedded"> {
  if (text === "embedded") return { value: text };
  return hasScheme(text, ["http:", "https:"])
    ? { value: new Secret(text) }
    : problem("expected `embedded` or the URL of Elasticsearch, e.g. `http://localhost:9200`");
}

export function parseGraphUrl(text: string): ConfigValue<Secret | "embedded"> {
  if (text === "embedded") return { value: text };
  const schemes = ["bolt", "neo4j"].flatMap((name) => [`${name}:`, `${name}+s:`, `${name}+ssc:`]);
  return hasScheme(text, schemes)
    ? { value: new Secret(text) }
    : problem("expected `embedded` or the URL of Neo4j, e.g. `bolt://neo4j:password@localhost:7687`");
}

export function parseSmtpUrl(text: string): ConfigValue<Secret> {
  const known = new Set(["from", "insecure"]);
  const url = hasScheme(text, ["smtp:", "smtps:"]) ? new URL(text) : undefined;
  return url && url.hostname !== "" && [...url.searchParams.keys()].every((key) => known.has(key))
    ? { value: new Secret(text) }
    : problem(
        "expected the URL of a mail server, e.g. `smtp://user:password@mail.example.com:587?from=alerts@example.com`",
      );
}

/** Absolute paths, by commas. */
export function parseCommands(text: string): ConfigValue<readonly string[]> {
  const paths = text.split(",").flatMap((path) => path.trim() || []);
  const wrong = paths.find((path) => !isAbsolute(path) || path.includes("\0"));
  return wrong === undefined
    ? { value: paths }
    : problem(`expected absolute paths of programs, e.g. \`/usr/bin/python3,/opt/etl/run\`, not ${shown(wrong)}`);
}

export function parseApiKey(text: string): ConfigValue<Secret> {
  return /^[\x21-\x7e]{16,200}$/.test(text)
    ? { value: new Secret(text) }
    : problem("expected 16 to 200 printable characters without spaces, e.g. from `openssl rand -hex 32`");
}

const logLevels = ["debug", "info", "warn", "error"] as const;
export type LogLevel = (typeof logLevels)[number];

export function parseLogLevel(text: string): ConfigValue<LogLevel> {
  const level = logLevels.find((known) => known === text);
  return level ? { value: level } : problem(`expected debug, info, warn or error, not ${shown(text)}`);
}

// SECURITY: these answer with the machine's own credentials on every big cloud
const neverAllowed = ["169.254.0.0/16", "fe80::/10", "fd00:ec2::254/128", "100.100.100.200/32"].map((block) => ({
  block,
  range: ipaddr.parseCIDR(block),
}));

/** CIDR blocks separated by commas, each in its shortest form. */
export function parseNetworks(text: string): ConfigValue<readonly string[]> {
  const blocks: string[] = [];
  for (const part of text.split(",").map((item) => item.trim())) {
    if (part === "") continue;
    if (!ipaddr.isValidCIDR(part)) {
      return problem(
        `expected CIDR blocks separated by commas, e.g. \`10.0.0.0/8,127.0.0.0/8\`; ${shown(part)} is none`,
      );
    }
    const [address, bits] = ipaddr.parseCIDR(part);
    if (address instanceof ipaddr.IPv6 && address.isIPv4MappedAddress()) {
      return problem(`write ${shown(part)} as an IPv4 block`);
    }
    const forbidden = neverAllowed.find(({ range }) => overlaps([address, bits], range));
    if (forbidden) {
      return problem(
        `${shown(part)} holds link-local or metadata addresses (${forbidden.block}), which depots may never use; name smaller blocks`,
      );
    }
    blocks.push(`${address.toString()}/${bits}`);
  }
  return { value: blocks };
}

type Range = [ipaddr.IPv4 | ipaddr.IPv6, number];

function overlaps([left, leftBits]: Range, [right, rightBits]: Range): boolean {
  return left.kind() === right.kind() && left.match(right, Math.min(leftBits, rightBits));
}

function hasScheme(text: string, schemes: readonly string[]): boolean {
  return URL.canParse(text) && schemes.includes(new URL(text).protocol) && new URL(text).hostname !== "";
}
