/** What the headers of an ordinary call say. */
export interface PlainRequest {
  /** the credential that was shown */
  readonly key: string;
  /** the caller's own id of the request */
  readonly requestId: string | undefined;
  /** of the body, in bytes */
  readonly length: number;
}

/** Headers that change how a request is read or who it is from. */
const unusual: ReadonlySet<string> = new Set([
  "content-encoding",
  "dataos-correlation-id",
  "expect",
  "origin",
  "transfer-encoding",
  "upgrade",
]);
const forwarding = /^(forwarded|x-forwarded-.*|x-real-ip)$/;
const json = /^application\/json *(; *charset=utf-8 *)?$/i;
const requestIdForm = /^[A-Za-z0-9._:-]{1,128}$/;
const hostForm = /^[A-Za-z0-9.-]{1,253}(:\d{1,5})?$/;

/**
 * Reads the headers of a call that is JSON with one credential and one length.
 * @param rawHeaders names and values by turns, as `node:http` has them
 * @returns `undefined` for any other call, right or wrong
 */
export function readPlainRequest(
  rawHeaders: readonly string[],
  { trustsProxies, maxBodyBytes }: { readonly trustsProxies: boolean; readonly maxBodyBytes: number },
): PlainRequest | undefined {
  let key: string | undefined;
  let requestId: string | undefined;
  let length: number | undefined;
  let isJson = false;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = (rawHeaders[index] ?? "").toLowerCase();
    const value = rawHeaders[index + 1] ?? "";
    switch (name) {
      case "apikey":
        if (key !== undefined || value === "") return undefined;
        key = value;
        break;
      case "authorization":
        if (key !== undefined || !value.startsWith("Bearer ")) return undefined;
        key = value.slice("Bearer ".length);
        break;
      case "content-type":
        if (isJson || !(value === "application/json" || json.test(value))) return undefined;
        isJson = true;
        break;
      case "content-length":
        length = Number(value);
        break;
      case "x-request-id":
        if (requestId !== undefined || !requestIdForm.test(value)) return undefined;
        requestId = value;
        break;
      case "host":
        if (!hostForm.test(value)) return undefined;
        break;
      default:
        if (unusual.has(name) || (trustsProxies && forwarding.test(name))) return undefined;
    }
  }
  if (key === undefined || !isJson || length === undefined || !(length > 0 && length <= maxBodyBytes)) return undefined;
  return { key, requestId, length };
}
