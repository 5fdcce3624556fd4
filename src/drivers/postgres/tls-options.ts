import { isIP } from "node:net";
import { type ConnectionOptions, checkServerIdentity } from "node:tls";
import { BadInputError } from "../../shared/errors.ts";

/** `prefer`: encrypted where the server can, without checking who it is. `require`: encrypted. `verify-*`: and checked. */
const sslModes = ["disable", "prefer", "require", "verify-ca", "verify-full"] as const;
export type SslMode = (typeof sslModes)[number];

/** @throws {BadInputError} another word */
export function parseSslMode(text: string | undefined, fallback: SslMode): SslMode {
  if (text === undefined || text === "") return fallback;
  const mode = sslModes.find((known) => known === text);
  if (!mode)
    throw new BadInputError(`unknown sslmode \`${text.slice(0, 40)}\`; expected one of ${sslModes.join(", ")}`);
  return mode;
}

/**
 * TLS settings for `mode`, checked against the name `host` whatever address is connected to; `false` for plain text.
 * @param authority PEM text of the certificate authority to trust instead of the system's
 */
export function toTlsOptions(mode: SslMode, host: string, authority?: string): ConnectionOptions | false {
  if (mode === "disable") return false;
  const name = isIP(host) === 0 && !host.startsWith("/") ? { servername: host } : {};
  const trust = authority === undefined ? {} : { ca: authority };
  switch (mode) {
    case "verify-full":
      return { ...name, ...trust, checkServerIdentity: (_name, certificate) => checkServerIdentity(host, certificate) };
    case "verify-ca":
      return { ...name, ...trust, checkServerIdentity: () => undefined };
    default:
      // WHY: `require` and `prefer` promise encryption, not identity, as everywhere in PostgreSQL
      return { ...name, rejectUnauthorized: false, checkServerIdentity: () => undefined };
  }
}
