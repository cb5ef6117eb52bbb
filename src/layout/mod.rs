//! How the panes of a window are arranged, decided here instead of by tmux.
//!
//! Every declared [`Layout`](crate::workspace::Layout) becomes a [`Shape`](shape): splits whose parts say how
//! much they want. A shape laid out in a window of a certain size is [`Cells`]: exact geometry, which
//! prints as a layout string that every tmux from 2.6 takes. [`parse`] reads such strings and lets
//! nothing doubtful through, since a bad one ends the whole server of tmux 3.3. [`openings`] says
//! which pane to split, and which way, so that any arrangement that fits can be built.

mod area;
mod cells;
mod compile;
mod distribute;
mod grid;
mod opening;
mod parse;
#[cfg(test)]
mod properties;
mod shape;

pub use area::{Area, Axis};
pub use cells::Cells;
pub use compile::{Misfit, Rules, compile, fit, leaves, minimum, order, selection};
pub use opening::{Opening, openings};
pub use parse::{LayoutFault, parse};
