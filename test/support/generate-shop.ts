import pg from "pg";

/** What to generate. */
export interface GeneratedShape {
  readonly tables: number;
  /** of each table, at least 4 */
  readonly columns: number;
  /** one view for so many tables, each over two tables and every second one over another view; 0 for none */
  readonly tablesPerView: number;
}

const words = ["customer", "order", "item", "price", "email", "city", "status", "note", "created", "amount"];
const types = ["bigint", "text", "numeric(12,2)", "timestamptz", "boolean", "date", "varchar(80)", "jsonb"];

/** Creates tables with keys, an index, comments and views in schema `shop_<n>`, 500 tables a schema. */
export async function generateShop(url: string, { tables, columns, tablesPerView }: GeneratedShape): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    for (let start = 0; start < tables; start += 250) {
      const statements: string[] = [];
      for (let i = start; i < Math.min(start + 250, tables); i++) statements.push(...tableSql(i, columns));
      await client.query(statements.join(";\n"));
    }
    if (tablesPerView > 0) {
      const views = Math.floor(tables / tablesPerView);
      for (let start = 0; start < views; start += 250) {
        const count = Math.min(250, views - start);
        await client.query(Array.from({ length: count }, (_, i) => viewSql(start + i, tablesPerView)).join(";\n"));
      }
    }
  } finally {
    await client.end();
  }
}

function schemaOf(table: number): string {
  return `shop_${Math.floor(table / 500)}`;
}

function tableName(table: number): string {
  return `${schemaOf(table)}.${words[table % words.length]}_${table}`;
}

function tableSql(table: number, columns: number): string[] {
  const name = tableName(table);
  const rest = Array.from({ length: columns - 2 }, (_, i) => {
    const required = i % 3 === 0 ? " not null" : "";
    return `${words[i % words.length]}_${i} ${types[i % types.length]}${required}`;
  });
  return [
    ...(table % 500 === 0 ? [`create schema ${schemaOf(table)}`] : []),
    `create table ${name} (id bigint primary key, parent_id bigint${table > 0 ? ` references ${tableName(table - 1)}` : ""}, ${rest.join(", ")})`,
    `create index on ${name} (parent_id)`,
    `comment on table ${name} is 'generated table number ${table}'`,
    `comment on column ${name}.id is 'its key'`,
  ];
}

function viewSql(view: number, tablesPerView: number): string {
  const table = view * tablesPerView;
  const left = view % 2 === 1 ? `${schemaOf(table - tablesPerView)}.view_${view - 1}` : tableName(table);
  return `create view ${schemaOf(table)}.view_${view} as
    select a.id, upper(b.order_1) as loud, count(*) as n, coalesce(b.order_1, 'none') as label
    from ${left} a join ${tableName(table + 1)} b on b.id = a.id where b.id > 10 group by a.id, b.order_1`;
}
