
complete -c rune -n "__fish_seen_subcommand_from start stop env; and not __fish_seen_subcommand_from pane" -f -a "(rune __complete project 2>/dev/null)"
complete -c rune -n "__fish_seen_subcommand_from test run" -f -a "start stop"
complete -c rune -n "__fish_seen_subcommand_from plan apply" -f -a "(rune __complete workspace 2>/dev/null)"
complete -c rune -n "__fish_seen_subcommand_from plan apply" -s p -l project -x -a "(rune __complete project 2>/dev/null)"
complete -c rune -n "__fish_seen_subcommand_from attach kill" -f -a "(rune __complete session 2>/dev/null)"
complete -c rune -n "__fish_seen_subcommand_from restart events capture wait why" -f -a "(rune __complete target 2>/dev/null)"
complete -c rune -n "__fish_seen_subcommand_from pane; and __fish_seen_subcommand_from start stop" -f -a "(rune __complete target 2>/dev/null)"
