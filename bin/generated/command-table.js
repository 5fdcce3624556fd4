// Generated from src/cli/surface/command-table.ts by `npm run generate`; do not edit.
/** The command line as data: enough to print its help and to complete it without loading a single command. */ "use strict";
function _export(target, all) {
    for(var name in all)Object.defineProperty(target, name, {
        enumerable: true,
        get: Object.getOwnPropertyDescriptor(all, name).get
    });
}
_export(exports, {
    get commonOptions () {
        return commonOptions;
    },
    get optionsOf () {
        return optionsOf;
    },
    get walk () {
        return walk;
    }
});
function walk(table, words) {
    const path = [];
    const values = new Map();
    let command = table.root;
    const given = [];
    let awaited;
    let isEnded = false;
    let asksForHelp = false;
    let unknown;
    const keep = (option, value)=>{
        values.set(option.long, [
            value,
            ...values.get(option.long) ?? []
        ]);
    };
    for (const word of words){
        if (awaited) {
            keep(awaited, word);
            awaited = undefined;
        } else if (!isEnded && word === "--") {
            isEnded = true;
        } else if (!isEnded && word.startsWith("-") && word !== "-") {
            if (word === "-h" || word === "--help") asksForHelp = true;
            const [flag, value] = splitOption(word);
            const option = optionsOf(table, command).find(({ short, long })=>flag === long || flag === short);
            if (option?.value !== undefined) {
                if (value === undefined) awaited = option;
                else keep(option, value);
            }
        } else {
            const inner = given.length === 0 ? findCommand(command, word) : undefined;
            if (inner) {
                command = inner;
                path.push(inner);
            } else {
                if (command.commands.length > 0 && command.arguments.length === 0) unknown ??= word;
                given.push(word);
            }
        }
    }
    return {
        path,
        command,
        arguments: given,
        values,
        isEnded,
        asksForHelp,
        ...awaited && {
            awaited
        },
        ...unknown !== undefined && {
            unknown
        }
    };
}
function optionsOf(table, command) {
    return command === table.root ? command.options : [
        ...command.options,
        ...commonOptions(table)
    ];
}
function commonOptions({ root }) {
    return root.options.filter(({ long })=>long !== "--version");
}
/** The command below `command` of this name or alias. */ function findCommand(command, word) {
    return command.commands.find(({ name, aliases })=>name === word || aliases.includes(word));
}
/** `--type=x` and `-tx` as flag and value. */ function splitOption(word) {
    if (word.startsWith("--")) {
        const at = word.indexOf("=");
        return at < 0 ? [
            word,
            undefined
        ] : [
            word.slice(0, at),
            word.slice(at + 1)
        ];
    }
    return word.length > 2 ? [
        word.slice(0, 2),
        word.slice(2)
    ] : [
        word,
        undefined
    ];
}
