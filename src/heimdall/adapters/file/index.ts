export { createCheckpointFile } from "./checkpoint-file.ts";
