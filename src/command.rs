//! What a [`Command`] means as an argument vector.

mod program;

use crate::workspace::Command;

/// The argument vector that runs `command`, where `shell` is the user's own shell and `login` asks
/// for that one, as a login shell, instead of `sh`.
///
/// A declared argument vector never goes through a shell, and a text only where a shell has something
/// to do: a program and plain words are started as they are, without a shell between them and the pane.
pub fn argv(command: &Command, login: bool, shell: &str) -> Vec<String> {
    let run = |text: String| match login {
        true => vec![shell.to_owned(), "-lic".to_owned(), text],
        false => vec!["sh".to_owned(), "-c".to_owned(), text],
    };
    let script = |text: &str| match program::words(text) {
        Some(words) if !login => words,
        None if !login && program::is_one(text) => run(format!("exec {text}")),
        _ => run(text.to_owned()),
    };
    match command {
        Command::Shell if login => vec![shell.to_owned(), "-l".to_owned()],
        Command::Shell => vec![shell.to_owned()],
        Command::Argv(words) => words.clone(),
        Command::Script(text) => script(text),
        Command::Scripts(texts) => run(one_after_another(texts, login)),
    }
}

/// One script that shows and runs each of `texts` in the same shell, going on after a failure; it
/// ends as the last one does. Directory and variables that one sets hold for the next.
///
/// In `sh` a syntax error inside `eval` would end the shell, except through `command`, which other
/// shells would take for the name of a program.
fn one_after_another(texts: &[String], login: bool) -> String {
    let eval = if login { "eval" } else { "command eval" };
    let lines = texts.iter().map(|text| {
        let shown = quoted(&format!("$ {}", text.trim_end()));
        format!("printf '%s\\n' {shown}\n{eval} {}\n", quoted(text))
    });
    lines.collect()
}

/// `text` as one word of sh, bash, zsh or fish.
fn quoted(text: &str) -> String {
    // fish reads a backslash inside quotes, but only before a quote or another backslash.
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
#[allow(clippy::disallowed_methods)] // the shells decide what is right
mod tests {
    use super::*;

    fn scripts(texts: &[&str]) -> Command {
        Command::Scripts(texts.iter().map(|text| (*text).to_owned()).collect())
    }

    pub(super) fn output(argv: &[String]) -> (String, Option<i32>) {
        let home = tempfile::tempdir().unwrap();
        let output = std::process::Command::new(&argv[0])
            .args(&argv[1..])
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap())
            .env("HOME", home.path())
            .output()
            .unwrap();
        (String::from_utf8(output.stdout).unwrap(), output.status.code())
    }

    #[test]
    fn shapes_become_argument_vectors() {
        let script = Command::Script("a | b".to_owned());
        let words = Command::Argv(vec!["a".to_owned(), "b c".to_owned()]);
        assert_eq!(argv(&script, false, "/bin/zsh"), ["sh", "-c", "a | b"]);
        assert_eq!(argv(&script, true, "/bin/zsh"), ["/bin/zsh", "-lic", "a | b"]);
        assert_eq!(argv(&words, false, "/bin/zsh"), ["a", "b c"]);
        assert_eq!(argv(&words, true, "/bin/zsh"), ["a", "b c"]);
        assert_eq!(argv(&Command::Shell, false, "/bin/zsh"), ["/bin/zsh"]);
        assert_eq!(argv(&Command::Shell, true, "/bin/zsh"), ["/bin/zsh", "-l"]);
    }

    #[test]
    fn each_command_of_a_list_is_shown_and_run_in_the_same_shell() {
        let list =
            scripts(&["cd /usr", "x='a  b'", "if", "false", "echo \"$PWD $x\"\n", r"printf '%s\n' 'a\b'"]);
        let shown = "$ cd /usr\n$ x='a  b'\n$ if\n$ false\n$ echo \"$PWD $x\"\n/usr a  b\n$ printf '%s\\n' 'a\\b'\na\\b\n";
        for sh in ["sh", "dash", "bash"] {
            let mut argv = argv(&list, false, "");
            sh.clone_into(&mut argv[0]);
            assert_eq!(output(&argv), (shown.to_owned(), Some(0)), "{sh}");
        }
        for shell in ["bash", "zsh"] {
            assert_eq!(output(&argv(&list, true, shell)), (shown.to_owned(), Some(0)), "{shell}");
        }
        let plain = scripts(&["false", "echo 'it'\"'\"'s'; echo b"]);
        let shown = "$ false\n$ echo 'it'\"'\"'s'; echo b\nit's\nb\n";
        assert_eq!(output(&argv(&plain, true, "fish")), (shown.to_owned(), Some(0)));
    }

    #[test]
    fn a_list_ends_as_its_last_command_does() {
        assert_eq!(output(&argv(&scripts(&["true", "(exit 7)"]), false, "")).1, Some(7));
        assert_eq!(output(&argv(&scripts(&["false", "true"]), false, "")).1, Some(0));
        assert_eq!(output(&argv(&scripts(&["exit 4", "true"]), false, "")).1, Some(4));
    }
}
