import pg from "pg";

const int8 = 20;
const int8Array = 1016;
const nameArray = 1003;
const textArray: number = 1009;
const asText = [1082, 1114, 1184, 1115, 1182, 1185, 1186, 1187];

/**
 * How values arrive: `int8` as number (nearest one beyond 2^53), `name[]` as array, dates, times and intervals as PostgreSQL writes
 * them; the rest as `pg` does.
 */
export const columnTypes: pg.CustomTypesConfig = {
  getTypeParser(oid: number, format?: "text" | "binary") {
    if (format === "binary") return pg.types.getTypeParser(oid, "binary");
    const parseArray = pg.types.getTypeParser(textArray, "text") as (text: string) => (string | null)[];
    if (oid === int8) return Number;
    if (oid === nameArray) return parseArray;
    if (oid === int8Array)
      return (text: string) => parseArray(text).map((item) => (item === null ? null : Number(item)));
    if (asText.includes(oid)) return (text: string) => text;
    return pg.types.getTypeParser(oid, "text");
  },
};
