
_rune_with_names() {
    local kind= only=
    case " ${words[2,CURRENT-1]} " in
        *' --project '|*' -p ') kind=project only=1 ;;
        *' start '*|*' stop '*|*' env '*|*' test '*|*' run '*) kind=project ;;
        *' plan '*|*' apply '*) kind=workspace ;;
        *' attach '*|*' kill '*) kind=session ;;
    esac
    if [[ -n $kind && ${words[CURRENT]} != -* ]]; then
        local -a names=("${(@f)$(rune __complete $kind 2>/dev/null)}")
        # Without any, the list has one empty name.
        names=("${(@)names:#}")
        compadd -a names
        [[ -n $only ]] && return
    fi
    _rune "$@"
}
if [ "$funcstack[1]" = "_rune" ]; then
    _rune_with_names "$@"
else
    compdef _rune_with_names rune
fi
