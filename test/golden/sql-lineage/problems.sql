-- # ambiguous
select id from shop.orders, shop.customers
-- # no such column
select nothing, note from shop.orders
-- # no such column of a relation
select o.nothing from shop.orders o
-- # no such relation
select x.id from shop.orders o
-- # the table's own name is hidden by its alias
select orders.id from shop.orders o
-- # unknown table: its columns are taken as named
select a.x, b.note from nowhere a, shop.orders b
-- # unknown tables: a bare name could be of either
select x from nowhere, elsewhere
-- # star of an unknown table
select * from nowhere
-- # a star of an unknown table inside is no harm where the column is named
select t.x from (select * from nowhere) t
-- # column counts differ
select id, note from shop.orders union select id from shop.customers
-- # too many column names
select a from shop.customers c(a, b, c, d, e)
-- # undefined window
select sum(total) over w from shop.invoices
-- # no lineage
update shop.orders set note = 'x'
-- # two statements
select 1; select 2
-- # not SQL
select from where
