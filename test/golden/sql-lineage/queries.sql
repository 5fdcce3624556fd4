-- # correlated scalar subquery
select c.id, (select max(o.placed_at) from shop.orders o where o.customer_id = c.id) as last_order from shop.customers c
-- # EXISTS reads rows, not values
select c.name from shop.customers c where exists (select o.note from shop.orders o where o.customer_id = c.id)
-- # IN compares with the subquery's values
select c.name from shop.customers c where c.id in (select o.customer_id from shop.orders o where o.note is not null)
-- # a quantified comparison in the select list is made of both sides
select c.id > all (select o.customer_id from shop.orders o) as newest from shop.customers c
-- # ARRAY of a subquery gathers
select array(select o.note from shop.orders o where o.customer_id = c.id order by o.placed_at) as notes from shop.customers c
-- # LATERAL sees what is to its left
select c.name, l.note from shop.customers c, lateral (select o.note from shop.orders o where o.customer_id = c.id limit 1) l
-- # a subquery in FROM without LATERAL does not see its siblings
select l.note from shop.customers c, (select o.note from shop.orders o where o.customer_id = c.id) l
-- # a filter inside a subquery in FROM steers the outer rows
select t.note from (select note from shop.orders where placed_at > now()) t
-- # an inner alias hides the outer one
select (select o.total from shop.invoices o where o.order_id = 1) as t from shop.orders o
-- # VALUES with column names
select v.a, v.b from (values (1, 'x'), (2, 'y')) as v(a, b)
-- # VALUES made of columns
select v.a from shop.orders o, lateral (values (o.id), (o.customer_id)) as v(a)
-- # set operations go by position and take the first names
select id as key, note from shop.orders union all select order_id, total::text from shop.invoices
-- # EXCEPT: the second query only takes away
select customer_id from shop.orders except select id from shop.customers where name = 'x'
-- # INTERSECT: values of both
select customer_id from shop.orders intersect select id from shop.customers
-- # mixed set operations nest
(select id from shop.orders union select order_id from shop.invoices) except select id from shop.customers order by 1
