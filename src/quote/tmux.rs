//! Quoting of one word for tmux's own parser.

/// `value` as one word for tmux's command parser, in a sourced file as well as in control mode.
///
/// Double quotes with `"`, `\`, `$`, newline, tab, carriage return and a leading `~` escaped are read alike by every
/// tmux from 2.6; every other character stands as it is (a NUL cannot stand in any command). Before 3.0 tmux
/// looks for a separator at the end of an argument even within quotes: `below_3_0` escapes that `;`.
pub fn tmux(value: &str, below_3_0: bool) -> String {
    let mut quoted = String::with_capacity(value.len() + 2);
    quoted.push('"');
    for (at, c) in value.char_indices() {
        match c {
            '"' | '\\' | '$' => quoted.extend(['\\', c]),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            '\r' => quoted.push_str("\\r"),
            '~' if at == 0 => quoted.push_str("\\~"),
            ';' if below_3_0 && at + 1 == value.len() => quoted.push_str("\\\\;"),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}
