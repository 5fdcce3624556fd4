// The demo's data source, in a process of its own: PostgreSQL compiled to WebAssembly behind a socket, loaded with the sample
// shop. Prints `ready PORT` and serves one connection at a time until it is told to stop.
import { readFile } from "node:fs/promises";
import { PGlite } from "@electric-sql/pglite";
import { PGLiteSocketServer } from "@electric-sql/pglite-socket";

const db = await PGlite.create();
await db.exec(await readFile(new URL("./shop.sql", import.meta.url), "utf8"));
const server = new PGLiteSocketServer({ db, host: "127.0.0.1", port: Number(process.argv[2] ?? 0) });
server.addEventListener("listening", (event) => {
  console.log(`ready ${(event as CustomEvent<{ port: number }>).detail.port}`);
});
await server.start();

async function stop(): Promise<void> {
  await server.stop();
  await db.close();
  process.exit(0);
}
process.on("SIGTERM", stop);
process.on("SIGINT", stop);
// The parent's end of the pipe closes when the demo goes, however it goes.
process.stdin.on("end", stop).resume();
