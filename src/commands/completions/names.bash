
_rune_with_names() {
    local kind=
    _rune "$@"
    [[ ${COMP_WORDS[COMP_CWORD]} == -* ]] && return
    case " ${COMP_WORDS[*]:1:COMP_CWORD-1} " in
        *' start '*|*' stop '*|*' env '*|*' test '*|*' run '*) kind=project ;;
        *' plan '*|*' apply '*) kind=workspace ;;
        *' attach '*|*' kill '*) kind=session ;;
        *) return ;;
    esac
    local IFS=$'\n'
    COMPREPLY+=($(compgen -W "$(rune __complete "$kind" 2>/dev/null)" -- "${COMP_WORDS[COMP_CWORD]}"))
}
complete -F _rune_with_names -o nosort -o bashdefault -o default rune 2>/dev/null ||
    complete -F _rune_with_names -o bashdefault -o default rune
