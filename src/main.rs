//! The `rune` program.

fn main() {}
