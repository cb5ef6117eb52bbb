//! What becomes of rituals: which command runs, what is remembered of it, and how it is told.

pub mod event;
pub mod preview;
pub mod record;
#[cfg(test)]
pub(crate) mod testing;
