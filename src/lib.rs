//! rune starts a working day: it runs a project's ritual and brings tmux to the declared workspace.
//!
//! `docs/architecture.md` shows the layers; `tests/layers.rs` keeps them.

pub mod environment;
pub mod error;
pub mod project;
pub mod quote;
pub mod ritual;
pub mod template;
pub mod workspace;
