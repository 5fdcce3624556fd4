-- The sample shop: two schemas, 14 tables, 6 views (three of them stacked on views), a materialized view, keys, comments and
-- columns with personal data. Everything in it is made up.

CREATE SCHEMA shop;
CREATE SCHEMA finance;
COMMENT ON SCHEMA shop IS 'What the web shop writes: customers, orders, stock';
COMMENT ON SCHEMA finance IS 'What accounting reads and writes: invoices, payments, refunds';

CREATE TABLE shop.country (
  code char(2) PRIMARY KEY,
  name text NOT NULL UNIQUE,
  currency char(3) NOT NULL DEFAULT 'EUR'
);
COMMENT ON TABLE shop.country IS 'ISO 3166 countries that we deliver to';

CREATE TABLE shop.customer (
  customer_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  first_name text NOT NULL,
  last_name text NOT NULL,
  email text NOT NULL UNIQUE,
  phone text,
  birth_date date,
  country_code char(2) NOT NULL REFERENCES shop.country (code),
  marketing_consent boolean NOT NULL DEFAULT false,
  created_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE shop.customer IS 'One row per registered person';
COMMENT ON COLUMN shop.customer.email IS 'Login name and address for receipts; personal data';
COMMENT ON COLUMN shop.customer.phone IS 'With country prefix; personal data';
COMMENT ON COLUMN shop.customer.birth_date IS 'For age checks only; personal data';

CREATE TABLE shop.address (
  address_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  customer_id integer NOT NULL REFERENCES shop.customer (customer_id) ON DELETE CASCADE,
  street text NOT NULL,
  city text NOT NULL,
  postal_code text NOT NULL,
  country_code char(2) NOT NULL REFERENCES shop.country (code)
);
COMMENT ON TABLE shop.address IS 'Delivery addresses; a customer may have several';
CREATE INDEX address_by_customer ON shop.address (customer_id);

CREATE TABLE shop.category (
  category_id integer PRIMARY KEY,
  name text NOT NULL,
  parent_id integer REFERENCES shop.category (category_id)
);

CREATE TABLE shop.supplier (
  supplier_id integer PRIMARY KEY,
  name text NOT NULL,
  contact_email text,
  iban text
);
COMMENT ON COLUMN shop.supplier.iban IS 'Bank account of the supplier';

CREATE TABLE shop.product (
  product_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  sku text NOT NULL UNIQUE,
  name text NOT NULL,
  category_id integer NOT NULL REFERENCES shop.category (category_id),
  supplier_id integer REFERENCES shop.supplier (supplier_id),
  unit_price numeric(10, 2) NOT NULL CHECK (unit_price >= 0),
  discontinued boolean NOT NULL DEFAULT false
);
COMMENT ON TABLE shop.product IS 'What we sell';
COMMENT ON COLUMN shop.product.sku IS 'Stock keeping unit, printed on the parcel';

CREATE TABLE shop.warehouse (
  warehouse_id integer PRIMARY KEY,
  city text NOT NULL,
  country_code char(2) NOT NULL REFERENCES shop.country (code)
);

CREATE TABLE shop.stock (
  warehouse_id integer NOT NULL REFERENCES shop.warehouse (warehouse_id),
  product_id integer NOT NULL REFERENCES shop.product (product_id),
  quantity integer NOT NULL DEFAULT 0,
  PRIMARY KEY (warehouse_id, product_id)
);

CREATE TABLE shop.orders (
  order_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  customer_id integer NOT NULL REFERENCES shop.customer (customer_id),
  address_id integer REFERENCES shop.address (address_id),
  status text NOT NULL DEFAULT 'new',
  region text NOT NULL DEFAULT 'EMEA',
  ordered_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE shop.orders IS 'Order headers; the lines are in order_line';
COMMENT ON COLUMN shop.orders.region IS 'Sales region: EMEA, AMER or APAC';
CREATE INDEX orders_by_customer ON shop.orders (customer_id, ordered_at DESC);

CREATE TABLE shop.order_line (
  order_id bigint NOT NULL REFERENCES shop.orders (order_id) ON DELETE CASCADE,
  line_no integer NOT NULL,
  product_id integer NOT NULL REFERENCES shop.product (product_id),
  quantity integer NOT NULL CHECK (quantity > 0),
  unit_price numeric(10, 2) NOT NULL,
  line_total numeric(12, 2) GENERATED ALWAYS AS (quantity * unit_price) STORED,
  PRIMARY KEY (order_id, line_no)
);
COMMENT ON COLUMN shop.order_line.unit_price IS 'Price at the time of the order';

CREATE TABLE finance.invoice (
  invoice_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  order_id bigint NOT NULL UNIQUE REFERENCES shop.orders (order_id),
  issued_on date NOT NULL,
  total numeric(12, 2) NOT NULL
);
COMMENT ON TABLE finance.invoice IS 'One invoice per order';

CREATE TABLE finance.payment (
  payment_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  invoice_id bigint NOT NULL REFERENCES finance.invoice (invoice_id),
  method text NOT NULL,
  card_last4 char(4),
  amount numeric(12, 2) NOT NULL,
  paid_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON COLUMN finance.payment.card_last4 IS 'Last four digits of the card; personal data';

CREATE TABLE finance.refund (
  refund_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  payment_id bigint NOT NULL REFERENCES finance.payment (payment_id),
  amount numeric(12, 2) NOT NULL,
  reason text
);

CREATE TABLE finance.exchange_rate (
  currency char(3) NOT NULL,
  valid_on date NOT NULL,
  to_eur numeric(14, 6) NOT NULL,
  PRIMARY KEY (currency, valid_on)
);

CREATE VIEW shop.customer_contact AS
  SELECT c.customer_id, c.first_name || ' ' || c.last_name AS full_name, c.email, c.phone, k.name AS country
  FROM shop.customer c JOIN shop.country k ON k.code = c.country_code;
COMMENT ON VIEW shop.customer_contact IS 'How to reach a customer';

CREATE VIEW shop.order_total AS
  SELECT o.order_id, o.customer_id, o.region, o.ordered_at, sum(l.line_total) AS total, count(*) AS lines
  FROM shop.orders o JOIN shop.order_line l USING (order_id)
  GROUP BY o.order_id, o.customer_id, o.region, o.ordered_at;
COMMENT ON VIEW shop.order_total IS 'What each order is worth';

CREATE VIEW finance.open_invoice AS
  SELECT i.invoice_id, i.order_id, i.total - coalesce(sum(p.amount), 0) AS open_amount
  FROM finance.invoice i LEFT JOIN finance.payment p ON p.invoice_id = i.invoice_id
  GROUP BY i.invoice_id, i.order_id, i.total
  HAVING i.total > coalesce(sum(p.amount), 0);
COMMENT ON VIEW finance.open_invoice IS 'Invoices that are not fully paid';

CREATE VIEW shop.customer_value AS
  SELECT cc.customer_id, cc.full_name, cc.email, t.region, sum(t.total) AS lifetime_value, max(t.ordered_at) AS last_order_at
  FROM shop.customer_contact cc JOIN shop.order_total t ON t.customer_id = cc.customer_id
  GROUP BY cc.customer_id, cc.full_name, cc.email, t.region;
COMMENT ON VIEW shop.customer_value IS 'What each customer has spent per region so far; stands on customer_contact and order_total';

CREATE VIEW finance.revenue_by_region AS
  SELECT t.region, date_trunc('month', t.ordered_at) AS month, sum(t.total) AS revenue
  FROM shop.order_total t
  GROUP BY t.region, date_trunc('month', t.ordered_at);
COMMENT ON VIEW finance.revenue_by_region IS 'Monthly revenue; stands on order_total';

CREATE VIEW finance.dunning_list AS
  WITH overdue AS (SELECT o.order_id, o.open_amount FROM finance.open_invoice o WHERE o.open_amount > 0)
  SELECT cc.full_name, cc.email, overdue.open_amount
  FROM overdue JOIN shop.orders ord ON ord.order_id = overdue.order_id
  JOIN shop.customer_contact cc ON cc.customer_id = ord.customer_id;
COMMENT ON VIEW finance.dunning_list IS 'Whom to remind; stands on open_invoice and customer_contact';

CREATE MATERIALIZED VIEW finance.daily_sales AS
  SELECT t.ordered_at::date AS day, t.region, count(*) AS orders, sum(t.total) AS sales
  FROM shop.order_total t
  GROUP BY t.ordered_at::date, t.region;
COMMENT ON MATERIALIZED VIEW finance.daily_sales IS 'Refreshed every night';
CREATE UNIQUE INDEX daily_sales_key ON finance.daily_sales (day, region);

INSERT INTO shop.country (code, name, currency) VALUES ('DE', 'Germany', 'EUR'), ('SE', 'Sweden', 'SEK'), ('US', 'United States', 'USD');
INSERT INTO shop.customer (first_name, last_name, email, phone, birth_date, country_code) VALUES
  ('Ada', 'Nord', 'ada.nord@example.com', '+46 70 000 00 01', '1984-02-11', 'SE'),
  ('Ben', 'Weiss', 'ben.weiss@example.com', '+49 151 0000002', '1991-07-30', 'DE'),
  ('Cleo', 'Hart', 'cleo.hart@example.com', NULL, '1978-12-02', 'US');
INSERT INTO shop.address (customer_id, street, city, postal_code, country_code) VALUES
  (1, 'Storgatan 1', 'Lund', '222 22', 'SE'), (2, 'Hauptweg 2', 'Ulm', '89073', 'DE'), (3, '3 Elm Road', 'Austin', '73301', 'US');
INSERT INTO shop.category (category_id, name, parent_id) VALUES (1, 'Garden', NULL), (2, 'Tools', 1);
INSERT INTO shop.supplier (supplier_id, name, contact_email, iban) VALUES (1, 'Spade and Sons', 'sales@example.org', 'DE00 0000 0000 0000 0000 00');
INSERT INTO shop.product (sku, name, category_id, supplier_id, unit_price) VALUES ('SP-1', 'Spade', 2, 1, 24.90), ('RK-1', 'Rake', 2, 1, 19.50);
INSERT INTO shop.warehouse (warehouse_id, city, country_code) VALUES (1, 'Ulm', 'DE');
INSERT INTO shop.stock (warehouse_id, product_id, quantity) VALUES (1, 1, 40), (1, 2, 12);
INSERT INTO shop.orders (customer_id, address_id, region, ordered_at) VALUES
  (1, 1, 'EMEA', '2026-01-05T10:00:00Z'), (2, 2, 'EMEA', '2026-01-06T11:00:00Z'), (3, 3, 'AMER', '2026-02-01T16:00:00Z');
INSERT INTO shop.order_line (order_id, line_no, product_id, quantity, unit_price) VALUES (1, 1, 1, 2, 24.90), (2, 1, 2, 1, 19.50), (3, 1, 1, 1, 24.90);
INSERT INTO finance.invoice (order_id, issued_on, total) VALUES (1, '2026-01-05', 49.80), (2, '2026-01-06', 19.50), (3, '2026-02-01', 24.90);
INSERT INTO finance.payment (invoice_id, method, card_last4, amount) VALUES (1, 'card', '4242', 49.80), (3, 'card', '1881', 10.00);
REFRESH MATERIALIZED VIEW finance.daily_sales;
ANALYZE;
