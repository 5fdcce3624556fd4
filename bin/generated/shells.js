// Generated from src/cli/surface/shells.ts by `npm run generate`; do not edit.
"use strict";
function _export(target, all) {
    for(var name in all)Object.defineProperty(target, name, {
        enumerable: true,
        get: Object.getOwnPropertyDescriptor(all, name).get
    });
}
_export(exports, {
    get completionScript () {
        return completionScript;
    },
    get readQuestion () {
        return readQuestion;
    },
    get shells () {
        return shells;
    },
    get toAnswer () {
        return toAnswer;
    }
});
const shells = [
    "bash",
    "zsh",
    "fish"
];
function readQuestion(args) {
    const [name, ...rest] = args;
    const shell = shells.find((known)=>known === name);
    if (!shell) return undefined;
    if (shell !== "bash") return {
        shell,
        words: rest,
        breaks: ""
    };
    const [breaks = "", line = ""] = rest;
    return {
        shell,
        words: splitLine(line).slice(1),
        breaks
    };
}
function toAnswer({ shell, words, breaks }, completion) {
    const { prefix, candidates, files } = completion;
    const typed = words.at(-1) ?? "";
    // WHY: bash replaces only what stands behind the last break
    const cut = shell === "bash" ? lastBreak(typed, breaks) : 0;
    const lines = candidates.map(({ value, summary })=>{
        const text = `${prefix}${value}`.slice(cut);
        return shell === "bash" || summary === "" ? text : `${text}\t${summary}`;
    });
    return [
        ...lines,
        ...files ? [
            ":files"
        ] : []
    ].map((line)=>`${line}\n`).join("");
}
function lastBreak(word, breaks) {
    let at = 0;
    for (const char of breaks.replace(/[\s"'`\\]/g, ""))at = Math.max(at, word.lastIndexOf(char) + 1);
    return at;
}
/** The words of a line as a shell reads it: quotes, backslashes; an open quote ends with the line. */ function splitLine(line) {
    const words = [];
    let word = "";
    let isOpen = false;
    for (const [, blank, escaped, single, double, plain] of line.matchAll(/(\s+)|\\(.|$)|'([^']*)(?:'|$)|"((?:[^"\\]|\\.)*)(?:"|$)|([^\s\\'"]+)/gsu)){
        if (blank !== undefined) {
            if (isOpen) words.push(word);
            word = "";
            isOpen = false;
        } else {
            word += escaped ?? single ?? double?.replace(/\\(["\\$`])/g, "$1") ?? plain ?? "";
            isOpen = true;
        }
    }
    return [
        ...words,
        word
    ];
}
function completionScript(shell, program) {
    return scripts[shell].replaceAll("PROGRAM", program).replaceAll("FUNCTION", `_${program.replaceAll("-", "_")}`);
}
const scripts = {
    bash: `# Completion of PROGRAM for bash. Switch it on with this line in ~/.bashrc:
#   source <(PROGRAM completion bash)
FUNCTION() {
  local line
  COMPREPLY=()
  while IFS= read -r line; do
    if [[ $line == ":files" ]]; then
      compopt -o filenames 2>/dev/null
      while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen -f -- "$2")
    else
      COMPREPLY+=("$(printf '%q' "$line")")
    fi
  done < <("$1" __complete bash "$COMP_WORDBREAKS" "\${COMP_LINE:0:COMP_POINT}" 2>/dev/null)
  if [[ \${#COMPREPLY[@]} -eq 1 && \${COMPREPLY[0]} == *= ]]; then compopt -o nospace 2>/dev/null; fi
}
complete -F FUNCTION PROGRAM
`,
    zsh: String.raw`#compdef PROGRAM
# Completion of PROGRAM for zsh. Switch it on with this line in ~/.zshrc, behind compinit:
#   source <(PROGRAM completion zsh)
FUNCTION() {
  local line files=0
  local -a values shown
  while IFS= read -r line; do
    if [[ $line == ":files" ]]; then
      files=1
    else
      values+=("${"$"}{line%%$'\t'*}")
      if [[ $line == *$'\t'* ]]; then shown+=("${"$"}{line/$'\t'/  -- }"); else shown+=("$line"); fi
    fi
  done < <("${"$"}{(Q)words[1]}" __complete zsh "${"$"}{(@Q)words[2,CURRENT]}" 2>/dev/null)
  (( ${"$"}{#values} )) && compadd -l -d shown -a values
  (( files )) && _files
  return 0
}
if [[ $funcstack[1] == FUNCTION ]]; then FUNCTION "$@"; else compdef FUNCTION PROGRAM; fi
`,
    fish: `# Completion of PROGRAM for fish. Switch it on once and for all:
#   PROGRAM completion fish > ~/.config/fish/completions/PROGRAM.fish
function FUNCTION
    set -l words (commandline -opc)
    set -l answer ($words[1] __complete fish $words[2..-1] (commandline -ct) 2>/dev/null)
    for line in $answer
        if test "$line" = ":files"
            __fish_complete_path (commandline -ct)
        else
            echo $line
        end
    end
end
complete -c PROGRAM -f -a '(FUNCTION)'
`
};
