//! Addresses of probes: ports, hosts with ports, and `http://` addresses.

use std::ops::Range;

use super::super::Mistake;

/// The host of a port that stands alone.
const HERE: &str = "localhost";

/// Host and port of `5432`, `host:5432` or `[::1]:5432`.
///
/// # Errors
///
/// What is wrong with which part of it.
pub fn tcp(text: &str) -> Result<(String, u16), Mistake> {
    let all = 0..text.len();
    if let Some((scheme, _)) = text.split_once("://") {
        let mistake = Mistake::new(all, format!("`{text}` is an address with a protocol, not a port"));
        return Err(match scheme {
            "http" => mistake.help("`http: …` asks a web server; `tcp` takes `PORT` or `HOST:PORT`"),
            _ => mistake.help("write `PORT` or `HOST:PORT`"),
        });
    }
    let (host, port) = match text.rsplit_once(':') {
        None if text.bytes().all(|byte| byte.is_ascii_digit()) => {
            return Ok((HERE.to_owned(), port(text, all)?));
        }
        None => {
            let mistake = Mistake::new(all, format!("`{text}` has no port"));
            return Err(mistake.help("write a port, or a host with a port as in `db:5432`"));
        }
        Some(parts) => parts,
    };
    let number = self::port(port, text.len() - port.len()..text.len())?;
    Ok((self::host(host, 0..host.len())?, number))
}

/// Checks an address that a probe can ask: `http://`, a host, perhaps a port and a path.
///
/// # Errors
///
/// What is wrong with which part of it.
pub fn url(text: &str) -> Result<(), Mistake> {
    let all = 0..text.len();
    let wrong = |message: String| Mistake::new(0..text.len(), message);
    if let Some(at) = text.find(|c: char| c.is_whitespace() || c.is_control()) {
        let end = at + text[at..].chars().next().map_or(1, char::len_utf8);
        return Err(Mistake::new(at..end, "an address has no blanks and no control characters"));
    }
    let Some((scheme, rest)) = text.split_once("://") else {
        let mistake = wrong(format!("`{text}` is not an `http://` address"));
        let address = match text.bytes().all(|byte| byte.is_ascii_digit()) {
            true => format!("http://{HERE}:{text}/"),
            false => format!("http://{text}"),
        };
        return Err(if url(&address).is_ok() { mistake.replacement(address) } else { mistake });
    };
    match scheme {
        "http" => {}
        "https" => {
            let mistake = wrong("only `http://` addresses are asked, without encryption".to_owned());
            return Err(mistake.help(format!("use `command: curl -fsS {text}` in its place")));
        }
        "HTTP" | "Http" => {
            return Err(
                wrong("`http://` is written in lower case".to_owned()).replacement(format!("http://{rest}"))
            );
        }
        other => {
            let mistake = Mistake::new(0..other.len(), format!("`{other}` is not a protocol that is asked"));
            return Err(mistake.help("only `http://` addresses are asked"));
        }
    }
    let start = "http://".len();
    let authority = &rest[..rest.find(['/', '?', '#']).unwrap_or(rest.len())];
    if authority.contains('@') {
        return Err(Mistake::new(
            start..start + authority.len(),
            "a user or password cannot stand in the address",
        )
        .help(format!("use `command: curl -fsS {text}` in its place")));
    }
    let end = start + authority.len();
    match authority.rsplit_once(':') {
        Some((name, port)) if !port.ends_with(']') => {
            self::port(port, end - port.len()..end)?;
            self::host(name, start..start + name.len())?;
        }
        _ if authority.is_empty() => return Err(Mistake::new(all, format!("`{text}` names no host"))),
        _ => drop(self::host(authority, start..end)?),
    }
    Ok(())
}

fn port(text: &str, range: Range<usize>) -> Result<u16, Mistake> {
    let number = Some(text).filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()));
    number.and_then(|text| text.parse().ok()).filter(|port| *port > 0).ok_or_else(|| {
        let message = if text.is_empty() {
            "the port is missing".to_owned()
        } else {
            format!("`{text}` is not a port")
        };
        Mistake::new(range, message).help("a port is a number from 1 to 65535")
    })
}

/// The name or address that `text` is, without the brackets of IPv6.
fn host(text: &str, range: Range<usize>) -> Result<String, Mistake> {
    if let Some(inside) = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')) {
        return match inside.parse::<core::net::Ipv6Addr>() {
            Ok(_) => Ok(inside.to_owned()),
            Err(_) => Err(Mistake::new(range, format!("`{inside}` is not an IPv6 address"))),
        };
    }
    if text.contains(':') {
        let mistake = Mistake::new(range, format!("`{text}` is not a host"));
        return Err(mistake.help("an IPv6 address stands in brackets, as in `[::1]:5432`"));
    }
    let plain = |c: char| c.is_alphanumeric() || "-._".contains(c);
    if text.is_empty() || !text.chars().all(plain) {
        let message = if text.is_empty() {
            "the host is missing".to_owned()
        } else {
            format!("`{text}` is not a host")
        };
        return Err(Mistake::new(range, message).help("a host is a name or an address, as in `localhost`"));
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_and_hosts() {
        for (text, expected) in [
            ("5432", Some(("localhost", 5432))),
            ("db:1", Some(("db", 1))),
            ("127.0.0.1:65535", Some(("127.0.0.1", 65535))),
            ("[::1]:80", Some(("::1", 80))),
            ("0", None),
            ("65536", None),
            ("db", None),
            ("db:", None),
            (":80", None),
            ("db:+80", None),
            ("::1", None),
            ("::1:80", None),
            ("[::x]:80", None),
            ("a b:80", None),
            ("http://a:80", None),
            ("", None),
        ] {
            let expected = expected.map(|(host, port)| (host.to_owned(), port));
            assert_eq!(tcp(text).ok(), expected, "{text}");
        }
    }

    #[test]
    fn addresses_that_can_be_asked() {
        for text in
            ["http://a", "http://a/", "http://a:80", "http://[::1]:80/x?y#z", "http://[::1]", "http://a?b:c"]
        {
            assert_eq!(url(text), Ok(()), "{text}");
        }
        for (text, range, replacement) in [
            ("https://a", 0..9, None),
            ("a:80/x", 0..6, Some("http://a:80/x")),
            ("8080", 0..4, Some("http://localhost:8080/")),
            ("", 0..0, None),
            ("ftp://a", 0..3, None),
            ("http://", 0..7, None),
            ("http:///x", 0..9, None),
            ("http://a:x/", 9..10, None),
            ("http://a:0", 9..10, None),
            ("http://u:p@a/", 7..12, None),
            ("http://a b/", 8..9, None),
            ("http://a\u{a0}b/", 8..10, None),
            ("HTTP://a", 0..8, Some("http://a")),
            ("http://ä!/", 7..10, None),
        ] {
            let mistake = url(text).unwrap_err();
            assert_eq!((mistake.range, mistake.replacement.as_deref()), (range, replacement), "{text}");
        }
    }
}
