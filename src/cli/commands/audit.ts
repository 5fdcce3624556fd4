import { createReadStream, readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import type { AuditEventConnection, AuditVerification } from "../../graphql/generated/schema-types.ts";
import { errorFaces } from "../../shared/errors.ts";
import { CommandError } from "../client.ts";
import type { CommandContext } from "../command-context.ts";
import { parseOutputFormat, render } from "../output/print.ts";
import { formatTable, printable } from "../output/table.ts";
import { count, parseWord } from "../words.ts";
import { parseSince } from "./times.ts";

const outcomes = ["allow", "deny", "success", "failure"] as const;
const exitCodes = { sound: 0, tampered: 1, incomplete: 2 } as const;

export interface VerifyOptions {
  /** an export to verify without a server */
  readonly file?: string;
  /** a file that holds the public key which was noted when the log was set up */
  readonly publicKey?: string;
  readonly output: string;
}

/** Verifies the server's log, or offline an export of it; exit code 0 sound, 1 tampered, 2 incomplete. */
export async function verifyAudit(context: CommandContext, options: VerifyOptions): Promise<void> {
  const format = parseOutputFormat(options.output);
  if (options.file !== undefined) {
    const result = await verifyFile(options.file, options.publicKey);
    if (format === "table" && options.publicKey === undefined && result.checkpoints > 0)
      context.note(
        "signatures were checked with the key in the export itself; --public-key takes the one you kept elsewhere",
      );
    report(context, format, result);
    return;
  }
  const { auditVerification: result } = await context.client.query<{ auditVerification: AuditVerification }>(
    "{ auditVerification { state records chains checkpoints problem heads { chain seq hash } } }",
  );
  report(context, format, result);
}

async function verifyFile(file: string, publicKey: string | undefined): Promise<AuditVerification> {
  const { verifyAuditExport } = await import("../../heimdall/audit/index.ts");
  const input = createReadStream(file);
  // WHY: the reader of lines does not pass on the stream's failure
  await new Promise((resolve, reject) => input.once("open", resolve).once("error", reject)).catch((cause: Error) => {
    throw new CommandError(`cannot read ${file}: ${cause.message}`, errorFaces.BAD_USER_INPUT.exit);
  });
  const key = publicKey === undefined ? undefined : readKey(publicKey);
  const lines = createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY });
  const result = await verifyAuditExport(lines, key);
  const heads = [...result.heads].map(([chain, head]) => ({ chain, ...head }));
  // a log is never empty: its first record says that it was started
  if (result.records === 0 && result.state === "sound")
    return { ...result, state: "incomplete", problem: "there is no record in it", heads };
  return { ...result, problem: result.problem ?? null, heads };
}

function readKey(file: string): string {
  try {
    return readFileSync(file, "utf8").trim();
  } catch (cause) {
    throw new CommandError(`cannot read ${file}: ${(cause as Error).message}`, errorFaces.BAD_USER_INPUT.exit);
  }
}

function report(context: CommandContext, format: "table" | "yaml" | "json", result: AuditVerification): void {
  context.print(
    render(format, result, () => {
      const mark = result.state === "sound" ? context.style.good : context.style.bad;
      const heads = formatTable(
        ["CHAIN", "RECORDS", "HEAD"],
        result.heads.map(({ chain, seq, hash }) => [chain, String(seq), hash]),
      );
      const size = `${count(result.records, "record")} in ${count(result.chains, "chain")}, ${count(result.checkpoints, "signed checkpoint")}`;
      const problem = result.problem ? [printable(result.problem)] : [];
      return [`${mark(result.state)}: ${size}`, ...problem, ...(result.chains > 0 ? [heads] : [])].join("\n");
    }),
  );
  const exit = exitCodes[result.state as keyof typeof exitCodes] ?? 1;
  if (exit !== 0) throw new CommandError("", exit);
}

export interface AuditListOptions {
  readonly actor?: string;
  readonly outcome?: string;
  readonly object?: string;
  readonly since?: string;
  readonly first: number;
  readonly output: string;
}

/** Newest records first. */
export async function listAudit(context: CommandContext, options: AuditListOptions): Promise<void> {
  const format = parseOutputFormat(options.output);
  const { auditEvents } = await context.client.query<{ auditEvents: AuditEventConnection }>(
    `query Audit($filter: AuditFilter, $first: Int!) {
      auditEvents(filter: $filter, first: $first) {
        edges { node { chain seq at type actor action object outcome decisionId policyVersion rules requestId ip details prevHash hash } }
      }
    }`,
    {
      first: options.first,
      filter: {
        ...(options.actor !== undefined && { actor: options.actor }),
        ...(options.outcome !== undefined && { outcome: parseWord("outcome", options.outcome, outcomes) }),
        ...(options.object !== undefined && { object: options.object }),
        ...(options.since !== undefined && { from: parseSince(options.since, Date.now()) }),
      },
    },
  );
  const records = auditEvents.edges.map((edge) => edge.node);
  context.print(
    render(format, records, () =>
      formatTable(
        ["AT", "ACTOR", "ACTION", "OUTCOME", "OBJECT", "RULES"],
        records.map(({ at, actor, action, outcome, object, rules }) => [
          at,
          actor,
          action,
          outcome,
          object.length > 1 ? `${object[0]} and ${object.length - 1} more` : (object[0] ?? ""),
          rules.join(","),
        ]),
      ),
    ),
  );
}

/** Writes every record as a JSON line, for keeping elsewhere and for `audit verify --file`. */
export async function exportAudit(context: CommandContext): Promise<void> {
  await context.printAll(context.client.lines("/audit/export"));
}
