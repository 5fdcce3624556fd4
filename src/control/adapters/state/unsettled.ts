import { type SqlBool, sql } from "kysely";

/**
 * What the loop has not brought to its newest generation, or not yet to its end.
 * WHY: literal, as an index has it word by word; with values beside the statement the index would not be used
 */
export const unsettled = sql<SqlBool>`gone = '' and (generation <> observed_generation or phase = 'Terminating')`;
