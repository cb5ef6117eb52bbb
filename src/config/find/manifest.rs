//! The name that a project's own files give it.

use std::fs;
use std::path::Path;

/// A file that names its project, and how to read the name.
type Manifest = (&'static str, fn(&str) -> Option<String>);

const MANIFESTS: [Manifest; 4] = [
    ("package.json", package_json),
    ("go.mod", go_mod),
    ("Cargo.toml", |text| toml(text, &["package"])),
    ("pyproject.toml", |text| toml(text, &["project", "tool.poetry"])),
];

/// The largest file that is looked into, in bytes.
const LARGEST: u64 = 1 << 20;

/// The project's name in the first manifest at `root` that has one, with the manifest.
pub fn name(root: &Path) -> Option<(String, &'static str)> {
    MANIFESTS.iter().find_map(|(file, read)| {
        let path = root.join(file);
        let small = fs::metadata(&path).is_ok_and(|found| found.is_file() && found.len() <= LARGEST);
        let text = small.then(|| fs::read_to_string(&path).ok())??;
        let name = read(&text)?;
        (!name.trim().is_empty() && !name.chars().any(char::is_control)).then_some((name, *file))
    })
}

/// `@scope/name` is `name`.
fn package_json(text: &str) -> Option<String> {
    let value: serde_json::Value = serde_json::from_str(text).ok()?;
    let name = value.get("name")?.as_str()?;
    Some(name.rsplit('/').next().unwrap_or(name).to_owned())
}

/// The last part of the module's path that is not a version.
fn go_mod(text: &str) -> Option<String> {
    let line = text.lines().map(str::trim).find_map(|line| line.strip_prefix("module "))?;
    let path = line.split("//").next().unwrap_or(line).trim().trim_matches('"');
    let is_version = |part: &&str| part.strip_prefix('v').is_some_and(|rest| rest.parse::<u32>().is_ok());
    path.rsplit('/').find(|part| !is_version(part)).map(str::to_owned)
}

/// `name = "…"` in one of the tables. Enough for a name; a value that needs more is not found.
fn toml(text: &str, tables: &[&str]) -> Option<String> {
    let mut inside = false;
    for line in text.lines().map(str::trim) {
        if let Some(table) = line.strip_prefix('[') {
            inside = tables.contains(&table.split(']').next().unwrap_or_default().trim());
        } else if let (true, Some((key, value))) = (inside, line.split_once('='))
            && key.trim() == "name"
        {
            let value = value.trim();
            let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
            return value[1..].split(quote).next().map(str::to_owned);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        for (read, text, name) in [
            (MANIFESTS[0].1, r#"{"name": "@team/shop", "version": "1"}"#, Some("shop")),
            (MANIFESTS[0].1, r#"{"name": 3}"#, None),
            (MANIFESTS[0].1, "{", None),
            (MANIFESTS[1].1, "// x\nmodule example.org/team/shop/v2 // y\n\ngo 1.22\n", Some("shop")),
            (MANIFESTS[2].1, "[workspace]\nname = \"no\"\n[package]\nname = \"shop\" # x\n", Some("shop")),
            (MANIFESTS[2].1, "[package]\nname.workspace = true\n", None),
            (MANIFESTS[3].1, "[tool.poetry]\nname = 'shop'\n", Some("shop")),
        ] {
            assert_eq!(read(text).as_deref(), name, "{text}");
        }
    }
}
