import { describe } from "vitest";
import { mainJob } from "./main-job.ts";

const postgresUrl = process.env.TEST_POSTGRES_URL;

if (postgresUrl) mainJob("on embedded stores", postgresUrl, async (dataDir) => ({ dataDir }));
else describe.skip("main job on embedded stores (set TEST_POSTGRES_URL: Pagila needs a real PostgreSQL)", () => {});
