-- # CREATE VIEW with column names
create view shop.v(a, b) as select id, note from shop.orders
-- # CREATE MATERIALIZED VIEW
create materialized view shop.m as select upper(note) as loud from shop.orders with no data
-- # CREATE TABLE AS
create table shop.t as select id from shop.orders
-- # SELECT INTO
select id into shop.t from shop.orders
-- # INSERT … SELECT
insert into shop.invoices (id, total) select id, 0 from shop.orders
