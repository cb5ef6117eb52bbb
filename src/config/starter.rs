//! The config that `rune init` writes.

/// A commented config to start from; `schema` is where editors find the schema, from the config's own directory.
pub fn starter(schema: &str) -> String {
    include_str!("starter.yaml").replacen("{schema}", schema, 1)
}
