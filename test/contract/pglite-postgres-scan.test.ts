import { startPglite } from "../support/pglite.ts";
import { postgresScanContract } from "./postgres-scan.contract.ts";

postgresScanContract("PGlite", startPglite);
