
_rune_with_names() {
    local kind=
    case " ${words[2,CURRENT-1]} " in
        *' -f '|*' -C '|*' --file '|*' --directory '|*' --socket-name '|*' --socket-path '|*' --tmux '|*' --tmux-conf '|*' --timeout ') ;;
        *' --project '|*' -p ') kind=project ;;
        *' pane '[a-z]*' '*) kind=target ;;
        *' window '[a-z]*' '*) kind=windows ;;
        *' session '[a-z]*' '*) kind=session ;;
        *' pane '*|*' window '*|*' session '*|*' server '*) ;;
        *' restart '*|*' events '*|*' capture '*|*' wait '*|*' why '*) kind=target ;;
        *' start '*|*' stop '*|*' env '*) kind=project ;;
        *' plan '*|*' apply '*) kind=workspace ;;
        *' attach '*|*' kill '*) kind=session ;;
    esac
    if [[ -z $kind || ${words[CURRENT]} == -* ]]; then
        _rune "$@"
        return
    fi
    local -a names=("${(@f)$(rune __complete $kind 2>/dev/null)}")
    # Without any, the list has one empty name.
    names=("${(@)names:#}")
    compadd -a names
}
compdef _rune_with_names rune
# Loaded from fpath, this file is the function that is asked first.
if [ "$funcstack[1]" = "_rune" ]; then
    _rune_with_names "$@"
fi
