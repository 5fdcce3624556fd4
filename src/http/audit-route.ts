import { Readable } from "node:stream";
import type { AuditLog } from "../heimdall/ports.ts";
import type { AddRoute } from "./access/routes.ts";

const exportLimitMs = 10 * 60_000;

/** `GET /audit/export`: keys, signed checkpoints and every record as JSON lines, for keeping elsewhere and verifying offline. */
export function addAuditRoute(addRoute: AddRoute, audit: AuditLog): void {
  addRoute(
    "GET /audit/export",
    (_, __, ___, reply) => reply.type("application/x-ndjson").send(Readable.from(toLines(audit))),
    { handlerTimeout: exportLimitMs },
  );
}

async function* toLines(audit: AuditLog): AsyncIterable<string> {
  for await (const line of audit.export()) yield `${line}\n`;
}
