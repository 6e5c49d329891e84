# Completion of vifplugd for bash: source this file, or install it as
# /usr/share/bash-completion/completions/vifplugd.
# Generated from src/cli/commands.ts by `npm run generate`; do not edit.
_vifplugd() {
  local word=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} words=""
  case $previous in
    --config) COMPREPLY=($(compgen -f -- "$word")); return ;;
    --record) COMPREPLY=($(compgen -f -- "$word")); return ;;
    --format) COMPREPLY=($(compgen -W "text dot mermaid svg" -- "$word")); return ;;
  esac
  if ((COMP_CWORD == 1)); then
    COMPREPLY=($(compgen -W "run check plan status watch explain graph providers replay version help --version --help" -- "$word"))
    return
  fi
  case ${COMP_WORDS[1]} in
    run) words="--config --record --verify-every" ;;
    check) words="--config" ;;
    plan) words="--json --config" ;;
    status) words="--json --config" ;;
    watch) words="--config" ;;
    explain) words="--json --config" ;;
    graph) words="--format --config" ;;
    providers) words="--json --config" ;;
    replay) words="--until" ;;
  esac
  if [[ $word == -* ]]; then
    COMPREPLY=($(compgen -W "$words" -- "$word"))
  else
    case ${COMP_WORDS[1]} in
      explain) COMPREPLY=($(compgen -W "$(_vifplugd_lports)" -- "$word")) ;;
      replay) COMPREPLY=($(compgen -f -- "$word")) ;;
    esac
  fi
}

# The logical ports that the running daemon knows.
_vifplugd_lports() {
  ovs-appctl --timeout=1 -t vifplugd plug/show 2>/dev/null | sed -n '1d; s/^\([^ ][^ ]*\) .*/\1/p'
}

complete -F _vifplugd vifplugd
