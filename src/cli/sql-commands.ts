import type { Command } from "commander";
import { oneOf, type WithContext } from "./options.ts";

/** `dataos-ctl sql …`: what SQL reads and writes, without a server. */
export function addSqlCommands(program: Command, withContext: WithContext): void {
  const sql = program.command("sql").description("read SQL: which column comes from which; needs no server");
  sql
    .command("lineage")
    .description("show which columns a statement or script makes of which, and what it reads and writes")
    .option("--dialect <dialect>", "ansi, postgres, mysql, snowflake, bigquery, tsql, spark, …", "ansi")
    .option("--schema <path>", 'JSON with the columns of tables: {"db.table": {"column": "type"}}')
    .option("-f, --file <path>", "a file, or - for standard input", "-")
    .option("--jsonl", "many: one {id, sql, dialect, schema} per line in, one {id, edges, reads, writes, problems} out")
    .addOption(oneOf("-o, --output <format>", "table, json or mermaid", ["table", "json", "mermaid"]))
    .action(
      withContext(async (context, options: never) =>
        (await import("./commands/sql-lineage.ts")).sqlLineage(context, options),
      ),
    );
}
