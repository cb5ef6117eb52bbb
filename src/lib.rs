//! rune starts a working day: it runs a project's ritual and brings tmux to the declared workspace.
//!
//! `docs/architecture.md` shows the layers; `tests/layers.rs` keeps them.

pub mod command;
pub mod error;
pub mod process;
pub mod project;
pub mod pty;
pub mod ritual;
pub mod ritual_run;
pub mod shell;
pub mod workspace;
