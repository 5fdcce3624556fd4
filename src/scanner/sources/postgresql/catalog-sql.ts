/**
 * All catalog queries. Each reads PostgreSQL 12 and later and names everything with its schema. `$1` is an array of schema oids.
 * WHY: writing out an expression (default, partition bound, index) takes a share lock on its table for that moment, in the
 * newer minor versions; somebody's ALTER TABLE makes us wait there.
 */

/** `r` table, `p` partitioned, `v` view, `m` materialized view, `f` foreign table */
const relationKinds = "('r', 'p', 'v', 'm', 'f')";

const text = (expression: string, cap: number): string => `pg_catalog.left(${expression}, ${cap})`;
const comment = (alias: string): string => `${text(`${alias}.description`, 65_537)} as comment`;

/** Session settings. SECURITY: an empty search path makes names in deparsed SQL qualified and ours unambiguous. */
export const sessionSql = `select
  pg_catalog.set_config('search_path', '', false),
  pg_catalog.set_config('default_transaction_read_only', 'on', false),
  pg_catalog.set_config('idle_in_transaction_session_timeout', $1, false),
  pg_catalog.set_config('lock_timeout', $2, false),
  pg_catalog.set_config('jit', 'off', false),
  pg_catalog.set_config('extra_float_digits', '1', false)`;

/** For the transaction only. */
export const lockTimeoutSql = "select pg_catalog.set_config('lock_timeout', $1, true)";

export const databaseSql = `select
  pg_catalog.current_setting('server_version_num')::int4 as version_number,
  pg_catalog.current_setting('server_version') as version,
  d.oid, d.datname::text as name, pg_catalog.pg_get_userbyid(d.datdba)::text as owner,
  ${text("pg_catalog.shobj_description(d.oid, 'pg_database')", 65_537)} as comment
from pg_catalog.pg_database d where d.datname = pg_catalog.current_database()`;

/** Some hosters forbid it. */
export const systemIdentifierSql =
  "select system_identifier::text as system_identifier from pg_catalog.pg_control_system()";

export const schemasSql = `select n.oid, n.nspname::text as name, pg_catalog.pg_get_userbyid(n.nspowner)::text as owner, ${comment("d")}
from pg_catalog.pg_namespace n
left join pg_catalog.pg_description d
  on d.objoid = n.oid and d.classoid = 'pg_catalog.pg_namespace'::pg_catalog.regclass and d.objsubid = 0
where n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
order by n.nspname`;

/** Takes a share lock on what each view reads while it runs, which is why it is a transaction of its own. */
export const viewDefinitionsSql = `select c.oid, pg_catalog.pg_get_viewdef(c.oid) as definition
from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('v', 'm') and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'`;

/** Takes a share lock on one table after the other. */
export const sizesSql = `select c.oid, pg_catalog.pg_total_relation_size(c.oid) as size_bytes
from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'm') and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'`;

export const relationsSql = `select
  c.oid, n.nspname::text as schema, c.relname::text as name, c.relkind::text as kind, c.relispartition as is_partition,
  c.reltuples::float8 as row_estimate, pg_catalog.pg_get_userbyid(c.relowner)::text as owner, ${comment("d")},
  pn.nspname::text as parent_schema, pc.relname::text as parent_name,
  case when c.relkind = 'p' then ${text("pg_catalog.pg_get_partkeydef(c.oid)", 16_385)} end as partition_key,
  case when c.relispartition then ${text("pg_catalog.pg_get_expr(c.relpartbound, c.oid)", 16_385)} end as partition_bound
from pg_catalog.pg_class c
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
left join pg_catalog.pg_inherits i on i.inhrelid = c.oid and c.relispartition
left join pg_catalog.pg_class pc on pc.oid = i.inhparent
left join pg_catalog.pg_namespace pn on pn.oid = pc.relnamespace
left join pg_catalog.pg_description d
  on d.objoid = c.oid and d.classoid = 'pg_catalog.pg_class'::pg_catalog.regclass and d.objsubid = 0
where c.relkind in ${relationKinds} and c.relnamespace = any($1::pg_catalog.oid[])
order by c.oid`;

export const columnsSql = `select
  a.attrelid as relation, a.attnum::int4 as position, a.attname::text as name,
  ${text("pg_catalog.format_type(a.atttypid, a.atttypmod)", 16_385)} as data_type, not a.attnotnull as nullable,
  a.attidentity::text as identity, a.attgenerated::text as generated,
  ${text("pg_catalog.pg_get_expr(ad.adbin, ad.adrelid)", 16_385)} as expression, ${comment("d")}
from pg_catalog.pg_attribute a
join pg_catalog.pg_class c on c.oid = a.attrelid
left join pg_catalog.pg_attrdef ad on ad.adrelid = a.attrelid and ad.adnum = a.attnum
left join pg_catalog.pg_description d
  on d.objoid = a.attrelid and d.classoid = 'pg_catalog.pg_class'::pg_catalog.regclass and d.objsubid = a.attnum
where c.relkind in ${relationKinds} and c.relnamespace = any($1::pg_catalog.oid[])
  and a.attnum > 0 and not a.attisdropped
order by a.attrelid, a.attnum`;

const attributeNames = (relation: string, numbers: string): string => `array(
    select a.attname::text from pg_catalog.unnest(${numbers}) with ordinality k(num, place)
    join pg_catalog.pg_attribute a on a.attrelid = ${relation} and a.attnum = k.num order by k.place)`;

export const constraintsSql = `select
  c.conrelid as relation, c.conname::text as name, c.contype::text as type,
  ${attributeNames("c.conrelid", "c.conkey")} as columns,
  fn.nspname::text as foreign_schema, fc.relname::text as foreign_name,
  ${attributeNames("c.confrelid", "c.confkey")} as foreign_columns,
  case when c.contype = 'c' then ${text("pg_catalog.pg_get_constraintdef(c.oid)", 16_385)} end as definition
from pg_catalog.pg_constraint c
join pg_catalog.pg_class r on r.oid = c.conrelid
left join pg_catalog.pg_class fc on fc.oid = c.confrelid
left join pg_catalog.pg_namespace fn on fn.oid = fc.relnamespace
where c.contype in ('p', 'f', 'u', 'c') and r.relkind in ${relationKinds} and r.relnamespace = any($1::pg_catalog.oid[])
order by c.conrelid, c.conname`;

export const indexesSql = `select
  i.indrelid as relation, ic.relname::text as name, i.indisunique as is_unique, am.amname::text as method,
  array(
    select case when i.indkey[k - 1] = 0 then ${text("pg_catalog.pg_get_indexdef(i.indexrelid, k, false)", 16_385)} else
      (select a.attname::text from pg_catalog.pg_attribute a where a.attrelid = i.indrelid and a.attnum = i.indkey[k - 1]) end
    from pg_catalog.generate_series(1, i.indnkeyatts::int4) k order by k) as columns,
  ${text("pg_catalog.pg_get_expr(i.indpred, i.indrelid)", 16_385)} as predicate
from pg_catalog.pg_index i
join pg_catalog.pg_class r on r.oid = i.indrelid
join pg_catalog.pg_class ic on ic.oid = i.indexrelid
join pg_catalog.pg_am am on am.oid = ic.relam
where r.relkind in ${relationKinds} and r.relnamespace = any($1::pg_catalog.oid[])
order by i.indrelid, ic.relname`;

/** What the rewrite rules of views name; names of columns and of relations as a whole (column 0). */
export const viewDependenciesSql = `select distinct r.ev_class as view, d.refobjid as relation, d.refobjsubid as position
from pg_catalog.pg_depend d
join pg_catalog.pg_rewrite r on r.oid = d.objid
join pg_catalog.pg_class v on v.oid = r.ev_class
where d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass and d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
  and d.deptype = 'n' and d.refobjid <> r.ev_class and v.relkind in ('v', 'm') and v.relnamespace = any($1::pg_catalog.oid[])
order by 1, 2, 3`;

/** Every relation that any view in `$1` names, wherever it is. */
export const referencedRelationsSql = `select c.oid, n.nspname::text as schema, c.relname::text as name,
  array(select a.attname::text from pg_catalog.pg_attribute a
    where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped order by a.attnum) as columns,
  array(select a.attnum::int4 from pg_catalog.pg_attribute a
    where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped order by a.attnum) as positions
from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where c.oid in (
  select d.refobjid from pg_catalog.pg_depend d
  join pg_catalog.pg_rewrite r on r.oid = d.objid
  join pg_catalog.pg_class v on v.oid = r.ev_class
  where d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass and d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
    and d.deptype = 'n' and v.relkind in ('v', 'm') and v.relnamespace = any($1::pg_catalog.oid[]))
order by c.oid`;

export const aggregatesSql = `select n.nspname::text as schema, p.proname::text as name
from pg_catalog.pg_proc p join pg_catalog.pg_namespace n on n.oid = p.pronamespace
where p.prokind = 'a' and n.nspname not in ('pg_catalog', 'information_schema')
order by 1, 2`;
