// The server as the demo starts it: it also ends when the demo goes, however that goes, because then this pipe closes.
process.stdin.on("end", () => process.kill(process.pid, "SIGTERM")).resume();
await import("../src/main.ts");
