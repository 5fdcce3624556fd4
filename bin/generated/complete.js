// Generated from src/cli/surface/complete.ts by `npm run generate`; do not edit.
"use strict";
function _export(target, all) {
    for(var name in all)Object.defineProperty(target, name, {
        enumerable: true,
        get: Object.getOwnPropertyDescriptor(all, name).get
    });
}
_export(exports, {
    get complete () {
        return complete;
    },
    get toCompletion () {
        return toCompletion;
    }
});
const _commandtablets = require("./command-table.js");
const filePlaceholders = new Set([
    "path",
    "file",
    "old",
    "new"
]);
/** Placeholders whose words are not in the table: what is stored on the server or in the user's file of contexts. */ const askedPlaceholders = new Set([
    "resource",
    "workflow",
    "workspace",
    "context",
    "user",
    "run-id",
    "depot"
]);
function complete(table, words) {
    const typed = words.at(-1) ?? "";
    const before = words.slice(0, -1);
    const at = (0, _commandtablets.walk)(table, before);
    if (at.unknown !== undefined) return nothing;
    const values = new Map(at.values);
    // what is said by its place is said as by the option of the same name
    at.arguments.forEach((value, index)=>{
        const name = at.command.arguments[index]?.name;
        if (name !== undefined) values.set(`--${name}`, [
            value
        ]);
    });
    if (at.awaited) return completeValue(table, at.awaited, typed, "", values);
    const options = (0, _commandtablets.optionsOf)(table, at.command);
    if (!at.isEnded && typed.startsWith("-")) {
        const [, flag, value] = /^(--[^=]+)=(.*)$/s.exec(typed) ?? [];
        const assigned = options.find(({ long })=>long === flag);
        if (assigned && value !== undefined) return completeValue(table, assigned, value, `${flag}=`, values);
        const open = options.filter(({ isHidden, isRepeatable, long })=>!isHidden && (isRepeatable || !isGiven(long)));
        const candidates = open.map(({ long, summary })=>({
                value: long,
                summary
            }));
        return toCompletion([
            ...candidates,
            {
                value: "--help",
                summary: "help for the command"
            }
        ], typed, "");
    }
    function isGiven(long) {
        return before.some((word)=>word === long || word.startsWith(`${long}=`));
    }
    if (at.arguments.length === 0 && at.command.commands.length > 0) {
        const shown = at.command.commands.filter(({ isHidden })=>!isHidden);
        const names = shown.map(({ name, summary })=>({
                value: name,
                summary
            }));
        const found = toCompletion(names, typed, "");
        // an alias is offered only to who has begun to type it
        const aliases = shown.flatMap((entry)=>entry.aliases.map((value)=>({
                    value,
                    summary: entry.summary
                })));
        return found.candidates.length > 0 || typed === "" ? found : toCompletion(aliases, typed, "");
    }
    const entries = at.command.arguments;
    const entry = entries[at.arguments.length] ?? (entries.at(-1)?.isVariadic ? entries.at(-1) : undefined);
    return entry ? completeValue(table, {
        ...entry,
        value: entry.name
    }, typed, "", values) : nothing;
}
const nothing = {
    prefix: "",
    candidates: [],
    files: false
};
function completeValue(table, { value: placeholder = "", choices }, typed, prefix, values) {
    if (filePlaceholders.has(placeholder)) return {
        prefix,
        candidates: [],
        files: true
    };
    if (askedPlaceholders.has(placeholder)) return {
        prefix,
        candidates: [],
        files: false,
        ask: {
            placeholder,
            typed,
            values
        }
    };
    const words = choices ?? (Object.hasOwn(table.words, placeholder) ? table.words[placeholder] : undefined) ?? [];
    return toCompletion(words.map((value)=>({
            value,
            summary: ""
        })), typed, prefix);
}
function toCompletion(candidates, typed, prefix) {
    return {
        prefix,
        candidates: candidates.filter(({ value })=>value.startsWith(typed)),
        files: false
    };
}
