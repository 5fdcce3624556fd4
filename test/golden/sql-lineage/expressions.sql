-- # CASE: results are values, conditions steer
select case when o.placed_at is null then c.name else o.note end as label from shop.orders o, shop.customers c
-- # CASE with an operand
select case o.customer_id when 1 then o.note else 'other' end as label from shop.orders o
-- # NULLIF keeps the first, the comparison steers
select nullif(note, '') as note from shop.orders
-- # COALESCE, GREATEST and casts are made of all operands
select coalesce(o.note, c.name) as a, greatest(o.id, c.id) as b, o.id::text as c from shop.orders o, shop.customers c
-- # aggregates with FILTER, DISTINCT and ORDER BY
select string_agg(distinct note, ',' order by note) filter (where placed_at > now()) as notes, count(*) as n, count(id) as ids from shop.orders
-- # WITHIN GROUP aggregates its order keys
select percentile_cont(0.5) within group (order by total) as median from shop.invoices
-- # an aggregate that users made
select shop.concat_all(note) as notes from shop.orders
-- # windows in place, named and built on another
select sum(total) over (partition by order_id order by id) as a, rank() over w as b, lag(total) over (w order by order_id) as c from shop.invoices window w as (partition by id)
-- # hashes and encryption mask
select md5(name) as hashed, 'x' || md5(name) || name as leaked, encode(digest(name, 'sha256'), 'hex') as hex from shop.customers
-- # GROUP BY, HAVING and ORDER BY steer
select c.name, count(o.id) as orders from shop.customers c left join shop.orders o on o.customer_id = c.id group by c.name having max(o.placed_at) > now() order by orders desc
-- # ORDER BY takes the output name first, GROUP BY the input name
select upper(name) as id from shop.customers group by id, name order by id
-- # ordinals
select note, customer_id from shop.orders group by 2, 1 order by 2
-- # DISTINCT ON
select distinct on (customer_id) note from shop.orders order by customer_id, placed_at desc
-- # grouping sets
select name, grouping(name) as g from shop.customers group by rollup (name, (id, parent))
-- # names of unnamed columns
select max(id), note::text, case when true then 1 end, array[id], row(id), coalesce(note, ''), exists (select 1), (select id), current_date, id + 1 from shop.orders
-- # JSON constructors and paths
select json_build_object('n', name) as a, json_object('id': id, 'name': name) as b, json_arrayagg(name order by id) as c, to_jsonb(c) -> 'x' as d from shop.customers c group by c.id
