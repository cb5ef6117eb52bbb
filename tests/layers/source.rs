//! Reads Rust source as far as a check of its imports needs it: no comments, no literals, no tests.

/// A path such as `crate::plan::Step`, and the line (from 1) that it stands in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// Its segments.
    pub path: Vec<String>,
    /// The line, from 1.
    pub line: usize,
}

/// `source` with comments and the content of literals as blanks, so that lines stay where they are.
pub fn code(source: &str) -> String {
    let chars: Vec<char> = source.chars().collect();
    let mut out: Vec<char> = chars.iter().map(|&c| if c == '\n' { '\n' } else { ' ' }).collect();
    let mut at = 0;
    while at < chars.len() {
        let end = comment(&chars, at).or_else(|| literal(&chars, at));
        let Some(end) = end else {
            out[at] = chars[at];
            at += 1;
            continue;
        };
        at = end;
    }
    out.into_iter().collect()
}

/// The end of the comment that starts at `at`.
fn comment(chars: &[char], at: usize) -> Option<usize> {
    let pair = |i: usize| (chars.get(i).copied(), chars.get(i + 1).copied());
    match pair(at) {
        (Some('/'), Some('/')) => Some((at..chars.len()).find(|&i| chars[i] == '\n').unwrap_or(chars.len())),
        (Some('/'), Some('*')) => {
            let (mut depth, mut i) = (1, at + 2);
            while depth > 0 && i < chars.len() {
                match pair(i) {
                    (Some('/'), Some('*')) => (depth, i) = (depth + 1, i + 2),
                    (Some('*'), Some('/')) => (depth, i) = (depth - 1, i + 2),
                    _ => i += 1,
                }
            }
            Some(i)
        }
        _ => None,
    }
}

/// The end of the string or character that starts at `at`; a lifetime is none.
fn literal(chars: &[char], at: usize) -> Option<usize> {
    let word_before = at > 0 && (chars[at - 1].is_alphanumeric() || chars[at - 1] == '_');
    match chars[at] {
        '"' => Some(quoted(chars, at, '"')),
        '\'' if chars.get(at + 1) == Some(&'\\') || chars.get(at + 2) == Some(&'\'') => {
            Some(quoted(chars, at, '\''))
        }
        'r' if !word_before || (at > 0 && chars[at - 1] == 'b') => {
            let hashes = chars[at + 1..].iter().take_while(|&&c| c == '#').count();
            let open = at + 1 + hashes;
            (chars.get(open) == Some(&'"')).then(|| {
                let closes = |i: &usize| {
                    chars[*i] == '"'
                        && chars[i + 1..].iter().take(hashes).filter(|&&c| c == '#').count() == hashes
                };
                (open + 1..chars.len()).find(closes).map_or(chars.len(), |i| i + 1 + hashes)
            })
        }
        _ => None,
    }
}

fn quoted(chars: &[char], at: usize, quote: char) -> usize {
    let mut i = at + 1;
    while i < chars.len() && chars[i] != quote {
        i += if chars[i] == '\\' { 2 } else { 1 };
    }
    (i + 1).min(chars.len())
}

/// `code` with every item after `#[cfg(test)]` as blanks.
pub fn without_tests(code: &str) -> String {
    let mut code = code.to_owned();
    while let Some(start) = code.find("#[cfg(test)]") {
        let mut depth = 0;
        let end = code[start..].char_indices().find(|(_, c)| {
            match c {
                '{' => depth += 1,
                '}' => depth -= 1,
                _ => {}
            }
            depth == 0 && matches!(c, '}' | ';')
        });
        let end = end.map_or(code.len(), |(i, _)| start + i + 1);
        let blank: String = code[start..end].chars().map(|c| if c == '\n' { '\n' } else { ' ' }).collect();
        code.replace_range(start..end, &blank);
    }
    code
}

/// Every path of two or more segments in `code`, groups such as `a::{b, c::d}` spread out.
pub fn paths(code: &str) -> Vec<Named> {
    let tokens = tokens(code);
    let mut all = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let start = at;
        at = path(&tokens, at, &[], &mut all).max(start + 1);
    }
    all.retain(|named| named.path.len() > 1);
    all
}

/// Reads the path at `at` into `all`, below `parent`; the place after it.
fn path(tokens: &[(String, usize)], mut at: usize, parent: &[String], all: &mut Vec<Named>) -> usize {
    let mut path = parent.to_vec();
    let line = tokens[at].1;
    while let Some((token, _)) = tokens.get(at) {
        if is_word(token) {
            path.push(token.clone());
            at += 1;
        } else if token == "{" && path.len() + 1 > parent.len() && !path.is_empty() {
            return group(tokens, at + 1, &path, all);
        } else {
            break;
        }
        if tokens.get(at).is_none_or(|(token, _)| token != "::") {
            break;
        }
        at += 1;
    }
    if path.len() > parent.len() {
        all.push(Named { path, line });
    }
    at
}

/// Reads a group up to its closing brace; the place after it.
fn group(tokens: &[(String, usize)], mut at: usize, parent: &[String], all: &mut Vec<Named>) -> usize {
    while let Some((token, _)) = tokens.get(at) {
        if token == "}" {
            return at + 1;
        }
        let start = at;
        at = path(tokens, at, parent, all).max(start + 1);
    }
    at
}

/// Words, `::`, and every other character by itself, each with its line.
fn tokens(code: &str) -> Vec<(String, usize)> {
    let mut tokens: Vec<(String, usize)> = Vec::new();
    for (line, text) in code.lines().enumerate() {
        let mut rest = text.trim_start();
        while let Some(first) = rest.chars().next() {
            let length = if is_word(&first.to_string()) {
                rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len())
            } else if rest.starts_with("::") {
                2
            } else {
                first.len_utf8()
            };
            tokens.push((rest[..length].to_owned(), line + 1));
            rest = rest[length..].trim_start();
        }
    }
    tokens
}

fn is_word(token: &str) -> bool {
    token.starts_with(|c: char| c.is_alphabetic() || c == '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(source: &str) -> Vec<String> {
        paths(&without_tests(&code(source))).iter().map(|named| named.path.join("::")).collect()
    }

    #[test]
    fn finds_paths_in_and_out_of_imports() {
        assert_eq!(
            found("use crate::plan::{self, Step, render::{A, B}};"),
            ["crate::plan::self", "crate::plan::Step", "crate::plan::render::A", "crate::plan::render::B"]
        );
        assert_eq!(found("use crate::{a, b::C};"), ["crate::a", "crate::b::C"]);
        assert_eq!(
            found("fn f(x: crate::a::B) -> super::C { match x { self::D => {} } }"),
            ["crate::a::B", "super::C", "self::D"]
        );
    }

    #[test]
    fn sees_nothing_in_comments_literals_and_tests() {
        assert!(found("// crate::a\n/* crate::a /* b::c */ d::e */ /// f::g").is_empty());
        assert!(found(r###"let x = ("a::b", 'c', r#"d::"e"#, b"f::g", "\"h::i");"###).is_empty());
        assert!(
            found("#[cfg(test)]\nmod tests { use crate::a::b; fn f() {} }\n#[cfg(test)]\nuse c::d;")
                .is_empty()
        );
        assert_eq!(found("fn f<'a>(x: &'a str) { b::c('\\'', '\"') }"), ["b::c"]);
    }

    #[test]
    fn knows_lines() {
        assert_eq!(paths("\n\nuse a::b;")[0].line, 3);
    }
}
