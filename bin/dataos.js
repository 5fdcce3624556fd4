#!/usr/bin/env node
// Launcher of the server; works under any Node.
import("./launch.mjs").then(({ launch }) => launch("main"));
