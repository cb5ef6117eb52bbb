//! The config: from the file to a resolved [`Project`](crate::project::Project).
//!
//! `find` (files) → `yaml` (text to tree) → `raw` (tree to what was written) → `resolve` (what it
//! means for one project at one root). Every mistake on the way is a
//! [`Problem`](crate::error::Problem) with its place, and all of them are reported together.

pub mod source;
pub mod tree;
pub mod yaml;
