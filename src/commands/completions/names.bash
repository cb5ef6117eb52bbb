
_rune_with_names() {
    local kind= before= word=${COMP_WORDS[COMP_CWORD]} name
    _rune "$@"
    [[ $word == -* ]] && return
    case " ${COMP_WORDS[*]:1:COMP_CWORD-1} " in
        *' -f '|*' -C '|*' --file '|*' --directory '|*' --socket-name '|*' --socket-path '|*' --tmux '|*' --tmux-conf '|*' --timeout ') ;;
        *' --project '|*' -p ') kind=project COMPREPLY=() ;;
        *' pane '[a-z]*' '*) kind=target ;;
        *' window '[a-z]*' '*) kind=windows ;;
        *' session '[a-z]*' '*) kind=session ;;
        *' pane '*|*' window '*|*' session '*|*' server '*) ;;
        *' restart '*|*' events '*|*' capture '*|*' wait '*|*' why '*) kind=target ;;
        *' start '*|*' stop '*|*' env '*) kind=project ;;
        *' plan '*|*' apply '*) kind=workspace ;;
        *' attach '*|*' kill '*) kind=session ;;
    esac
    # bash takes a word apart at colons.
    if [[ $kind == @(target|windows) && $word == : ]]; then
        before=${COMP_WORDS[COMP_CWORD-1]}: word=
    elif [[ $kind == @(target|windows) && ${COMP_WORDS[COMP_CWORD-1]} == : ]]; then
        before=${COMP_WORDS[COMP_CWORD-2]}:
    fi
    # Options only where one was begun.
    local -a kept=()
    for name in "${COMPREPLY[@]}"; do
        [[ -n $kind && $name == -* ]] || kept+=("$name")
    done
    # Names are data: compgen -W would run what is in them.
    [[ -z $kind ]] || while IFS= read -r name; do
        [[ $name == "$before$word"* ]] && kept+=("$(printf %q "${name#"$before"}")")
    done < <(rune __complete "$kind" 2>/dev/null)
    COMPREPLY=("${kept[@]}")
}
complete -F _rune_with_names -o nosort -o bashdefault -o default rune 2>/dev/null ||
    complete -F _rune_with_names -o bashdefault -o default rune
