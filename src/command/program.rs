//! Which texts run one program and nothing else, so that no shell stays between it and its pane.

/// First words that mean something else than the program of that name, in one shell or another:
/// reserved words and built-in commands.
const NOT_PROGRAMS: &str = "\
    . alias bg bind break builtin caller case cd chdir command compgen complete compopt continue \
    coproc declare dirs disown do done echo elif else enable end esac eval exec exit export false fc \
    fg fi float for foreach function getopts hash help history if in integer jobs kill let local \
    logout mapfile newgrp nocorrect noglob popd print printf pushd pwd read readarray readonly repeat \
    return select set shift shopt source suspend test then time times trap true type typeset ulimit \
    umask unalias unset until wait while";

/// The words of `text` where no shell has anything to do but to take them apart, so that none is
/// needed: nothing to expand, and whole quotes only.
pub(super) fn words(text: &str) -> Option<Vec<String>> {
    let plain = |char: char| char.is_ascii_alphanumeric() || " \t\n_./+-,:@%='\"".contains(char);
    (is_one(text) && unquoted(text)?.chars().all(plain)).then(|| shlex::split(text))?
}

/// Whether `text` certainly does nothing but run one program, so that `sh` may become it: tmux then
/// shows that program and not `sh`, and its process is the command's. Not every `sh` does so by itself.
///
/// Only a function that the environment hands to `bash` could have the program's name and is passed over.
pub(super) fn is_one(text: &str) -> bool {
    let text = text.trim_end();
    let (first, _) = text.split_once([' ', '\t']).unwrap_or((text, ""));
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_./+-".contains(&byte);
    first.bytes().all(plain)
        && first.starts_with(|c| !"-+".contains(c))
        && !NOT_PROGRAMS.split(' ').any(|word| word == first)
        // Nothing that ends the command, redirects it, or is a script of its own.
        && unquoted(text).is_some_and(|rest| !rest.contains(|c| "\n;&|<>()`\\#".contains(c)))
}

/// `text` without what is between quotes; nothing when a quote is not closed or has something to expand.
fn unquoted(text: &str) -> Option<String> {
    let (mut outside, mut quote) = (String::new(), None);
    for char in text.chars() {
        match quote {
            Some(open) if open == char => quote = None,
            Some('"') if "$`\\".contains(char) => return None,
            Some(_) => {}
            None => {
                outside.push(char);
                quote = Some(char).filter(|char| "'\"".contains(*char));
            }
        }
    }
    quote.is_none().then_some(outside)
}

#[cfg(test)]
mod tests {
    use super::super::argv;
    use super::super::tests::output;
    use super::{is_one, words};
    use crate::workspace::Command;

    #[test]
    fn a_single_program_takes_the_place_of_its_shell() {
        for text in [
            "vim",
            "vim .",
            "vim ~/notes *.md {a,b} $HOME",
            "./bin/rails server -p 3000\n",
            "/usr/bin/env A=1 make -j4",
            "g++ -o a a.c",
            "7z x a.7z",
            "ssh host 'cd /srv; tail -f \"$LOG\" | grep \\#1'",
            "npm run \"dev: all (2)\"",
            "git log --format=%h%n",
        ] {
            assert!(is_one(text), "{text}");
        }
        for text in [
            "",
            " ",
            " vim",
            "-x",
            "+x",
            "A=1 make",
            "$EDITOR .",
            "\"vim\" .",
            "vi\"m\" .",
            "~/bin/x",
            "b*n",
            "é",
            "cd src",
            "echo",
            "echo a",
            "exit 3",
            "if true",
            "while",
            "wait",
            "time make",
            "[ -f a ]",
            "[[ a ]]",
            ". env",
            ": a",
            "! make",
            "{ make",
            "function f",
            "true",
            "a; b",
            "a && b",
            "a & b",
            "make &",
            "a | b",
            "a > b",
            "a 2>&1",
            "a < b",
            "(a)",
            "a $(b)",
            "a `b`",
            "a \"$(b)\"",
            "a \"`b`\"",
            "a \"\\\"\"",
            "a\nb",
            "a\\\nb",
            "a \\; b",
            "a # b",
            "a 'b",
            "a \"b",
            "a 'b' \"c",
            "f() { a",
            "a $((1))",
        ] {
            assert!(!is_one(text), "{text}");
        }
    }

    #[test]
    fn plain_words_need_no_shell() {
        assert_eq!(
            words("vim -c 'set  nu' \"a b\"c '' x=\t1\n").unwrap(),
            ["vim", "-c", "set  nu", "a bc", "", "x=", "1"]
        );
        assert_eq!(words("ssh host 'cd; a | b $(c)'").unwrap(), ["ssh", "host", "cd; a | b $(c)"]);
        for text in [
            "vim ~",
            "vim *",
            "vim a?",
            "vim [a]",
            "vim {a,b}",
            "vim $HOME",
            "vim \"$HOME\"",
            "cd a",
            "a; b",
            "a é",
            "",
        ] {
            assert_eq!(words(text), None, "{text}");
        }
    }

    #[test]
    fn a_program_does_the_same_in_the_place_of_its_shell() {
        for text in [
            "env printf '%s|' a \"b c\" 'd\"e' $HOME/x ~ {f,g} \"\" ''",
            "env printf '%s|' a \"b c\"d 'e\"  f' \"\" '' x=~y: g\n",
            "env printf '%s|' a \"b c\"d 'e\"  f' \"\" '' x=y:% g\n",
            "cat /nowhere/at/all",
            "/etc/passwd ~",
            "no-such-program-at-all $HOME",
            "sh -c 'kill -9 $$'",
        ] {
            let became = argv(&Command::Script(text.to_owned()), false, "");
            match words(text) {
                Some(words) => assert_eq!(became, words),
                None => assert_eq!(became, ["sh", "-c", &format!("exec {text}")]),
            }
            for sh in ["sh", "dash", "bash"] {
                let mut became = became.clone();
                let mut ran = [sh, "-c", text].map(str::to_owned).to_vec();
                if words(text).is_none() {
                    sh.clone_into(&mut became[0]);
                }
                for argv in [&mut became, &mut ran] {
                    // A home that is the same for both.
                    argv.splice(0..0, ["env", "HOME=/h"].map(str::to_owned));
                }
                // A shell that waited for a killed program says so by 128 and the signal.
                let ((became, code), (ran, expected)) = (output(&became), output(&ran));
                assert_eq!(became, ran, "{text} in {sh}");
                assert_eq!(code, expected.filter(|code| *code != 128 + 9), "{text} in {sh}");
            }
        }
    }

    #[test]
    fn no_shell_that_there_is_has_a_builtin_that_is_taken_for_a_program() {
        let bash = ["bash", "-c", "compgen -b; compgen -k"].map(str::to_owned);
        let words = output(&bash).0;
        assert!(words.lines().count() > 50, "{words}");
        let zsh = ["zsh", "-fc", "print -l ${(k)reswords} cd echo eval exec print read"].map(str::to_owned);
        let posix = "alias bg break cd command continue eval exec exit export false fc fg getopts hash jobs \
                     kill newgrp pwd read readonly return set shift times trap true type ulimit umask unalias \
                     unset wait";
        for word in words.lines().chain(output(&zsh).0.lines()).chain(posix.split(' ')) {
            assert!(!is_one(word), "{word}");
        }
    }
}
