# Completion of vifplugd for bash: source this file, or install it as
# /usr/share/bash-completion/completions/vifplugd.
# Generated from src/cli/commands.ts by `npm run generate`; do not edit.
#
# What it offers is inserted with every special character quoted. Nothing here expands a name, so no name can run.
_vifplugd() {
  local typed before quote previous
  COMPREPLY=()
  _vifplugd_read_word || return
  previous=${COMP_WORDS[COMP_CWORD - 1]}
  if [[ $typed == --*=* && $COMP_WORDBREAKS == *=* ]]; then
    previous=${typed%%=*} typed=${typed#*=} before=""
  fi
  case $previous in
    --config) compopt -o default; return ;;
    --log-file) compopt -o default; return ;;
    --record) compopt -o default; return ;;
    --state) _vifplugd_offer trouble error conflict incompatible no-provider foreign held waiting pending plugged; return ;;
    --format) _vifplugd_offer text dot mermaid svg; return ;;
  esac
  if ((COMP_CWORD == 1)); then
    _vifplugd_offer run check plan status watch explain graph providers replay bugreport version help --version --help
    return
  fi
  case ${COMP_WORDS[1]} in
    run) if [[ $typed == -* ]]; then _vifplugd_offer --config --log-file --record --verify-every; fi ;;
    check) if [[ $typed == -* ]]; then _vifplugd_offer --config --providers; fi ;;
    plan) if [[ $typed == -* ]]; then _vifplugd_offer --json --summary --config; fi ;;
    status) if [[ $typed == -* ]]; then _vifplugd_offer --json --names --state --lport --config; fi ;;
    watch) if [[ $typed == -* ]]; then _vifplugd_offer --state --lport --config; fi ;;
    explain) if [[ $typed == -* ]]; then _vifplugd_offer --json --config; else _vifplugd_offer_lports; fi ;;
    graph) if [[ $typed == -* ]]; then _vifplugd_offer --format --config; fi ;;
    providers) if [[ $typed == -* ]]; then _vifplugd_offer --json --config --seconds --plain --lport --effects; fi ;;
    replay) if [[ $typed == -* ]]; then _vifplugd_offer --until; else compopt -o default; fi ;;
    bugreport) if [[ $typed == -* ]]; then _vifplugd_offer --config; fi ;;
    version) if [[ $typed == -* ]]; then _vifplugd_offer --json; fi ;;
    help) if [[ $typed == -* ]]; then _vifplugd_offer; fi ;;
  esac
}

# The word before the cursor: what it stands for (typed), the part of that which readline takes for another word
# (before), and the quote that it is in (quote). Fails where it holds an expansion, which is nobody's to guess.
_vifplugd_read_word() {
  local line=${COMP_LINE:0:COMP_POINT} state="" outside="" character index
  typed="" before=""
  for ((index = 0; index < ${#line}; index++)); do
    character=${line:index:1}
    case $state$character in
      \'\' | \"\") state="" before=$outside ;;
      \'?) typed+=$character ;;
      \\?) typed+=$character state="" ;;
      \"\\ | \"\$ | \"\`) return 1 ;;
      \"?) typed+=$character ;;
      \\) state=\\ ;;
      \' | \") state=$character outside=$before before=$typed ;;
      [[:space:]]) typed="" before="" ;;
      \$ | \`) return 1 ;;
      *)
        typed+=$character
        [[ $COMP_WORDBREAKS != *"$character"* ]] || before=$typed
        ;;
    esac
  done
  quote=$state
  [[ $quote != \\ ]]
}

# Offers those of its arguments that begin with what was typed, each as the shell has to read it.
_vifplugd_offer() {
  local name rest character index word
  for name; do
    [[ $name == "$typed"* && $name != *[[:cntrl:]]* ]] || continue
    rest=${name:${#before}} word=""
    if [[ $quote == \' ]]; then
      [[ $rest != *\'* ]] || continue
      word=$rest
    elif [[ $quote == \" ]]; then
      [[ $rest != *[\"\$\`\\!]* ]] || continue
      word=$rest
    else
      for ((index = 0; index < ${#rest}; index++)); do
        character=${rest:index:1}
        [[ $character == [A-Za-z0-9_./,+%-] ]] || word+=\\
        word+=$character
      done
    fi
    COMPREPLY+=("$word")
  done
}

# The logical ports that the running daemon knows.
_vifplugd_offer_lports() {
  local -a names
  mapfile -t names < <(timeout 2 vifplugd status --names 2>/dev/null)
  _vifplugd_offer "${names[@]}"
}

complete -F _vifplugd vifplugd
