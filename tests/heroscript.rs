//! HeroScript from text to actions, batches and configs.
#![allow(clippy::unwrap_used)] // a test may stop where it stands

#[path = "heroscript/batches.rs"]
mod batches;
#[path = "heroscript/config.rs"]
mod config;
#[path = "heroscript/corpus.rs"]
mod corpus;
#[path = "heroscript/hostile.rs"]
mod hostile;
#[path = "heroscript/printed.rs"]
mod printed;
#[path = "heroscript/script.rs"]
mod script;
