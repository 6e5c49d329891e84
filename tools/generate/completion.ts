/** Shell completion, from the very table of commands that the command line is parsed by. */
import type { Command, Option } from "../../src/cli/command.ts";

const NOTE = "Generated from src/cli/commands.ts by `npm run generate`; do not edit.";

/** For bash(1)'s programmable completion; needs no package but bash. */
export function bashCompletion(commands: readonly Command[]): string {
  const names = [...commands.map(({ name }) => name), "--version", "--help"].join(" ");
  const values = uniqueOptions(commands)
    .filter(({ values }) => values !== undefined)
    .map(({ name, values = [] }) =>
      values === "file"
        ? `    --${name}) COMPREPLY=($(compgen -f -- "$word")); return ;;`
        : `    --${name}) COMPREPLY=($(compgen -W "${values.join(" ")}" -- "$word")); return ;;`,
    );
  const options = commands
    .filter((command) => command.options.length > 0)
    .map(
      ({ name, options }) => `    ${name}) words="${options.map((each) => `--${each.name}`).join(" ")}" ;;`,
    );
  return `# Completion of vifplugd for bash: source this file, or install it as
# /usr/share/bash-completion/completions/vifplugd.
# ${NOTE}
_vifplugd() {
  local word=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD - 1]} words=""
  case $previous in
${values.join("\n")}
  esac
  if ((COMP_CWORD == 1)); then
    COMPREPLY=($(compgen -W "${names}" -- "$word"))
    return
  fi
  case \${COMP_WORDS[1]} in
${options.join("\n")}
  esac
  if [[ $word == -* ]]; then
    COMPREPLY=($(compgen -W "$words" -- "$word"))
  else
    case \${COMP_WORDS[1]} in
      explain) COMPREPLY=($(compgen -W "$(_vifplugd_lports)" -- "$word")) ;;
      replay) COMPREPLY=($(compgen -f -- "$word")) ;;
    esac
  fi
}

# The logical ports that the running daemon knows.
_vifplugd_lports() {
  ${LPORTS}
}

complete -F _vifplugd vifplugd
`;
}

const LPORTS = `ovs-appctl --timeout=1 -t vifplugd plug/show 2>/dev/null | sed -n '1d; s/^\\([^ ][^ ]*\\) .*/\\1/p'`;

/** For zshcompsys(1). */
export function zshCompletion(commands: readonly Command[]): string {
  const described = commands.map(({ name, summary }) => `    '${name}:${quoted(summary)}'`);
  const cases = commands.map((command) => {
    const specs = [...command.options.map(optionSpec), ...positionalSpecs(command)];
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

# The logical ports that the running daemon knows.
_vifplugd_lports() {
  local -a lports=(\${(f)"$(${LPORTS})"})
  _describe 'logical port' lports
}

_vifplugd "$@"
`;
}

function optionSpec({ name, type, values }: Option): string {
  if (type === "boolean") return `--${name}`;
  const action = values === "file" ? "_files" : values === undefined ? " " : `(${values.join(" ")})`;
  return `--${name}:${name}:${action}`;
}

function positionalSpecs({ name }: Command): readonly string[] {
  if (name === "explain") return ["1:logical port:_vifplugd_lports"];
  return name === "replay" ? ["1:record:_files"] : [];
}

function quoted(text: string): string {
  return text.replaceAll("'", "'\\''").replaceAll(":", "\\:");
}

function uniqueOptions(commands: readonly Command[]): readonly Option[] {
  return [
    ...new Map(commands.flatMap(({ options }) => options.map((each) => [each.name, each] as const))).values(),
  ];
}
