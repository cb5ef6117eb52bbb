//! rune starts a working day: it runs a project's ritual and brings tmux to the declared workspace.
//!
//! `docs/architecture.md` shows the layers; `tests/layers.rs` keeps them.

pub mod config;
pub mod error;
pub mod project;
pub mod ritual;
pub mod workspace;
