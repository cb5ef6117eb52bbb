//! Quoting against what reads it: sh, dash, bash and tmux.

#![allow(clippy::disallowed_methods)] // a test runs programs
#![allow(clippy::unwrap_used)]

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use rune::quote::tmux;
use rune::template::{Variables, render_command, render_text};
use tempfile::TempDir;

const SHELLS: [&str; 3] = ["sh", "dash", "bash"];

/// The longest text given to one `-c`; Linux takes 128 KiB.
const LONGEST: usize = 100_000;

/// Texts with the words that they print. `x` is 1.
const CONTEXTS: &[(&str, &[&str])] = &[
    ("p {{v}}", &["{{v}}"]),
    ("p {{v}} {{w}}", &["{{v}}", "{{w}}"]),
    ("p {{v}}{{w}}", &["{{v}}{{w}}"]),
    ("p -- {{v}}", &["--", "{{v}}"]),
    ("p pre{{v}}post", &["pre{{v}}post"]),
    ("p --a={{v}} b={{w}}", &["--a={{v}}", "b={{w}}"]),
    ("p {{v}}=a", &["{{v}}=a"]),
    ("p a:{{v}}/{{w}},b@c%", &["a:{{v}}/{{w}},b@c%"]),
    ("HOME=h; p ~/{{v}}", &["h/{{v}}"]),
    ("p 'a {{v}} b'", &["a {{v}} b"]),
    ("p '{{v}}{{w}}'", &["{{v}}{{w}}"]),
    ("p '\\{{v}}\\'", &["\\{{v}}\\"]),
    ("p \"a {{v}} b\"", &["a {{v}} b"]),
    ("p \"{{v}}{{w}}\"", &["{{v}}{{w}}"]),
    ("p \"$x{{v}}$x\"", &["1{{v}}1"]),
    ("p \"$x{{v}}{{w}}x\"", &["1{{v}}{{w}}x"]),
    ("p \"$#{{v}}\"", &["0{{v}}"]),
    ("p \"${x}{{v}}${x}\"", &["1{{v}}1"]),
    ("p \"\\\\{{v}}\\\"\"", &["\\{{v}}\""]),
    ("p \"it's {{v}}\" '\"{{w}}'", &["it's {{v}}", "\"{{w}}"]),
    ("p $x{{v}}$x", &["1{{v}}1"]),
    ("p ${x}{{v}}\"$x\"'x'", &["1{{v}}1x"]),
    ("p \"\"{{v}}''", &["{{v}}"]),
    ("p a\\\n{{v}}\\\nb", &["a{{v}}b"]),
    ("p \\\\{{v}}\\a", &["\\{{v}}a"]),
    ("p $((1 + (2))){{v}}", &["3{{v}}"]),
    ("p \"$(echo \"$(echo ')')\")\"{{v}}", &["){{v}}"]),
    ("p `echo 'a'`{{v}}", &["a{{v}}"]),
    ("p a # don't \"`$(\np {{v}}", &["a", "{{v}}"]),
    ("p a#'b'{{v}}", &["a#b{{v}}"]),
    ("y={{v}}; p \"$y\"", &["{{v}}"]),
    ("y={{v}}:{{w}}; p \"$y\"", &["{{v}}:{{w}}"]),
    ("y='{{v}}' z=\"$x {{w}}\"; p \"$y\" \"$z\"", &["{{v}}", "1 {{w}}"]),
    ("y={{v}} z={{w}} eval 'p \"$y\" \"$z\"'", &["{{v}}", "{{w}}"]),
    ("export y={{v}}; p \"$y\"", &["{{v}}"]),
    ("for y in {{v}} {{w}}; do p \"$y\"; done", &["{{v}}", "{{w}}"]),
    ("case {{v}} in {{v}}) p a;; *) p b;; esac", &["a"]),
    ("case a in ({{v}}x|\"{{v}}\"y|a) p {{w}};; esac", &["{{w}}"]),
    ("set -- {{v}} {{w}}; p $# \"$1\" \"$2\"; set --", &["2", "{{v}}", "{{w}}"]),
    ("(p {{v}})", &["{{v}}"]),
    ("if p {{v}}; then p {{w}}; fi", &["{{v}}", "{{w}}"]),
    ("{ p {{v}};}", &["{{v}}"]),
    ("f() { p {{v}} \"$1\"; }; f {{w}}", &["{{v}}", "{{w}}"]),
    ("[ {{v}}a = {{v}}a ]&&p {{v}}||p b", &["{{v}}"]),
    ("p {{v}}>&1", &["{{v}}"]),
    ("p >&1 {{v}} 2>/dev/null", &["{{v}}"]),
    ("! p {{v}}&wait", &["{{v}}"]),
    ("p '{{ '{{' }}{{v}}}}'", &["{{ '{{' }}{{v}}}}"]),
];

/// What values break out of, and what they run when they have.
const NASTY: &[&str] = &[
    "'",
    "\"",
    "\\",
    "`",
    "$",
    "$(>canary)",
    "`>canary`",
    ";>canary;",
    "|>canary|",
    "&>canary ",
    ")>canary",
    "$x",
    "${x}",
    "$((x))",
    "a[$(>canary)]",
    "{a,b}",
    "[a]",
    "*",
    "?",
    "~",
    "~/",
    "!",
    "!x",
    "^a^b",
    "#",
    " ",
    "  ",
    "=",
    "x=2",
    "-",
    "--",
    "-n",
    "%s",
    "2",
    ">",
    "<",
    "<<E",
    "&",
    "(",
    ")",
    "{",
    "}",
    ":",
    "if",
    "esac",
    "do",
    "in",
    "\u{a0}",
    "é",
    "Á",
    "🦀",
    "\u{2028}",
    ",",
    "/",
    ".",
    "+",
    "@",
    "]]",
    "\\0",
    "\\n",
    "\\'",
];

fn value() -> impl Strategy<Value = String> {
    let part = prop_oneof![
        4 => prop::sample::select(NASTY).prop_map(str::to_owned),
        1 => any::<char>().prop_filter("control", |c| !c.is_control()).prop_map(String::from),
        1 => "[a-z]{1,3}",
    ];
    prop::collection::vec(part, 0..6).prop_map(|parts| parts.concat())
}

fn variables(v: &str, w: &str) -> Variables {
    let mut variables = Variables::new();
    variables.set("v", v);
    variables.set("w", w);
    variables
}

/// Runs a text of which nobody knows what it does, where it can do little: it finds no program but `sh`, HOME
/// is its own directory, and a test that runs as root gives the rights away first. Redirections alone can
/// empty any file that they can name.
fn run(shell: &str, directory: &Path, text: &str) -> Output {
    let shell = program(shell);
    let mut command = Command::new(&shell);
    command.args(["-c", text]).current_dir(directory).env_clear().env("PATH", directory.join("bin"));
    if rustix::process::geteuid().is_root() {
        command.uid(NOBODY).gid(NOBODY);
    }
    command
        .env("HOME", directory)
        .stdin(Stdio::null())
        .output()
        .unwrap_or_else(|error| panic!("cannot run {}: {error}", shell.display()))
}

const NOBODY: u32 = 65534;

/// Where a program is, as the user who runs the test finds it.
fn program(name: &str) -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found =
        std::env::split_paths(&path).map(|directory| directory.join(name)).find(|path| path.is_file());
    found.unwrap_or_else(|| panic!("there is no {name} on PATH; install it to run this test"))
}

/// A directory that a text may run in, with a `sh` for it.
fn playground() -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    std::fs::set_permissions(directory.path(), Permissions::from_mode(0o777)).unwrap();
    std::fs::create_dir(directory.path().join("bin")).unwrap();
    std::os::unix::fs::symlink(program("sh"), directory.path().join("bin/sh")).unwrap();
    directory
}

/// Whether a value in this directory has run.
fn ran(directory: &Path) -> bool {
    directory.join("canary").exists()
}

/// Runs all `texts` in one `shell` and says what differs from their `words`.
fn delivers(shell: &str, directory: &Path, texts: &[(String, Vec<String>)]) -> Result<(), TestCaseError> {
    let mut script = String::from("x=1; p() { printf '%s\\0' \"$@\"; }\n");
    let mut wanted = Vec::new();
    for (text, words) in texts {
        // A mark after every text, so that no missing word makes up for one too many.
        script.push_str(&format!("{text}\nprintf 'end\\0'\n"));
        wanted.extend(words.iter().map(String::as_str));
        wanted.push("end");
    }
    let output = run(shell, directory, &script);
    let printed = String::from_utf8_lossy(&output.stdout);
    let printed: Vec<&str> = printed.strip_suffix('\0').unwrap_or(&printed).split('\0').collect();
    let said = String::from_utf8_lossy(&output.stderr);
    prop_assert_eq!(printed, wanted, "{} said `{}` to:\n{}", shell, said, script);
    prop_assert_eq!(said, "", "{} on:\n{}", shell, script);
    prop_assert!(!ran(directory), "{} ran a value in:\n{}", shell, script);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_shell_delivers_every_value_as_part_of_one_word(values in prop::collection::vec(value(), 2..40)) {
        let directory = playground();
        let mut batch: Vec<(String, Vec<String>)> = Vec::new();
        let mut length = 0;
        let mut all = Vec::new();
        for pair in values.windows(2) {
            let variables = variables(&pair[0], &pair[1]);
            for (text, words) in CONTEXTS {
                let text = render_command(text, &variables)
                    .map_err(|fault| TestCaseError::fail(format!("{text}: {fault:?}")))?;
                length += text.len() + 16;
                if length > LONGEST {
                    all.push(std::mem::take(&mut batch));
                    length = text.len() + 16;
                }
                batch.push((text, words.iter().map(|word| render_text(word, &variables).unwrap()).collect()));
            }
        }
        all.push(batch);
        for (shell, texts) in SHELLS.iter().flat_map(|shell| all.iter().map(move |texts| (shell, texts))) {
            delivers(shell, directory.path(), texts)?;
        }
    }
}

/// Commands that read their words as code, and the expansions that could hide them.
const CODE: &[&str] = &["eval", "declare", "export", "let", "trap", "sh -c", "test", "unset"];
const EXPANSIONS: &[&str] = &["$", "`"];

/// Pieces of shell syntax with a placeholder here and there.
fn shell_text() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        6 => prop::sample::select(vec!["{{v}}", "\"{{v}}\"", "'{{v}}'"]),
        12 => prop::sample::select(vec![
            " ", " ", " ", "\n", ";", "&&", "|", "&", "a", "b=", "x=1 ", "echo ", ": ", "$x", "$", "\\", "\\\n", "'", "\"",
            "`", "#", " # it's\n", "~", "[", "]", "a[", "{", "}", "{a,", ",", "(", ")", "<", ">o ", "<<E\n", "\nE\n",
            "<<<", "<<", ">&", "&>o ", ">|o ", "$'", "$\"", "\\'", "\\\"", "\\`", "[[ ", " ]]", " -eq ", " == ", "16#1",
            "*", "=", "1", "!", "case ", " in ", "esac", ";;", "if ", "then ", "fi", "eval ", "declare -i ", "export ",
            "\n", "\n", "let ", "trap ", " EXIT", "sh -c ", "test -v ", "unset ", "f() ", "@(", "$[", "((", "))",
        ]),
    ]
    .prop_map(str::to_owned)
    .boxed();
    leaf.prop_recursive(5, 60, 6, |inner| {
        let pair = prop::sample::select(vec![
            ("'", "'"),
            ("\"", "\""),
            ("\"", "\""),
            ("`", "`"),
            ("$(", ")"),
            ("$(echo ", ")"),
            ("\"$(", ")\""),
            ("${x:-", "}"),
            ("\"${x:-", "}\""),
            ("${x#", "}"),
            ("$((", "))"),
            ("$(( 1 + ", "))"),
            ("((", "))"),
            ("(", ")"),
            ("{ ", ";}"),
            ("[[ ", " ]]"),
            ("$'", "'"),
            ("$\"", "\""),
            ("case a in a) ", ";; esac"),
            ("case a in (", ") : ;; esac"),
            ("if :; then ", "; fi"),
            ("<<E ", "\nE\n"),
            ("cat <<E\n", "\nE\n"),
            ("<(", ")"),
            ("# ", "\n"),
            ("\n", "\n"),
            ("echo ", "\n"),
            ("a=(", ")"),
            ("a[", "]=1"),
            ("eval ", ";"),
        ]);
        let inside = prop::collection::vec(inner, 1..6).prop_map(|parts| parts.concat());
        (pair, inside).prop_map(|((open, close), inside)| format!("{open}{inside}{close}"))
    })
}

/// The same attacks on every run, so that nobody's build fails for what somebody else wrote years ago; other
/// ones where `PROPTEST_CASES` asks for a hunt.
fn attacks() -> ProptestConfig {
    let default = ProptestConfig::default();
    let hunts = std::env::var_os("PROPTEST_CASES").is_some();
    let rng_seed = if hunts { default.rng_seed } else { RngSeed::Fixed(2026) };
    ProptestConfig { max_global_rejects: u32::MAX, failure_persistence: None, rng_seed, ..default }
}

#[test]
fn a_value_that_runs_is_seen() {
    for shell in SHELLS {
        for text in ["$(>canary)", "sh -c '>canary'", ">~/canary"] {
            let directory = playground();
            run(shell, directory.path(), text);
            assert!(ran(directory.path()), "{shell} {text}");
        }
    }
}

proptest! {
    #![proptest_config(attacks())]

    #[test]
    fn whatever_the_text_no_value_runs(
        parts in prop::collection::vec(shell_text(), 1..5),
        value in prop::sample::select(vec![
            "$(>canary)", "`>canary`", ";>canary;", "\";>canary;\"", "';>canary;'", "\n;>canary;".trim(), "a[$(>canary)]",
            "x'\"$(>canary)`>canary`;>canary;#", "$(>canary)'", "\"$(>canary)", ")>canary", "))>canary;", "};>canary;",
            "||>canary", "]];>canary;", "\\$(>canary)\\", "'\"$(>canary)\"'", "\\';>canary;\\'", ">canary",
        ]),
    ) {
        let text = parts.concat();
        prop_assume!(text.contains("{{v}}"));
        // `${x:-eval} {{v}}` is a command that only the shell knows; the reader does not claim to.
        prop_assume!(!(CODE.iter().any(|word| text.contains(word)) && EXPANSIONS.iter().any(|sign| text.contains(sign))));
        let rendered = render_command(&text, &variables(value, ""));
        prop_assume!(rendered.is_ok());
        let rendered = rendered.unwrap();
        // Every redirection goes into the playground.
        prop_assert!(!text.contains('/') && !value.contains('/'));
        let directory = playground();
        for shell in ["dash", "bash"] {
            run(shell, directory.path(), &rendered);
            prop_assert!(!ran(directory.path()), "{} ran a value in:\n{}\n{}", shell, text, rendered);
        }
    }
}

/// A tmux server of its own, gone with this value.
struct Tmux {
    binary: PathBuf,
    below_3_0: bool,
    directory: TempDir,
}

impl Tmux {
    fn new(binary: PathBuf) -> Tmux {
        let version = Command::new(&binary).arg("-V").output().unwrap().stdout;
        let version = String::from_utf8(version).unwrap();
        let tmux = Tmux {
            below_3_0: version.starts_with("tmux 2."),
            directory: tempfile::tempdir().unwrap(),
            binary,
        };
        tmux.run(&["new-session", "-d", "-s", "quote", "cat"]);
        tmux
    }

    fn run(&self, words: &[&str]) {
        let output = Command::new(&self.binary)
            .arg("-u")
            .arg("-S")
            .arg(self.directory.path().join("socket"))
            .args(["-f", "/dev/null"])
            .args(words)
            .env_remove("TMUX")
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{}: {said}", self.binary.display());
    }

    /// Gives the server each of `values` in one sourced file, and gets them back as files.
    ///
    /// Options would do too, but tmux 3.4 prints `$` in their values as `\\$`.
    fn echo(&self, values: &[String]) -> Vec<String> {
        let file = |name: String| self.directory.path().join(name).into_os_string().into_string().unwrap();
        let mut script = String::new();
        let mut save = Vec::new();
        for (number, value) in values.iter().enumerate() {
            let buffer = format!("v{number}");
            script.push_str(&format!("set-buffer -b {buffer} -- {}\n", tmux(value, self.below_3_0)));
            save.extend(["save-buffer", "-b", &buffer, &file(buffer.clone()), ";"].map(str::to_owned));
        }
        std::fs::write(file("script".to_owned()), script).unwrap();
        self.run(&["source-file", &file("script".to_owned())]);
        self.run(&save.iter().map(String::as_str).collect::<Vec<_>>());
        (0..values.len()).map(|number| std::fs::read_to_string(file(format!("v{number}"))).unwrap()).collect()
    }
}

impl Drop for Tmux {
    fn drop(&mut self) {
        self.run(&["kill-server"]);
    }
}

/// Every tmux of `RUNE_TEST_TMUX`, else the one on `PATH`.
fn tmuxes() -> Vec<Tmux> {
    let named = std::env::var_os("RUNE_TEST_TMUX").unwrap_or_else(|| "tmux".into());
    std::env::split_paths(&named).map(Tmux::new).collect()
}

#[test]
fn tmux_reads_every_word_as_it_was() {
    let value = prop_oneof![
        4 => value(),
        1 => prop::collection::vec(prop_oneof![
            prop::sample::select(vec!["\n", "\t", "\r", "~", ";", "\\;", "\"", "#{x}", "#(>canary)", "%if 1", "$HOME", "\x1b"]),
            prop::sample::select(NASTY),
        ], 1..5).prop_map(|parts| parts.concat()),
    ]
    .prop_filter("a buffer is never empty", |value| !value.is_empty());
    let tmuxes = tmuxes();
    let config = ProptestConfig { cases: 20, failure_persistence: None, ..ProptestConfig::default() };
    proptest!(config, |(values in prop::collection::vec(value, 1..40))| {
        for tmux in &tmuxes {
            prop_assert_eq!(&tmux.echo(&values), &values, "{}", tmux.binary.display());
        }
    });
}
