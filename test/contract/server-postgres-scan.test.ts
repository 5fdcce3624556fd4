import { describe } from "vitest";
import { createFreshDatabase } from "../support/fresh-database.ts";
import { postgresScanContract } from "./postgres-scan.contract.ts";

const url = process.env.TEST_POSTGRES_URL;
if (url) postgresScanContract("a PostgreSQL server", () => createFreshDatabase(url, "scan"));
else describe.skip("scan of a PostgreSQL server (set TEST_POSTGRES_URL)", () => {});
