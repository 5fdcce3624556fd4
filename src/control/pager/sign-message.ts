import { createHmac } from "node:crypto";
import type { Secret } from "../../shared/secret.ts";

/**
 * Headers by which a receiver knows who sent a message and that nobody changed it: HMAC-SHA256 over `id.timestamp.body`.
 * @param key `whsec_` and base64, or any text
 * @param timestamp seconds since 1970
 * @see https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md#signature-scheme
 */
export function signMessage(
  key: Secret,
  id: string,
  timestamp: number,
  body: string,
): Readonly<Record<string, string>> {
  const text = key.reveal();
  const bytes = text.startsWith("whsec_") ? Buffer.from(text.slice(6), "base64") : Buffer.from(text);
  const signature = createHmac("sha256", bytes).update(`${id}.${timestamp}.${body}`).digest("base64");
  return { "webhook-id": id, "webhook-timestamp": String(timestamp), "webhook-signature": `v1,${signature}` };
}
