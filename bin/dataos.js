#!/usr/bin/env node
// Launcher of the server; works under any Node.
import { launch } from "./launch.js";

await launch("main");
