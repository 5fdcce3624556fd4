import { BadInputError } from "../../shared/errors.ts";
import { Secret } from "../../shared/secret.ts";

/** What a caller showed: a credential, nothing, or something that cannot be one. */
export type Shown = { readonly kind: "credential"; readonly key: Secret } | { readonly kind: "none" | "unreadable" };

const maxLength = 8_192;
const secretNames = /^(api[-_]?key|access[-_]?token|token|authorization|bearer|secret|password)$/i;
const keyShape = /hmd_[A-Za-z0-9-]+_[A-Za-z0-9]{16,}/;

/** Reads `apikey: <key>` or `Authorization: Bearer <key>`; both only where they agree. */
export function readCredential(headers: Readonly<Record<string, string | readonly string[] | undefined>>): Shown {
  const { apikey, authorization } = headers;
  const bearer = typeof authorization === "string" ? /^Bearer +(\S+) *$/i.exec(authorization)?.[1] : undefined;
  if (authorization !== undefined && bearer === undefined) return { kind: "unreadable" };
  if (apikey !== undefined && typeof apikey !== "string") return { kind: "unreadable" };
  const key = apikey?.trim() ?? bearer;
  if (key === undefined) return { kind: "none" };
  if (key === "" || key.length > maxLength || (bearer !== undefined && key !== bearer)) return { kind: "unreadable" };
  return { kind: "credential", key: new Secret(key) };
}

/**
 * SECURITY: URLs end in logs, histories and referrers; a key seen there must be taken for stolen.
 * @throws {BadInputError} the URL holds a credential
 */
export function refuseCredentialInUrl(url: string): void {
  const [path = "", search = ""] = url.split("?", 2);
  const named = [...new URLSearchParams(search).keys()].some((name) => secretNames.test(name));
  if (!named && !keyShape.test(search) && !keyShape.test(path)) return;
  throw new BadInputError(
    "a credential does not belong in a URL: revoke it, make a new one and send it as `apikey:` or `Authorization: Bearer`",
  );
}
