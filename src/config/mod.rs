//! The config: from the file to a resolved [`Project`](crate::project::Project).
//!
//! `find` (files) → `yaml` (text to tree) → `raw` (tree to what was written) → `resolve` (what it
//! means for one project at one root). Every mistake on the way is a
//! [`Problem`](crate::error::Problem) with its place, and all of them are reported together.

pub(crate) mod collect;
pub mod detect;
pub mod facts;
pub mod find;
pub mod keys;
mod load;
mod locate;
mod manual;
pub mod raw;
mod remarks;
pub mod report;
mod request;
pub mod resolve;
mod schema;
pub mod source;
mod starter;
pub mod tree;
pub mod yaml;

pub use facts::Machine;
pub use find::Origin;
pub use load::{Checked, Loaded, Names, check, load, names, open, project};
pub use manual::manual;
pub use request::Request;
pub use schema::schema;
pub use starter::starter;
