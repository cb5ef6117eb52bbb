
_rune_with_names() {
    local kind= word=${COMP_WORDS[COMP_CWORD]} name
    _rune "$@"
    [[ $word == -* ]] && return
    case " ${COMP_WORDS[*]:1:COMP_CWORD-1} " in
        *' -f '|*' -C '|*' --file '|*' --directory '|*' --socket-name '|*' --socket-path '|*' --tmux '|*' --tmux-conf '|*' --timeout ') ;;
        *' --project '|*' -p ') kind=project COMPREPLY=() ;;
        *' start '*|*' stop '*|*' env '*) kind=project ;;
        *' plan '*|*' apply '*) kind=workspace ;;
        *' attach '*|*' kill '*) kind=session ;;
    esac
    # Options only where one was begun.
    local -a kept=()
    for name in "${COMPREPLY[@]}"; do
        [[ -n $kind && $name == -* ]] || kept+=("$name")
    done
    # Names are data: compgen -W would run what is in them.
    [[ -z $kind ]] || while IFS= read -r name; do
        [[ $name == "$word"* ]] && kept+=("$(printf %q "$name")")
    done < <(rune __complete "$kind" 2>/dev/null)
    COMPREPLY=("${kept[@]}")
}
complete -F _rune_with_names -o nosort -o bashdefault -o default rune 2>/dev/null ||
    complete -F _rune_with_names -o bashdefault -o default rune
