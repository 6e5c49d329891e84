/**
 * Completion for shells, made from the table of commands with which vifplugd parses its command line.
 *
 * Tenants choose the names of logical ports, so no shell may ever expand such a name. The names are lines that are compared with
 * the typed text, and the inserted text is quoted, character by character.
 */
import type { Command, Option } from "../../src/cli/command.ts";

const NOTE = "Generated from src/cli/commands.ts by `npm run generate`; do not edit.";

/** Prints the names of the running daemon's logical ports, a name a line. A name with unseen characters is left out. */
const LPORTS = "timeout 2 vifplugd status --names 2>/dev/null";

/** For bash(1)'s programmable completion; needs no package but bash. */
export function bashCompletion(commands: readonly Command[]): string {
  const names = [...commands.map(({ name }) => name), "--version", "--help"].join(" ");
  const values = uniqueOptions(commands).flatMap(({ name, values }) => {
    if (values === undefined) return [];
    const offer = values === "file" ? "compopt -o default" : `_vifplugd_offer ${values.join(" ")}`;
    return [`    --${name}) ${offer}; return ;;`];
  });
  const words = commands.map((command) => {
    const options = command.options.map(({ name }) => ` --${name}`).join("");
    const positional = POSITIONALS.get(command.name);
    const other = positional === undefined ? "" : ` else ${positional.bash};`;
    return `    ${command.name}) if [[ $typed == -* ]]; then _vifplugd_offer${options};${other} fi ;;`;
  });
  return `# Completion of vifplugd for bash: source this file, or install it as
# /usr/share/bash-completion/completions/vifplugd.
# ${NOTE}
#
# What it offers is inserted with every special character quoted. Nothing here expands a name, so no name can run.
_vifplugd() {
  local typed before quote previous
  COMPREPLY=()
  _vifplugd_read_word || return
  previous=\${COMP_WORDS[COMP_CWORD - 1]}
  if [[ $typed == --*=* && $COMP_WORDBREAKS == *=* ]]; then
    previous=\${typed%%=*} typed=\${typed#*=} before=""
  fi
  case $previous in
${values.join("\n")}
  esac
  if ((COMP_CWORD == 1)); then
    _vifplugd_offer ${names}
    return
  fi
  case \${COMP_WORDS[1]} in
${words.join("\n")}
  esac
}

# The word before the cursor: what it stands for (typed), the part of that which readline takes for another word
# (before), and the quote that it is in (quote). Fails where it holds an expansion, which is nobody's to guess.
_vifplugd_read_word() {
  local line=\${COMP_LINE:0:COMP_POINT} state="" outside="" character index
  typed="" before=""
  for ((index = 0; index < \${#line}; index++)); do
    character=\${line:index:1}
    case $state$character in
      \\'\\' | \\"\\") state="" before=$outside ;;
      \\'?) typed+=$character ;;
      \\\\?) typed+=$character state="" ;;
      \\"\\\\ | \\"\\$ | \\"\\\`) return 1 ;;
      \\"?) typed+=$character ;;
      \\\\) state=\\\\ ;;
      \\' | \\") state=$character outside=$before before=$typed ;;
      [[:space:]]) typed="" before="" ;;
      \\$ | \\\`) return 1 ;;
      *)
        typed+=$character
        [[ $COMP_WORDBREAKS != *"$character"* ]] || before=$typed
        ;;
    esac
  done
  quote=$state
  [[ $quote != \\\\ ]]
}

# Offers those of its arguments that begin with what was typed, each as the shell has to read it.
_vifplugd_offer() {
  local name rest character index word
  for name; do
    [[ $name == "$typed"* && $name != *[[:cntrl:]]* ]] || continue
    rest=\${name:\${#before}} word=""
    if [[ $quote == \\' ]]; then
      [[ $rest != *\\'* ]] || continue
      word=$rest
    elif [[ $quote == \\" ]]; then
      [[ $rest != *[\\"\\$\\\`\\\\!]* ]] || continue
      word=$rest
    else
      for ((index = 0; index < \${#rest}; index++)); do
        character=\${rest:index:1}
        [[ $character == [A-Za-z0-9_./,+%-] ]] || word+=\\\\
        word+=$character
      done
    fi
    COMPREPLY+=("$word")
  done
}

# The logical ports that the running daemon knows.
_vifplugd_offer_lports() {
  local -a names
  mapfile -t names < <(${LPORTS})
  _vifplugd_offer "\${names[@]}"
}

complete -F _vifplugd vifplugd
`;
}

/** The completion of arguments that are no options, by command. */
const POSITIONALS: ReadonlyMap<string, { readonly bash: string; readonly zsh: string }> = new Map([
  ["explain", { bash: "_vifplugd_offer_lports", zsh: "1:logical port:_vifplugd_lports" }],
  ["replay", { bash: "compopt -o default", zsh: "1:record:_files" }],
]);

/** For zshcompsys(1). */
export function zshCompletion(commands: readonly Command[]): string {
  const described = commands.map(({ name, summary }) => `    '${name}:${quoted(summary)}'`);
  const cases = commands.map((command) => {
    const positional = POSITIONALS.get(command.name);
    const specs = [...command.options.map(optionSpec), ...(positional === undefined ? [] : [positional.zsh])];
    return `    ${command.name}) _arguments ${specs.map((spec) => `'${spec}'`).join(" ")} ;;`;
  });
  return `#compdef vifplugd
# Completion of vifplugd for zsh: install it as _vifplugd in a folder of $fpath.
# ${NOTE}
_vifplugd() {
  local -a subcommands=(
${described.join("\n")}
  )
  if ((CURRENT == 2)); then
    _describe command subcommands
    return
  fi
  local command=$words[2]
  shift words
  ((CURRENT--))
  case $command in
${cases.join("\n")}
  esac
}

# The logical ports that the running daemon knows; compadd takes them as they are, and quotes what it inserts.
_vifplugd_lports() {
  local -a lports
  lports=("\${(@f)$(${LPORTS})}")
  compadd -- "\${(@)lports:#}"
}

_vifplugd "$@"
`;
}

function optionSpec({ name, type, values }: Option): string {
  if (type === "boolean") return `--${name}`;
  const action = values === "file" ? "_files" : values === undefined ? " " : `(${values.join(" ")})`;
  return `--${name}:${name}:${action}`;
}

function quoted(text: string): string {
  return text.replaceAll("'", "'\\''").replaceAll(":", "\\:");
}

function uniqueOptions(commands: readonly Command[]): readonly Option[] {
  return [
    ...new Map(commands.flatMap(({ options }) => options.map((each) => [each.name, each] as const))).values(),
  ];
}
