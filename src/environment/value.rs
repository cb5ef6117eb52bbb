//! Secrets told by the shape of a value.

/// What a key looks like that somebody gave out: how it starts, of what and how long the rest is.
struct Key {
    start: &'static str,
    rest: fn(char) -> bool,
    least: usize,
    what: &'static str,
}

const fn key(start: &'static str, rest: fn(char) -> bool, least: usize, what: &'static str) -> Key {
    Key { start, rest, least, what }
}

const KEYS: [Key; 34] = [
    key("AKIA", upper, 16, "an AWS key"),
    key("ASIA", upper, 16, "an AWS key"),
    key("AIza", dashed, 30, "a Google key"),
    key("ya29.", dashed, 20, "a Google token"),
    key("GOCSPX-", dashed, 20, "a Google client secret"),
    key("ghp_", plain, 20, "a GitHub token"),
    key("gho_", plain, 20, "a GitHub token"),
    key("ghu_", plain, 20, "a GitHub token"),
    key("ghs_", plain, 20, "a GitHub token"),
    key("ghr_", plain, 20, "a GitHub token"),
    key("github_pat_", dashed, 20, "a GitHub token"),
    key("glpat-", dashed, 20, "a GitLab token"),
    key("gldt-", dashed, 20, "a GitLab token"),
    key("glsa_", dashed, 20, "a Grafana token"),
    key("xoxa-", dashed, 10, "a Slack token"),
    key("xoxb-", dashed, 10, "a Slack token"),
    key("xoxe-", dashed, 10, "a Slack token"),
    key("xoxp-", dashed, 10, "a Slack token"),
    key("xoxr-", dashed, 10, "a Slack token"),
    key("xoxs-", dashed, 10, "a Slack token"),
    key("xapp-", dashed, 10, "a Slack token"),
    key("sk-", dashed, 20, "a secret key"),
    key("sk_live_", plain, 10, "a Stripe key"),
    key("sk_test_", plain, 10, "a Stripe key"),
    key("rk_live_", plain, 10, "a Stripe key"),
    key("whsec_", plain, 16, "a Stripe key"),
    key("npm_", plain, 36, "an npm token"),
    key("pypi-", dashed, 30, "a PyPI token"),
    key("dckr_pat_", dashed, 20, "a Docker token"),
    key("dop_v1_", plain, 40, "a DigitalOcean token"),
    key("hvs.", dashed, 20, "a Vault token"),
    key("hf_", plain, 30, "a Hugging Face token"),
    key("SG.", dashed, 20, "a SendGrid key"),
    key("AGE-SECRET-KEY-1", plain, 40, "an age key"),
];

/// Parts of addresses that let anybody who knows them post.
const WEBHOOKS: [&str; 7] = [
    "hooks.slack.com/services/",
    "hooks.slack.com/workflows/",
    "hooks.slack.com/triggers/",
    "discord.com/api/webhooks/",
    "discordapp.com/api/webhooks/",
    "webhook.office.com/",
    "outlook.office.com/webhook/",
];

/// Names whose value is a secret in a connection string or a query.
const FIELDS: [&str; 8] = [
    "password",
    "passwd",
    "pwd",
    "accountkey",
    "sharedaccesskey",
    "sharedaccesssignature",
    "sig",
    "x-amz-signature",
];

/// What in `value` is a credential, if anything is.
pub(super) fn credential(value: &str) -> Option<&'static str> {
    let found = |what: &'static str, is: bool| is.then_some(what);
    found("a URL with a password", has_url_password(value))
        .or_else(|| KEYS.iter().find(|key| has_key(value, key)).map(|key| key.what))
        .or_else(|| found("a private key", has_private_key(value)))
        .or_else(|| found("a signed token", has_signed_token(value)))
        .or_else(|| found("a webhook address", WEBHOOKS.iter().any(|webhook| value.contains(webhook))))
        .or_else(|| found("a password or key in a connection string", has_secret_field(value)))
}

/// `scheme://user:password@host`, also without the user.
fn has_url_password(value: &str) -> bool {
    value.match_indices("://").any(|(at, _)| {
        let rest = &value[at + 3..];
        let rest = &rest[..rest.find([' ', '\t', '\n', '"', '\'', ',']).unwrap_or(rest.len())];
        // The last `@`: a password may have one. Query and fragment have others.
        let rest = &rest[..rest.find(['?', '#']).unwrap_or(rest.len())];
        let Some((user, _)) = rest.rsplit_once('@') else { return false };
        let Some((user, password)) = user.split_once(':') else { return false };
        let is_port =
            password.split_once('/').is_some_and(|(port, _)| port.bytes().all(|b| b.is_ascii_digit()));
        !user.contains('/') && !password.is_empty() && !is_port
    })
}

fn has_key(value: &str, key: &Key) -> bool {
    value.match_indices(key.start).any(|(at, start)| {
        let starts_a_word = !value[..at].ends_with(dashed);
        starts_a_word && value[at + start.len()..].chars().take_while(|c| (key.rest)(*c)).count() >= key.least
    })
}

fn has_private_key(value: &str) -> bool {
    value
        .match_indices("-----BEGIN ")
        .any(|(at, _)| value[at..].lines().next().is_some_and(|line| line.contains("PRIVATE KEY")))
}

/// A JSON web token: three parts with dots, the first of which is a JSON object.
fn has_signed_token(value: &str) -> bool {
    value.match_indices("eyJ").any(|(at, _)| {
        let token = &value[at..];
        let token = &token[..token.find(|c| !dashed(c) && c != '.').unwrap_or(token.len())];
        let parts: Vec<&str> = token.split('.').take(3).collect();
        parts.len() == 3 && parts[0].len() >= 10 && parts[1].len() >= 10
    })
}

/// `…;AccountKey=…`, `host=h password=p`, `?user=u&password=p`.
fn has_secret_field(value: &str) -> bool {
    value.split([';', '&', '?', ' ', '\t', '\n']).any(|field| {
        let Some((name, secret)) = field.split_once('=') else { return false };
        let name = name.trim_start_matches('-').to_ascii_lowercase();
        !secret.is_empty() && FIELDS.contains(&name.as_str())
    })
}

fn upper(c: char) -> bool {
    c.is_ascii_uppercase() || c.is_ascii_digit()
}

fn plain(c: char) -> bool {
    c.is_ascii_alphanumeric()
}

fn dashed(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || c == '-'
}
