//! stub
use crate::error::Problems;
/// stub
pub fn text(p: &Problems, _c: bool) -> String {
    p.problems
        .iter()
        .map(|p| format!("{}:{}:{}: {}\n", p.file.display(), p.line, p.column, p.message))
        .collect()
}
