//! tmux: what its versions can do, how steps become its commands, and the one place that starts it.

pub mod render;
pub mod server;
pub mod version;
