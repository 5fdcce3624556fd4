-- # columns of both sides, the condition steers the rows
select o.id, c.name as customer from shop.orders o join shop.customers c on c.id = o.customer_id
-- # USING merges: the left side of an outer join, both of a full join
select id, a.note, b.total from (select id, note from shop.orders) a left join shop.invoices b using (id)
-- # a full join's merged column is either side
select id from shop.orders full join shop.invoices using (id)
-- # a right join's merged column is the right side
select id from shop.orders right join shop.invoices using (id)
-- # star after USING gives the merged column once, first
select * from (select note, id from shop.orders) a join (select total, id from shop.invoices) b using (id)
-- # NATURAL joins by all common names
select * from (select id, note from shop.orders) a natural join (select id, total from shop.invoices) b
-- # an alias of USING names the merged columns only
select j.id from shop.orders o join shop.invoices i using (id) as j
-- # a joined table with an alias hides what is inside
select j.note, j.total from (shop.orders o join shop.invoices i on i.order_id = o.id) as j
-- # a qualified side stays itself after USING
select i.id from shop.orders o left join shop.invoices i using (id)
-- # self join
select a.id, b.id as other from shop.orders a, shop.orders b where a.customer_id = b.customer_id
