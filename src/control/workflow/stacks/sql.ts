import { z } from "zod";
import type { Authorizer } from "../../../heimdall/ports.ts";
import { BadInputError, NotFoundError } from "../../../shared/errors.ts";
import type { Connections } from "../../connections.ts";
import { parseDurationMs } from "../../manifest/index.ts";
import type { OpenSql, StackFault, StackRunner } from "../../needs.ts";
import { TerminalError } from "../../reconcile/types.ts";
import type { ResourceStore, StoredResource } from "../../stores.ts";
import { describeCatalogDepot } from "./describe-depot.ts";
import { findStatementFault } from "./sql-statements.ts";

export interface SqlStackOptions {
  readonly resources: Pick<ResourceStore, "find">;
  readonly connections: Connections;
  readonly authorizer: Pick<Authorizer, "authorize">;
  readonly openSql: OpenSql;
}

const maxChars = 100_000;
const defaultTimeoutMs = 600_000;
const address = /^(?:dataos:\/\/)?([a-z][-a-z0-9]{0,47})(?:\?acl=rw?)?$/;
const statement = z.union([
  z.string().min(1).max(maxChars),
  z.strictObject({ name: z.string().min(1).max(100).optional(), sql: z.string().min(1).max(maxChars) }),
]);
const sqlSpec = z.strictObject({
  depot: z.string().regex(address, { message: "expected a depot: its name or `dataos://<name>`" }),
  /** `rw` takes the depot's secret with `acl: rw` */
  access: z.enum(["r", "rw"]).optional(),
  /** `all`: all statements or none; `each`: each by itself */
  transaction: z.enum(["all", "each"]).optional(),
  timeout: z
    .string()
    .refine((text) => parseDurationMs(text) !== undefined, { message: "expected a duration such as `90s` or `15m`" })
    .optional(),
  statements: z.array(statement).min(1).max(200),
});
type SqlSpec = z.infer<typeof sqlSpec>;

/**
 * `sql:1.0`: statements on a depot, one after the other, with the rows that each read or changed. Reads only, unless it asks for `rw`
 * and the depot has a secret for it. What the statements read goes nowhere: only counts do.
 */
export function createSqlStack({ resources, connections, authorizer, openSql }: SqlStackOptions): StackRunner {
  return {
    stack: "sql",
    version: "1.0",

    check(given) {
      const parsed = sqlSpec.safeParse(given ?? {});
      if (!parsed.success)
        return parsed.error.issues.map(({ path, message }) => ({ path, message: lowerFirst(message) }));
      const isWriting = parsed.data.access === "rw";
      return parsed.data.statements.flatMap((one, index): readonly StackFault[] => {
        const message = findStatementFault(sqlOf(one), isWriting);
        return message === undefined ? [] : [{ path: ["statements", index], message }];
      });
    },

    async run({ stackSpec, calls, progress, hide, assertHeld, signal }) {
      const spec = sqlSpec.parse(stackSpec);
      const isWriting = spec.access === "rw";
      const name = address.exec(spec.depot)?.[1] ?? "";
      const depot = await resources.find({ type: "depot", name, workspace: undefined });
      if (!depot || depot.phase === "Terminating") throw new NotFoundError(`there is no depot \`${name}\`; apply it`);
      for (const call of calls) {
        // SECURITY: a statement may read anything in the depot, so the depot as a whole is what is asked for
        await authorizer.authorize(call, "depot.select", describeCatalogDepot(name));
        if (isWriting) await authorizer.authorize(call, "depot.write", describeCatalogDepot(name));
      }
      const connection = await open(depot, isWriting);
      hide(connection.password);
      const statementTimeoutMs = parseDurationMs(spec.timeout ?? "") ?? defaultTimeoutMs;
      const session = await openSql(connection, { readOnly: !isWriting, statementTimeoutMs, signal });
      const isOne = spec.transaction !== "each";
      const counts: { statement: string; command: string; rows: number }[] = [];
      try {
        if (isOne) await begin();
        for (const [index, one] of spec.statements.entries()) {
          await assertHeld();
          if (!isOne && !isWriting) await begin();
          const label = typeof one === "string" ? String(index + 1) : (one.name ?? String(index + 1));
          const { command, rows } = await session.execute(sqlOf(one));
          counts.push({ statement: label, command, rows });
          progress.log.info({ statement: label, command, rows }, "done");
          if (!isOne && !isWriting) await session.execute("rollback");
        }
        await assertHeld();
        if (isOne) await session.execute(isWriting ? "commit" : "rollback");
      } finally {
        await session.close();
      }
      return { statements: counts.length, rows: counts.reduce((sum, { rows }) => sum + rows, 0), counts };

      async function begin(): Promise<void> {
        await session.execute(isWriting ? "begin" : "begin read only");
        // SECURITY: from its first query on, a transaction that only reads cannot be made one that writes
        if (!isWriting) await session.execute("select 1");
      }
    },
  };

  async function open(depot: StoredResource, isWriting: boolean) {
    try {
      return await connections.open(depot, `sql on depot ${depot.ref.name}`, isWriting ? "rw" : "r");
    } catch (error) {
      if (error instanceof TerminalError) throw new BadInputError(error.message, { cause: error });
      throw error;
    }
  }
}

function sqlOf(one: SqlSpec["statements"][number]): string {
  return typeof one === "string" ? one : one.sql;
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
