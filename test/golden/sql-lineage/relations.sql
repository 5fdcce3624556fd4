-- # star and table star
select o.*, c.name from shop.orders o, shop.customers c
-- # whole row by its name
select row_to_json(c) as doc, c as row from shop.customers c
-- # whole row written out
select (c.*)::text as text from shop.customers c
-- # a field of a whole row
select (c).name, (c.*).id from shop.customers c
-- # a column hides the relation of its name
select name from (select note as name from shop.orders) name
-- # unnest of arrays side by side, with a counter
select u.t, u.n, u.place from shop.tagged g, unnest(g.tags, g.numbers) with ordinality u(t, n, place)
-- # unnest of one array
select t.tag from shop.tagged g, unnest(g.tags) t(tag)
-- # table functions with and without column names
select s.day, e.key, e.value, f.anything from shop.tagged g, generate_series(1, g.id) s(day), jsonb_each(g.doc) e, shop.explode(g.tags) f
-- # a column definition list
select r.a from shop.tagged g, jsonb_to_record(g.doc) as r(a int, b text)
-- # XMLTABLE and JSON_TABLE
select x.n, j.m from shop.tagged g, xmltable('/r' passing g.xml columns n int path 'n') x, json_table(g.doc, '$' columns (m text path '$.m', nested '$.k[*]' columns (k int path '$'))) j
-- # ROWS FROM
select a, b from shop.tagged g, rows from (unnest(g.tags), generate_series(1, g.id)) as r(a, b)
-- # TABLESAMPLE reads the same columns
select id from shop.orders tablesample system (10)
-- # column aliases of a table
select x.first, x.customer_id from shop.orders as x(first)
-- # quoted identifiers keep their case, others are folded
select "Id", ID as folded from shop."Mixed"
-- # schema-qualified columns
select shop.orders.note from shop.orders
-- # the search path finds the first
select * from audit_log
-- # system columns and functions without arguments have no source
select ctid, tableoid, now() as t from shop.orders
-- # Unicode before the place
select 'ä€𝄞' as x, note as "größe" from shop.orders
