import ipaddr from "ipaddr.js";
import { BadInputError } from "../../shared/errors.ts";

const label = "[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?";
const hostName = new RegExp(`^${label}(?:\\.${label})*\\.?$`);
/** What resolvers take for an IPv4 address although it is not written as one: `127.1`, `0x7f000001`, `017700000001`. */
const numberLike = /^(?:0x[0-9a-f]*|\d+)(?:\.(?:0x[0-9a-f]*|\d+)){0,3}\.?$/i;

/** A host as it may be looked up. */
export type Host =
  | { readonly kind: "address"; readonly address: string }
  | { readonly kind: "name"; readonly name: string };

/**
 * Reads a depot's host: a name in ASCII, an IPv4 address in four decimal numbers or an IPv6 address, in brackets or not.
 * SECURITY: what resolvers understand beyond that is refused, because checks and connections may read it differently.
 * @throws {BadInputError} another spelling, saying how to write it
 */
export function parseHost(text: string): Host {
  const shown = printable(text);
  if (text.startsWith("/") || text.startsWith("@") || text.startsWith("\0")) {
    throw new BadInputError(
      `host \`${shown}\` is a Unix socket, which depots may not use; give a host name or an IP address`,
    );
  }
  const bare = /^\[(.*)\]$/.exec(text)?.[1] ?? text;
  if (bare.includes(":") && !bare.includes("%") && ipaddr.IPv6.isValid(bare)) return { kind: "address", address: bare };
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) return { kind: "address", address: text };
  if (numberLike.test(text)) {
    throw new BadInputError(
      `host \`${shown}\` is an unusual spelling of an IP address; write four decimal numbers such as 192.0.2.1`,
    );
  }
  if (text.length > 253 || !hostName.test(text)) {
    throw new BadInputError(
      `host \`${shown}\` is not a host name; expected letters, digits, hyphens and dots (other scripts as \`xn--…\`), or an IP address`,
    );
  }
  return { kind: "name", name: text };
}

function printable(text: string): string {
  return text.slice(0, 100).replace(/[^\x20-\x7e]/gu, (char) => `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`);
}
