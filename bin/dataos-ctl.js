#!/usr/bin/env node
// Launcher of the CLI; works under any Node. What the program says about itself it says from generated data: a shell asks for
// completions at every press of a key, and loading the program takes longer than a person waits for that.
// WHY CommonJS (bin/package.json): docs/adr/0105-help-and-completion-load-nothing.md
const { readFileSync, writeSync } = require("node:fs");
const { isatty } = require("node:tty");

const args = process.argv.slice(2);
const own = ["help", "completion", "__complete", "--version", "-V"];
const said = own.includes(args[0]) || args.includes("--help") || args.includes("-h") ? sayFromTable(args) : undefined;
if (said === undefined) import("./launch.mjs").then(({ launch }) => launch("cli/main"));
else write(said);

function sayFromTable(words) {
  const table = JSON.parse(readFileSync(`${__dirname}/generated/commands.json`, "utf8"));
  const { answer } = require("./generated/answer.js");
  // a terminal is asked how wide it is only where there is one: that loads the stream
  return answer(table, words, isatty(1) ? process.stdout.columns || 80 : 100);
}

/** Writes without loading the stream, which takes as long as all the rest; only where it is full, through it. */
function write(text) {
  let rest = Buffer.from(text);
  try {
    while (rest.length > 0) rest = rest.subarray(writeSync(1, rest));
  } catch (error) {
    // `dataos-ctl --help | head` closes the pipe early; that is no failure
    if (error.code === "EPIPE") return;
    if (error.code !== "EAGAIN") throw error;
    process.stdout.on("error", () => {});
    process.stdout.write(rest);
  }
}
