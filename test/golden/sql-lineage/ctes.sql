-- # a CTE sees earlier siblings
with a as (select id, note from shop.orders), b as (select upper(note) as loud from a) select loud from b
-- # without RECURSIVE a CTE does not see itself: the name is the table
with orders as (select id from shop.orders) select id from orders
-- # a qualified name is never a CTE
with orders as (select 1 as x) select o.note from shop.orders o
-- # a CTE of the same name in an inner query hides the outer one
with a as (select note as v from shop.orders) select (with a as (select total as v from shop.invoices) select max(v) from a) as inner_v, v from a
-- # column names of a CTE
with a(key, text) as (select id, note from shop.orders) select text from a
-- # recursive: flows settle over the rounds
with recursive tree(id, path) as (
  select id, name from shop.categories where parent_id is null
  union all
  select c.id, t.path || '/' || c.name from shop.categories c join tree t on c.parent_id = t.id
) select path from tree
-- # recursive through several columns
with recursive r(a, b, c) as (
  select id, name, parent_id::text from shop.categories
  union all
  select a, c, b from r
) select b from r
-- # SEARCH and CYCLE add columns
with recursive tree(id) as (
  select id from shop.categories
  union all
  select c.id from shop.categories c join tree t on c.parent_id = t.id
) search depth first by id set ordering cycle id set is_cycle using way
select id, is_cycle, way from tree order by ordering
-- # a CTE that nothing uses is read all the same
with unused as (select total from shop.invoices) select id from shop.orders
-- # a CTE that writes is not traced
with gone as (delete from shop.orders returning id) select id from gone
