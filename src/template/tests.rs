use proptest::prelude::*;

use super::*;

fn variables() -> Variables {
    let mut variables = Variables::new();
    variables.set_known("Project", "my shop");
    variables.set_known("Branch", "main");
    variables.set("port", "8080");
    variables.set("empty", "");
    variables
}

#[test]
fn placeholders_without_end_are_refused() {
    let fault = render_command(&"{{ x }} ".repeat(1001), &Variables::new()).unwrap_err();
    assert_eq!(
        (fault.range.start, fault.message.as_str()),
        (8000, "more than 1000 placeholders in one text")
    );
}

#[test]
fn values_are_inserted() {
    for (text, rendered) in [
        ("dev-{{.Project}}", "dev-my shop"),
        ("{{ Project }}{{project}}", "my shopmy shop"),
        ("{{ .Branch }}:{{port}}", "main:8080"),
        ("a  {{- .Branch -}}  b", "amainb"),
        ("a {{-Branch-}} b", "amainb"),
        ("{{\n  Branch\n}}", "main"),
        ("[{{ empty }}]", "[]"),
        ("{{ '{{' }}.Names}}", "{{.Names}}"),
        ("{{ \"{{\" }}", "{{"),
        ("{{ 'it is }} here' }}", "it is }} here"),
        ("{{Branch}}}", "main}"),
    ] {
        assert_eq!(render_text(text, &variables()).as_deref(), Ok(rendered), "{text}");
    }
}

#[test]
fn everything_that_is_no_placeholder_passes() {
    for text in [
        "",
        "echo ${#arr[@]} {% if x %} {# no comment #}",
        "a\u{0}b\u{1}\u{2}c\u{2}\u{1}\u{3}\x1b[0m\r\n\t",
        "} }} { % #} -}}",
        "größe 🦀",
    ] {
        assert_eq!(render_text(text, &variables()).as_deref(), Ok(text));
        assert_eq!(render_command(text, &variables()).as_deref(), Ok(text));
        if !text.contains(RESERVED) {
            let with_value = format!("{text}{{{{Branch}}}}{text}");
            assert_eq!(render_text(&with_value, &variables()), Ok(format!("{text}main{text}")));
        }
    }
}

#[test]
fn a_fault_has_its_place_and_what_to_write() {
    let names = "there is `Branch`, `Project`, `empty` and `port`";
    for (text, marked, message, help) in [
        (
            "echo {{ Projct }}",
            "Projct",
            "there is no variable `Projct`",
            format!("did you mean `Project`? {names}"),
        ),
        (
            "größe {{Names}}",
            "Names",
            "there is no variable `Names`",
            format!("{names}; a value of your own is given as `Names=VALUE` after `rune start`"),
        ),
        (
            "docker ps --format '{{.Names}}'",
            "Names",
            "there is no variable `Names`",
            format!("{names}; to pass `{{{{.Names}}}}` on as it stands, write `{{{{ '{{{{' }}}}.Names}}}}`"),
        ),
        (
            "x {{json .State}} y",
            "{{json .State}}",
            "`{{json .State}}` is neither one variable nor one string",
            "write `{{ Project }}` for a value; to pass it on as it stands, write `{{ '{{' }}json .State}}`"
                .to_owned(),
        ),
        (
            "awk '{{print}'",
            "{{",
            "`{{` has no `}}`",
            "to write two braces themselves, write `{{ '{{' }}`".to_owned(),
        ),
    ] {
        let fault = render_text(text, &variables()).unwrap_err();
        assert_eq!(&text[fault.range], marked, "{text}");
        assert_eq!(fault.message, message);
        assert_eq!(fault.help, Some(help));
    }
}

#[test]
fn what_the_help_says_renders_to_what_was_wanted() {
    for (text, wanted) in [
        ("docker ps --format '{{ '{{' }}.Names}}'", "docker ps --format '{{.Names}}'"),
        ("docker inspect -f \"{{ '{{' }}json .State}}\" x", "docker inspect -f \"{{json .State}}\" x"),
        ("echo $(docker ps --format '{{ '{{' }}.Names}}')", "echo $(docker ps --format '{{.Names}}')"),
    ] {
        assert_eq!(render_command(text, &variables()).as_deref(), Ok(wanted));
    }
}

#[test]
fn only_one_name_or_one_string_stands_between_braces() {
    for expression in [
        "",
        " ",
        ".",
        "1",
        "1a",
        "Project | upper",
        "Project.x",
        "Project[0]",
        "now()",
        "get_env(name='A')",
        "a ~ b",
        "'a' ~ 'b'",
        "Project Branch",
        "'a",
        "'a\\n'",
        "..Project",
        "{Project",
        "<b/>",
        "-",
        "`a`",
        "größe",
        "range .Items",
        "Project\u{0}",
        "__tera_context.x",
        "not true",
        "@x",
    ] {
        let text = format!("a {{{{{expression}}}}} b");
        let fault = render_text(&text, &variables()).unwrap_err();
        assert_eq!(&text[fault.range], &text[2..text.len() - 2], "{text}");
    }
}

#[test]
fn words_of_the_engine_are_names_like_others() {
    for name in ["true", "false", "none", "not", "in", "and", "loop", "__tera_context", "p0", "p1", "safe"] {
        let text = format!("{{{{ {name} }}}}{{{{ Branch }}}}");
        assert_eq!(render_text(&text, &variables()).unwrap_err().range, 3..3 + name.len());
        let mut variables = variables();
        variables.set(name, "v");
        assert_eq!(render_text(&text, &variables).as_deref(), Ok("vmain"), "{name}");
    }
}

#[test]
fn control_characters_are_refused_in_values_and_where_they_frame() {
    let mut variables = variables();
    for c in ['\0', '\n', '\t', '\x1b', '\x7f', '\u{2}', '\u{3}', '\u{9b}'] {
        variables.set("bad", format!("a{c}b"));
        for render in [render_text, render_command] {
            let fault = render("x {{ bad }}", &variables).unwrap_err();
            assert_eq!(fault.range, 5..8);
            assert!(
                fault.message.starts_with("the value of `bad` has the control character U+00"),
                "{fault:?}"
            );
        }
    }
    let fault = render_text("ab\u{3}{{ Branch }}", &variables).unwrap_err();
    assert_eq!(fault.range, 2..3);
}

#[test]
fn a_value_without_a_safe_place_is_a_fault_at_its_placeholder() {
    let text = "echo {{Branch}} `ls {{ Project }}`";
    let fault = render_command(text, &variables()).unwrap_err();
    assert_eq!(&text[fault.range], "{{ Project }}");
    assert_eq!(fault.message, "a value has no safe form in backquotes");
    assert!(fault.help.is_some());
}

#[test]
fn a_text_cannot_grow_without_end() {
    let mut variables = Variables::new();
    variables.set("a", "x".repeat(1000));
    assert_eq!(render_text(&"{{a}}".repeat(1000), &variables).map(|text| text.len()), Ok(1_000_000));
    variables.set("a", "x".repeat(1100));
    let fault = render_text(&"{{a}}".repeat(1000), &variables).unwrap_err();
    assert_eq!(fault.message, "the text would be longer than 1048576 bytes");
}

#[test]
fn the_variables_in_use_are_known_beforehand() {
    assert_eq!(used("{{ Branch }} {{ '{{' }} {{.Nope}} x"), Ok(vec!["Branch", "Nope"]));
}

/// Text made of what templates and shells care about.
fn nasty_text() -> impl Strategy<Value = String> {
    let token = prop_oneof![
        prop::sample::select(vec![
            "{{",
            "}}",
            "{{-",
            "-}}",
            "{%",
            "{#",
            "{{ Branch }}",
            "{{.Project}}",
            "{{ '{{' }}",
            "'",
            "\"",
            "\\",
            "$",
            "`",
            "(",
            ")",
            " ",
            "\n",
            "é",
            "\u{1}",
            "\u{2}",
            "\u{3}",
            "#",
            "<<",
            "~",
            ".",
            "p0",
            "{",
            "}"
        ])
        .prop_map(str::to_owned),
        any::<char>().prop_map(String::from),
    ];
    prop::collection::vec(token, 0..24).prop_map(|tokens| tokens.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_text_panics_and_every_fault_lies_within_it(text in nasty_text()) {
        for render in [render_text, render_command] {
            if let Err(fault) = render(&text, &variables()) {
                prop_assert!(text.get(fault.range.clone()).is_some_and(|marked| !marked.is_empty()));
            }
        }
    }

    #[test]
    fn a_value_arrives_as_it_is(value in "\\PC*", before in "[^{\u{1}-\u{3}]*", after in "[^{\u{1}-\u{3}]*") {
        let mut variables = Variables::new();
        variables.set("v", &value);
        let rendered = render_text(&format!("{before}{{{{ v }}}}{after}"), &variables);
        if value.chars().any(char::is_control) {
            prop_assert!(rendered.is_err());
        } else {
            prop_assert_eq!(rendered, Ok(format!("{before}{value}{after}")));
        }
    }
}
