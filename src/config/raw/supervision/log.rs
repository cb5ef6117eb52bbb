//! `log`: whether the output is logged, and how much of it is kept.

use super::super::reader::Reader;
use crate::config::keys::LOG;
use crate::config::tree::{Node, Place, Value};

/// `log`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Log {
    /// Whether there is one.
    pub on: bool,
    /// How many bytes it may have, with where that is said.
    pub size: Option<(u64, Place)>,
}

const UNITS: [(&str, u64); 3] = [("KB", 1 << 10), ("MB", 1 << 20), ("GB", 1 << 30)];

/// The smallest log: less would be a few lines.
const LEAST: u64 = 256 << 10;
/// The largest one.
const MOST: u64 = 1 << 40;

/// `log`.
pub(super) fn log(reader: &mut Reader<'_>, node: &Node) -> Option<Log> {
    if !matches!(node.value, Value::Map(_)) {
        return reader.flag(node).map(|on| Log { on, size: None });
    }
    let fields = reader.fields(node, &LOG)?;
    let size = fields.get("size").and_then(|node| {
        let text = reader.text(node, "a size such as `32MB`")?;
        match bytes(&text.value) {
            Some(size @ LEAST..=MOST) => Some((size, text.place)),
            Some(_) => {
                let message = "a log has from 256KB to 1024GB";
                reader.problem(&text.place, message);
                None
            }
            None => {
                reader.problem(&text.place, format!("`{}` is no size of a log", text.value)).help =
                    Some("write it as `512KB`, `32MB` or `1GB`".to_owned());
                None
            }
        }
    });
    Some(Log { on: true, size })
}

/// The bytes that `32MB` names.
fn bytes(text: &str) -> Option<u64> {
    let text = text.trim();
    let (number, unit) = text.split_at(text.find(|c: char| !c.is_ascii_digit())?);
    let (_, unit) = UNITS.into_iter().find(|(name, _)| name.eq_ignore_ascii_case(unit.trim_start()))?;
    number.parse::<u64>().ok()?.checked_mul(unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes() {
        for (text, size) in [
            ("32MB", Some(32 << 20)),
            ("1 gb", Some(1 << 30)),
            ("512KB", Some(512 << 10)),
            ("32", None),
            ("MB", None),
            ("1.5MB", None),
            ("-1MB", None),
            ("99999999999999999999MB", None),
            ("99999999999999GB", None),
            ("", None),
        ] {
            assert_eq!(bytes(text), size, "{text}");
        }
    }
}
