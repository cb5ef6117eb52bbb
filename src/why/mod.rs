//! Why a pane is as it is: from what is written down about it and about what it needs, to words.

mod note;
pub mod words;

pub use note::note;
