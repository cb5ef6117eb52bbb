//! Secrets told by the words of a variable's name.

/// Words that make a name a secret's wherever they stand.
const SECRET: [&str; 16] = [
    "TOKEN",
    "TOKENS",
    "SECRET",
    "SECRETS",
    "PASSWORD",
    "PASSWORDS",
    "PASSWD",
    "PASSPHRASE",
    "PAT",
    "CREDENTIAL",
    "CREDENTIALS",
    "CREDS",
    "APIKEY",
    "AUTHKEY",
    "SSHPASS",
    "BEARER",
];

/// Endings that are as good as a word of their own, as in `PGPASSWORD`.
const ENDINGS: [&str; 5] = ["PASSWORD", "PASSWD", "PASSPHRASE", "TOKEN", "SECRET"];

/// Words that make a name a secret's at its end, when others stand before.
const SECRET_LAST: [&str; 6] = ["PWD", "AUTH", "AUTHORIZATION", "COOKIE", "SALT", "MNEMONIC"];

/// What a `KEY` opens that is nobody else's business, by the word before it.
const KEYS: [&str; 22] = [
    "PRIVATE",
    "API",
    "ACCESS",
    "ACCOUNT",
    "ADMIN",
    "AGE",
    "APP",
    "AUTH",
    "CONSUMER",
    "DEPLOY",
    "ENCRYPTION",
    "HMAC",
    "JWT",
    "LICENSE",
    "MASTER",
    "ROLE",
    "SERVICE",
    "SIGNING",
    "SSH",
    "STORAGE",
    "SUBSCRIPTION",
    "WRITE",
];

/// Names that no word gives away.
const NAMES: [(&str, &str); 4] = [
    ("BW_SESSION", "SESSION"),
    ("FASTLANE_SESSION", "SESSION"),
    ("DOCKER_AUTH_CONFIG", "AUTH"),
    ("PASS", "PASS"),
];

/// Last words that make the rest a description: where a secret lies or what it is like, not the secret.
const DESCRIBES: [&str; 53] = [
    "AGE",
    "ALGORITHM",
    "ARN",
    "AUDIENCE",
    "BACKEND",
    "CMD",
    "COMMAND",
    "COUNT",
    "DIR",
    "DIRECTORY",
    "DISABLED",
    "ENABLED",
    "ENDPOINT",
    "ENGINE",
    "EXPIRATION",
    "EXPIRES",
    "EXPIRY",
    "FILE",
    "FILES",
    "FOLDER",
    "FORMAT",
    "HEADER",
    "HELPER",
    "HOST",
    "ISSUER",
    "ITERATIONS",
    "KIND",
    "LENGTH",
    "LIFETIME",
    "LIMIT",
    "MANAGER",
    "MODE",
    "NAME",
    "PARALLELISM",
    "PATH",
    "POLICY",
    "PORT",
    "PROMPT",
    "PROVIDER",
    "REGION",
    "REQUIRED",
    "SCOPE",
    "SCOPES",
    "SIZE",
    "SOCK",
    "SOCKET",
    "STORE",
    "TIMEOUT",
    "TTL",
    "TYPE",
    "URI",
    "URL",
    "VERSION",
];

/// First words that make the rest a switch or a number.
const MEASURES: [&str; 10] =
    ["DISABLE", "ENABLE", "LIMIT", "MAX", "MIN", "NO", "NUM", "REQUIRE", "SKIP", "USE"];

/// The word for which `name` counts as a secret's, if it does.
pub(super) fn secret_word(name: &str) -> Option<&'static str> {
    if let Some((_, word)) = NAMES.iter().find(|(known, _)| *known == name) {
        return Some(word);
    }
    if name.starts_with("OP_SESSION_") {
        return Some("SESSION");
    }
    let words = words(name);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let last = *words.last()?;
    // `pass`, the password manager, has a dozen settings with this prefix.
    let is_pass_setting = words.starts_with(&["PASSWORD", "STORE"]);
    let measures = words.iter().rev().skip(1).any(|word| MEASURES.contains(word));
    if DESCRIBES.contains(&last) || is_pass_setting || measures {
        return None;
    }
    let anywhere = words.iter().find_map(|word| {
        let ending = || ENDINGS.iter().find(|ending| word.ends_with(*ending));
        SECRET.iter().find(|secret| *secret == word).or_else(ending)
    });
    let key = || words.windows(2).any(|pair| pair[1] == "KEY" && KEYS.contains(&pair[0])).then_some(&"KEY");
    let at_the_end = || {
        let counts = words.len() > 1 || last != "PWD";
        SECRET_LAST.iter().find(|secret| **secret == last && counts)
    };
    let pass = || (last == "PASS").then_some(&"PASS");
    anywhere.or_else(key).or_else(at_the_end).or_else(pass).copied()
}

/// The words of a name in upper case: parted by everything that is no letter or digit, and where small letters
/// turn to capitals. Digits at the end of a word count for nothing: `TOKEN2` is a `TOKEN`.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let chars: Vec<char> = name.chars().collect();
    for (at, &c) in chars.iter().enumerate() {
        let before = at.checked_sub(1).map(|at| chars[at]);
        let after = chars.get(at + 1);
        let humps = c.is_uppercase()
            && (before.is_some_and(char::is_lowercase)
                || before.is_some_and(char::is_uppercase) && after.is_some_and(|c| c.is_lowercase()));
        if humps || !c.is_alphanumeric() {
            words.push(String::new());
        }
        if let (true, Some(word)) = (c.is_alphanumeric(), words.last_mut()) {
            word.extend(c.to_uppercase());
        }
    }
    words.retain(|word| !word.is_empty());
    for word in &mut words {
        let bare = word.trim_end_matches(|c: char| c.is_ascii_digit());
        if SECRET.contains(&bare) || SECRET_LAST[..1].contains(&bare) || bare == "KEY" || bare == "PASS" {
            word.truncate(bare.len());
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_part_into_words() {
        for (name, parted) in [
            ("A_B-C.D", "A B C D"),
            ("npm_config__authToken", "NPM CONFIG AUTH TOKEN"),
            ("myAPIKey", "MY API KEY"),
            ("TOKEN2", "TOKEN"),
            ("AUTH0_DOMAIN", "AUTH0 DOMAIN"),
            ("__", ""),
            ("größeÄ", "GRÖSSE Ä"),
        ] {
            assert_eq!(words(name).join(" "), parted, "{name}");
        }
    }
}
