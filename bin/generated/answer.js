// Generated from src/cli/surface/answer.ts by `npm run generate`; do not edit.
"use strict";
Object.defineProperty(exports, "answer", {
    enumerable: true,
    get: function() {
        return answer;
    }
});
const _commandtablets = require("./command-table.js");
const _completets = require("./complete.js");
const _helptextts = require("./help-text.js");
const _shellsts = require("./shells.js");
function answer(table, args, width) {
    const [first, second] = args;
    if (first === "__complete") return answerCompletion(table, args.slice(1));
    if (first === "completion" && args.length === 2 && second !== undefined && !second.startsWith("-")) return answerScript(table, second);
    if (args.length === 1 && (first === "--version" || first === "-V")) return `${table.version}\n`;
    const isHelp = first === "help";
    const at = (0, _commandtablets.walk)(table, isHelp ? args.slice(1) : args);
    if (!(isHelp || at.asksForHelp) || at.unknown !== undefined) return undefined;
    return (0, _helptextts.renderHelp)(table, at.path, width);
}
function answerCompletion(table, args) {
    const question = (0, _shellsts.readQuestion)(args);
    if (!question) return undefined;
    const completion = (0, _completets.complete)(table, question.words);
    return completion.ask ? undefined : (0, _shellsts.toAnswer)(question, completion);
}
function answerScript(table, name) {
    const shell = _shellsts.shells.find((known)=>known === name);
    return shell && (0, _shellsts.completionScript)(shell, table.root.name);
}
