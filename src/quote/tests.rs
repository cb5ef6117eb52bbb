use super::*;

fn placed(before: &str, value: &str, after: &str) -> Result<String, Place> {
    place(&[Piece::Text(before), Piece::Value(value), Piece::Text(after)]).map_err(|unsafe_place| {
        assert_eq!(unsafe_place.piece, 1, "{before}…{after}");
        unsafe_place.place
    })
}

#[test]
fn a_value_takes_the_form_of_its_context() {
    for (before, value, after, line) in [
        ("cd ", "shop", "", "cd shop"),
        ("cd ", "my shop", " && make", "cd 'my shop' && make"),
        ("cd ", "", "", "cd ''"),
        ("", "if", " x", "'if' x"),
        ("echo a", "", "b", "echo a''b"),
        ("echo a", "b", "", "echo a'b'"),
        ("echo $a", "b", "", "echo $a'b'"),
        ("", "2", ">f", "'2'>f"),
        ("", "a", "=b", "'a'=b"),
        ("x=", "a b", " make", "x='a b' make"),
        ("echo '", "it's", "'", r#"echo 'it'"'"'s'"#),
        ("echo '", r"\", "'", r#"echo ''"\\"''"#),
        ("echo \"", "$a\"\\", "\"", r#"echo "\$a\"\\""#),
        ("echo \"", "`a!", "\"", r#"echo ""'`'"a"'!'"""#),
        ("echo \"$a", "b", "\"", r#"echo "$a"'b'"""#),
        ("echo \"${a}", "b", "\"", r#"echo "${a}b""#),
        ("(cd ", "a", ")", "(cd a)"),
        ("a;b\\\n", "c", "", "a;b\\\n'c'"),
    ] {
        assert_eq!(placed(before, value, after).as_deref(), Ok(line));
    }
}

#[test]
fn a_place_without_a_safe_form_is_named() {
    for (before, after, refused) in [
        ("echo `ls ", "`", Place::Backquotes),
        ("echo \"`", "`\"", Place::Backquotes),
        ("echo $(ls ", ")", Place::Substitution),
        ("echo \"$(ls '", "')\"", Place::Substitution),
        ("echo ${a:-", "}", Place::Parameter),
        ("echo $((1 + ", "))", Place::Arithmetic),
        ("((x = ", "))", Place::Arithmetic),
        ("echo $[", "]", Place::Arithmetic),
        ("echo $'", "'", Place::DollarQuotes),
        ("echo $\"", "\"", Place::DollarQuotes),
        ("cat <<EOF\n", "\nEOF\n", Place::HereDocument),
        ("cat <<EOF\na\nEOF\necho ", "", Place::HereDocument),
        ("make # for ", "", Place::Comment),
        ("echo \\", "", Place::Backslash),
        ("echo \"\\", "\"", Place::Backslash),
        ("echo $", "", Place::Dollar),
        ("echo \"$", "\"", Place::Dollar),
        ("echo $\\\n", "", Place::Dollar),
        ("echo ~", "", Place::Tilde),
        ("x=a:~b", "", Place::Tilde),
        ("a[", "]=1", Place::Bracket),
        ("a[\"", "\"]=1", Place::Bracket),
        ("a[ ", " ]=1", Place::Lost),
        ("echo {a,", "}", Place::Brace),
        ("echo ", "{a,b}", Place::Brace),
        ("[[ ", " -eq 1 ]]", Place::Test),
        ("[[ a == \"", "\" ]]", Place::Test),
        ("echo >&", "", Place::Descriptor),
        ("", "() { :; }", Place::Function),
        ("echo \"$(case a in a) echo \"", "\";; esac)\"", Place::Lost),
        ("echo \"$(: # \"\n)", "\"", Place::Lost),
        ("echo \"$((1 # ' ))", "\"", Place::Lost),
        ("eval ", "", Place::Code("eval")),
        ("X=1 command eval \"", "\"", Place::Code("eval")),
        ("if a; then eval ", "; fi", Place::Code("eval")),
        ("sh -c '", "'", Place::Code("sh -c")),
        ("sudo -u x /bin/bash -lc \"a ", "\"", Place::Code("sh -c")),
        ("$SHELL -lic -- ", "", Place::Code("sh -c")),
        ("trap 'rm ", "' EXIT", Place::Code("trap")),
        ("for ", " in a; do :; done", Place::Code("for")),
        ("declare ", "", Place::Code("declare")),
        ("declare -i n=", "", Place::Code("declare")),
        ("a=(b&", "", Place::Lost),
        ("a[b=(", ")]=1", Place::Lost),
        ("a[1]=(", ")", Place::Lost),
        ("echo \"$((1 ' ))", "\"", Place::Lost),
        ("a=((b", "))", Place::Lost),
        ("echo @(", ")", Place::Lost),
        ("eval a=(b)", "", Place::Code("eval")),
        ("eval a=(b ", ")", Place::Code("eval")),
        ("a[b=c]=1 eval ", "", Place::Code("eval")),
        ("eval <(a)", "", Place::Code("eval")),
        ("eval <(a) ", "", Place::Code("eval")),
        ("diff <(a ", ")", Place::Substitution),
        ("\"$${x:-\"", "\"}\"", Place::Lost),
        ("echo 'it is ", "", Place::Unclosed),
        ("echo \"", "", Place::Unclosed),
        ("eval &>f ", "", Place::Lost),
        ("eval >|f ", "", Place::Code("eval")),
        ("[ -v ", " ]", Place::Code("test -v")),
    ] {
        assert_eq!(placed(before, "v", after), Err(refused), "{before}…{after}");
    }
}

#[test]
fn a_place_after_something_that_has_ended_is_good_again() {
    for before in [
        "echo `ls` ",
        "echo \"`ls \\`a\\` \"`\" ",
        "echo $(ls \"$(a 'b)')\" (c)) ",
        "echo $((1 + (2 * 16#ff))) ",
        "((x = 1)) && echo ",
        "echo ${a:-b} ${#a[@]} $a $$ $1 ",
        "# don't\necho ",
        "echo a#b ",
        "[[ a == b ]] && echo ",
        "echo ~/",
        "eval a; echo ",
        "sh -c 'cd \"$1\"' sh ",
        "bash -c true; echo ",
        "for i in ",
        "export A=",
        "read -p ",
        "echo >",
        "echo a &>",
        "echo a &>b; echo ",
        "echo 2>&1 >",
        "cat <<<",
        "diff <(a) >(b) ",
        "echo \"pid $$\" ",
        "a[1]=",
        "a=(",
        "a+=(b) c=",
        "a=(b 'c' $d) ; echo ",
        "f() { ",
        "case a in ",
        "echo [a-z]",
        "echo { ",
    ] {
        assert!(placed(before, "v", "").is_ok(), "{before}: {:?}", placed(before, "v", ""));
    }
}

#[test]
fn control_characters_are_no_text() {
    for c in ['\0', '\n', '\x1b', '\x7f'] {
        assert_eq!(placed("echo ", &c.to_string(), ""), Err(Place::Control));
    }
}

#[test]
fn a_hostile_text_ends_soon_and_leaves_the_stack_alone() {
    let many = "$(\"${".repeat(100_000);
    assert_eq!(placed(&many, "v", ""), Err(Place::Lost));
    let pieces: Vec<Piece<'_>> =
        std::iter::repeat_n([Piece::Text("\\\n "), Piece::Value("v")], 100_000).flatten().collect();
    assert!(place(&pieces).is_ok());
}

#[test]
fn a_list_of_words_is_one_line() {
    assert_eq!(argv(&["vim", "my file", "", "a'b", "do"]), r#"vim 'my file' '' "a'b" 'do'"#);
    assert_eq!(argv::<&str>(&[]), "");
}

#[test]
fn a_word_for_tmux_is_in_double_quotes() {
    for (value, old, new) in [
        ("", r#""""#, r#""""#),
        ("a b", r#""a b""#, r#""a b""#),
        ("~/$x\"\\", r#""\~/\$x\"\\""#, r#""\~/\$x\"\\""#),
        ("a\n\t\r", r#""a\n\t\r""#, r#""a\n\t\r""#),
        ("a;b;", r#""a;b\\;""#, r#""a;b;""#),
        ("#{x}'é", r##""#{x}'é""##, r##""#{x}'é""##),
    ] {
        assert_eq!(tmux(value, true), old);
        assert_eq!(tmux(value, false), new);
    }
}
