use proptest::prelude::*;

use super::*;

fn filtered(variables: &[(&str, &str)], pass: &[&str], drop: &[&str]) -> Filtered {
    let strings = |list: &[&str]| -> Vec<String> { list.iter().map(|s| (*s).to_owned()).collect() };
    let variables = variables.iter().map(|(name, value)| (name.into(), value.into()));
    filter(variables, Filter { pass: &strings(pass), drop: &strings(drop) })
}

fn why(name: &str, value: &str) -> Option<Reason> {
    filtered(&[(name, value)], &[], &[]).dropped.pop().map(|dropped| dropped.why)
}

#[test]
fn secrets_are_known_by_their_names() {
    for name in [
        "TOKEN",
        "GH_TOKEN",
        "GITHUB_TOKEN",
        "GITHUB_PAT",
        "GITLAB_PRIVATE_TOKEN",
        "CI_JOB_TOKEN",
        "CI_REGISTRY_PASSWORD",
        "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
        "AZURE_DEVOPS_EXT_PAT",
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
        "AZURE_CLIENT_SECRET",
        "AZURE_STORAGE_KEY",
        "AZURE_STORAGE_ACCOUNT_KEY",
        "ARM_ACCESS_KEY",
        "GOOGLE_API_KEY",
        "GOOGLE_APPLICATION_CREDENTIALS",
        "DIGITALOCEAN_ACCESS_TOKEN",
        "HCLOUD_TOKEN",
        "CLOUDFLARE_API_TOKEN",
        "CLOUDFLARE_API_KEY",
        "HEROKU_API_KEY",
        "DD_API_KEY",
        "DD_APP_KEY",
        "NEW_RELIC_LICENSE_KEY",
        "SENTRY_AUTH_TOKEN",
        "SNYK_TOKEN",
        "SONAR_TOKEN",
        "CODECOV_TOKEN",
        "NPM_TOKEN",
        "NODE_AUTH_TOKEN",
        "npm_config__auth",
        "npm_config__authToken",
        "NPM_CONFIG__PASSWORD",
        "CARGO_REGISTRY_TOKEN",
        "TWINE_PASSWORD",
        "POETRY_PYPI_TOKEN_PYPI",
        "POETRY_HTTP_BASIC_MAIN_PASSWORD",
        "GEM_HOST_API_KEY",
        "COMPOSER_AUTH",
        "DOCKER_PASSWORD",
        "DOCKER_AUTH_CONFIG",
        "PGPASSWORD",
        "POSTGRES_PASSWORD",
        "MYSQL_PWD",
        "DB_PWD",
        "MYSQL_ROOT_PASSWORD",
        "MONGO_INITDB_ROOT_PASSWORD",
        "REDISCLI_AUTH",
        "DB_PASS",
        "SMTP_PASS",
        "SMTP_PASSWD",
        "PASS",
        "PASSWORD",
        "PASSWORD1",
        "TOKEN2",
        "VAULT_TOKEN",
        "VAULT_SECRET_ID",
        "ANSIBLE_BECOME_PASS",
        "ANSIBLE_VAULT_PASSWORD",
        "TF_VAR_db_password",
        "TF_TOKEN_app_example_com",
        "SSHPASS",
        "GPG_PASSPHRASE",
        "BORG_PASSPHRASE",
        "RESTIC_PASSWORD",
        "SOPS_AGE_KEY",
        "BW_SESSION",
        "OP_SESSION_my",
        "OP_SERVICE_ACCOUNT_TOKEN",
        "SECRET_KEY_BASE",
        "RAILS_MASTER_KEY",
        "APP_KEY",
        "APP_SECRET",
        "DJANGO_SECRET_KEY",
        "JWT_SECRET",
        "JWT_KEY",
        "SESSION_SECRET",
        "AUTH_SALT",
        "COOKIE_SECRET",
        "RELEASE_COOKIE",
        "STRIPE_SECRET_KEY",
        "STRIPE_API_KEY",
        "TWILIO_AUTH_TOKEN",
        "SLACK_BOT_TOKEN",
        "TELEGRAM_BOT_TOKEN",
        "OPENAI_API_KEY",
        "ANTHROPIC_API_KEY",
        "HF_TOKEN",
        "SUPABASE_SERVICE_ROLE_KEY",
        "ENCRYPTION_KEY",
        "SIGNING_KEY",
        "SSH_PRIVATE_KEY",
        "PRIVATE_KEY",
        "DEPLOY_KEY",
        "apiKey",
        "myApiKey",
        "clientSecret",
        "my-api-key",
        "APIKEY",
        "TS_AUTHKEY",
        "PROXY_AUTHORIZATION",
        "API_TOKENS",
        "SECRETS",
        "AWS_CREDENTIALS",
        "DB_CREDS",
    ] {
        assert!(matches!(why(name, "x"), Some(Reason::Name(_))), "{name}");
    }
}

#[test]
fn what_only_looks_like_a_secret_stays() {
    for name in [
        "SSH_AUTH_SOCK",
        "SSH_AGENT_PID",
        "SSH_ASKPASS",
        "GIT_ASKPASS",
        "XDG_SESSION_TYPE",
        "XDG_SESSION_ID",
        "DBUS_SESSION_BUS_ADDRESS",
        "DESKTOP_SESSION",
        "GIT_AUTHOR_NAME",
        "GIT_AUTHOR_EMAIL",
        "KEYTIMEOUT",
        "GOPRIVATE",
        "AWS_REGION",
        "AWS_PROFILE",
        "AWS_WEB_IDENTITY_TOKEN_FILE",
        "PATH",
        "MANPATH",
        "LS_COLORS",
        "GPG_TTY",
        "GPG_KEY",
        "KEYBOARD_LAYOUT",
        "PASSWORD_STORE_DIR",
        "PASSWORD_STORE_KEY",
        "PASSWORD_STORE_CLIP_TIME",
        "TOKENIZERS_PARALLELISM",
        "SECRETS_DIR",
        "SECRET_NAME",
        "GITHUB_TOKEN_FILE",
        "DB_PASSWORD_FILE",
        "ANSIBLE_VAULT_PASSWORD_FILE",
        "OAUTH_TOKEN_URL",
        "TOKEN_EXPIRY",
        "TOKEN_TTL",
        "MAX_TOKENS",
        "OPENAI_MAX_TOKENS",
        "MIN_PASSWORD_LENGTH",
        "OLDPWD",
        "pwd",
        "HOME",
        "USER",
        "SHELL",
        "LANG",
        "LC_ALL",
        "EDITOR",
        "XAUTHORITY",
        "AUTH0_DOMAIN",
        "OAUTH_CLIENT_ID",
        "DISABLE_AUTH",
        "ENABLE_BASIC_AUTH",
        "AUTHENTICATION_BACKEND",
        "CREDENTIAL_HELPER",
        "VAULT_ADDR",
        "COMPASS",
        "BYPASS_CACHE",
        "PASSENGER_APP_ENV",
        "PATTERN",
        "PATCH_LEVEL",
        "SPATIAL_INDEX",
        "COMPAT",
        "MONKEY",
        "ACCESS_LOG",
        "API_URL",
        "PRIVATE_REGISTRY",
        "SSH_PUBLIC_KEY",
        "STRIPE_PUBLISHABLE_KEY",
        "SUPABASE_ANON_KEY",
        "LESSKEY",
        "HOTKEY",
        "CACHE_KEY",
        "SECRETARY",
        "TOKENIZE",
        "DOCKER_CERT_PATH",
        "KUBECONFIG",
        "PGPASSFILE",
        "NIX_PATH",
        "COLORTERM",
        "HISTFILE",
        "INFOPATH",
        "RUNE_CONFIG",
        "RUNE_SOCKET",
        "CARGO_HOME",
        "GOPATH",
        "VIRTUAL_ENV",
        "NVM_DIR",
        "PYTHONPATH",
        "JAVA_HOME",
        "CI",
        "DISPLAY",
        "WAYLAND_DISPLAY",
        "",
        "_A",
        "PAM_KWALLET5_LOGIN",
    ] {
        let result = filtered(&[(name, "x")], &[], &[]);
        assert_eq!(result.kept, [(name.into(), "x".into())], "{name}: {result:?}");
    }
}

#[test]
fn secrets_are_known_by_their_values() {
    let long = "a1B2c3D4e5".repeat(5);
    for (value, what) in [
        ("postgres://u:p@h/db".to_owned(), "a URL with a password"),
        ("redis://:p@h".to_owned(), "a URL with a password"),
        ("https://u:p@ss@h/x".to_owned(), "a URL with a password"),
        ("amqp://u:ab/34@h".to_owned(), "a URL with a password"),
        ("a,b https://u:p@h/ c".to_owned(), "a URL with a password"),
        ("AKIAIOSFODNN7EXAMPLE".to_owned(), "an AWS key"),
        (format!("ghp_{long}"), "a GitHub token"),
        (format!("https://ghp_{long}@example.com"), "a GitHub token"),
        (format!("github_pat_{long}"), "a GitHub token"),
        ("glpat-abcdefghijklmnopqrst".to_owned(), "a GitLab token"),
        ("xoxb-1234567890-abc".to_owned(), "a Slack token"),
        (format!("sk-{long}"), "a secret key"),
        (format!("sk-ant-api03-{long}"), "a secret key"),
        ("sk_live_abcdefghijkl".to_owned(), "a Stripe key"),
        (format!("AIza{long}"), "a Google key"),
        (format!("npm_{long}"), "an npm token"),
        ("-----BEGIN OPENSSH PRIVATE KEY-----\nabc\n".to_owned(), "a private key"),
        ("-----BEGIN PRIVATE KEY-----".to_owned(), "a private key"),
        ("Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abc-_".to_owned(), "a signed token"),
        ("https://hooks.slack.com/services/T0/B0/x".to_owned(), "a webhook address"),
        ("https://discord.com/api/webhooks/1/x".to_owned(), "a webhook address"),
        ("https://x.webhook.office.com/webhookb2/x".to_owned(), "a webhook address"),
        ("Server=h;User=u;Password=p".to_owned(), "a password or key in a connection string"),
        ("AccountName=a;AccountKey=b==".to_owned(), "a password or key in a connection string"),
        ("host=h password=p".to_owned(), "a password or key in a connection string"),
        ("jdbc:mysql://h/d?user=u&password=p".to_owned(), "a password or key in a connection string"),
    ] {
        assert_eq!(why("X", &value), Some(Reason::Value(what)), "{value}");
    }
}

#[test]
fn ordinary_values_stay() {
    for value in [
        "",
        "https://example.com/a:b@c",
        "https://example.com:8080/a@2x",
        "https://u@h",
        "https://u:@h",
        "git@h:a/b.git",
        "ssh://git@h:22/a",
        "https://h/?q=a:b@c",
        "postgres://h:5432/db",
        "unix:path=/run/user/0/bus",
        "/usr/share/sk-learn/sk-SK",
        "AKIA",
        "ghp_short",
        "task-sk-abc",
        "/opt/npm_modules",
        "-----BEGIN CERTIFICATE-----",
        "-----BEGIN PUBLIC KEY-----",
        "eyJ.a.b",
        "rs=0:di=01;34:ln=01;36:*.pwd=1",
        "sig",
        "--password=",
        "en_US.UTF-8",
        "mask-AKIAIOSFODNN7EXAMPLE",
        "postgres://",
        "://:@",
        "https://hooks.slack.com/",
    ] {
        assert_eq!(why("X", value), None, "{value}");
    }
}

#[test]
fn the_config_has_the_last_word() {
    let variables = [
        ("GH_TOKEN", "x"),
        ("AWS_REGION", "eu"),
        ("AWS_PROFILE", "p"),
        ("DB_URL", "a://b:c@d"),
        ("HOME", "/h"),
    ];
    let result = filtered(&variables, &["GH_*", "AWS_PROFILE", "HOME"], &["AWS_*", "HOM?"]);
    let kept: Vec<&str> = result.kept.iter().filter_map(|(name, _)| name.to_str()).collect();
    assert_eq!(kept, ["GH_TOKEN", "AWS_PROFILE", "HOME"]);
    let reasons = |list: &[Dropped]| -> Vec<String> {
        list.iter().map(|dropped| format!("{}: {}", dropped.name.display(), dropped.why)).collect()
    };
    assert_eq!(
        reasons(&result.dropped),
        ["AWS_REGION: the config drops `AWS_*`", "DB_URL: its value has a URL with a password"]
    );
    assert_eq!(
        reasons(&result.passed),
        [
            "GH_TOKEN: its name has the word `TOKEN`",
            "AWS_PROFILE: the config drops `AWS_*`",
            "HOME: the config drops `HOM?`"
        ]
    );
}

#[test]
fn what_belongs_to_the_terminal_comes_from_the_pane_even_when_passed() {
    for name in [
        "TMUX",
        "TMUX_PANE",
        "TERM",
        "TERM_PROGRAM",
        "TERM_PROGRAM_VERSION",
        "PWD",
        "SHLVL",
        "COLUMNS",
        "LINES",
        "WINDOWID",
        "_",
        "RUNE_PANE",
        "RUNE_PROJECT",
    ] {
        let result = filtered(&[(name, "x")], &["*"], &["*"]);
        assert_eq!(result.from_pane, [(name.into(), "x".into())], "{name}");
        assert!(result.kept.is_empty() && result.dropped.is_empty(), "{name}");
    }
}

#[test]
fn no_value_is_shown() {
    let result =
        filtered(&[("A", "postgres://u:hunter2@h"), ("B_TOKEN", "hunter2"), ("C", "hunter2")], &[], &[]);
    let shown = format!("{result:?} {} {}", result.dropped[0].why, result.dropped[1].why);
    assert!(!shown.contains("hunter2"), "{shown}");
}

#[test]
fn a_command_is_searched_for_what_was_dropped() {
    let result = filtered(&[("GH_TOKEN", "x"), ("DB_PASSWORD", "x"), ("HOME", "/h")], &[], &[]);
    for (command, names) in [
        ("gh auth --with-token $GH_TOKEN", &["GH_TOKEN"][..]),
        ("a ${DB_PASSWORD:-x} \"$GH_TOKEN$GH_TOKEN\"", &["DB_PASSWORD", "GH_TOKEN"]),
        ("sh -c 'echo ${#GH_TOKEN}'", &["GH_TOKEN"]),
        ("echo \\$GH_TOKEN $GH_TOKENS GH_TOKEN $ ${ $$ ${} $HOME", &[]),
        ("echo \\\\$GH_TOKEN", &["GH_TOKEN"]),
        ("größe$GH_TOKENé", &["GH_TOKEN"]),
    ] {
        assert_eq!(names_dropped(command, &result), names, "{command}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_variable_ends_in_one_place(
        variables in prop::collection::vec(("[A-Za-z_0-9é-]{0,12}", any::<Vec<u8>>()), 0..8),
        pattern in "[A-Z*?]{0,6}",
        command in any::<String>(),
    ) {
        use std::os::unix::ffi::OsStringExt;
        let variables: Vec<(OsString, OsString)> =
            variables.into_iter().map(|(name, value)| (name.into(), OsString::from_vec(value))).collect();
        let patterns = [pattern];
        let result = filter(variables.clone(), Filter { pass: &[], drop: &patterns });
        prop_assert_eq!(result.kept.len() + result.dropped.len() + result.from_pane.len(), variables.len());
        names_dropped(&command, &result);
    }

    #[test]
    fn no_value_panics(parts in prop::collection::vec(prop_oneof![
        prop::sample::select(vec!["://", "@", ":", "eyJ", ".", "sk-", "-----BEGIN ", "PRIVATE KEY", "AKIA", "=", ";", "é", " "])
            .prop_map(str::to_owned),
        any::<char>().prop_map(String::from),
    ], 0..30)) {
        why("X", &parts.concat());
    }
}
