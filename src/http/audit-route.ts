import { Readable } from "node:stream";
import type { AuditLog } from "../heimdall/ports.ts";
import type { AddRoute } from "./access/routes.ts";

const exportLimitMs = 10 * 60_000;

/** `GET /audit/export`: every record as a JSON line, by chain and sequence, for keeping elsewhere and for verifying offline. */
export function addAuditRoute(addRoute: AddRoute, audit: AuditLog): void {
  addRoute(
    "GET /audit/export",
    (_, __, ___, reply) => reply.type("application/x-ndjson").send(Readable.from(toLines(audit))),
    { handlerTimeout: exportLimitMs },
  );
}

async function* toLines(audit: AuditLog): AsyncIterable<string> {
  for await (const record of audit.read()) yield `${JSON.stringify(record)}\n`;
}
