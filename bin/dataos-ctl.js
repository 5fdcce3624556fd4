#!/usr/bin/env node
// Launcher of the CLI; works under any Node.
import { launch } from "./launch.js";

await launch("cli/main");
