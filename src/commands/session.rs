//! `rune session …`

use super::context::Context;
use super::live::{self, Terms, args, processes};
use super::ls;
use crate::cli;
use crate::error::Result;
use crate::live::{Address, Ensure, Operation};

/// `rune session`
pub fn session(context: &Context, command: &cli::Session) -> Result<()> {
    use cli::Session::{Create, Delete, Ensure as Make, Exists, Kill, List, Rename, Restart};
    let root = |root: &Option<std::path::PathBuf>| {
        root.as_deref().map(|root| args::directory(context, root)).transpose()
    };
    let (operation, purpose, how) = match command {
        Create { name, root: at, environment, reset, how } => {
            let environment = args::variables(environment)?;
            let (name, root, reset) = (name.clone(), root(at)?, *reset);
            (Operation::CreateSession { name, root, environment, reset }, "rune session create", how)
        }
        Make { name, root: at, environment, how } => {
            let environment = args::variables(environment)?;
            let ensure = Ensure::Session { name: name.clone(), root: root(at)?, environment };
            (Operation::Ensure(vec![ensure]), "rune session ensure", how)
        }
        Delete { session, if_exists, how } => {
            let (at, if_exists) = (Address::spelled(session), *if_exists);
            (Operation::DeleteSession { at, if_exists }, "rune session delete", how)
        }
        Restart { session, how } => {
            (Operation::RestartSession { at: Address::spelled(session) }, "rune session restart", how)
        }
        Rename { session, name, how } => {
            let (at, to) = (Address::spelled(session), name.clone());
            (Operation::RenameSession { at, to }, "rune session rename", how)
        }
        Exists { session, json } => return exists(context, session, *json),
        List { json } => return ls::ls(context, &cli::Ls { json: *json }),
        Kill(options) => return processes::of_session(context, options),
    };
    live::run(context, &operation, Terms { purpose, any: how.any }, how.json)
}

fn exists(context: &Context, name: &str, json: bool) -> Result<()> {
    let snapshot = live::look(context)?;
    let scene = live::scene(context, &snapshot, true);
    let found = scene.session(&Address::spelled(name));
    if json {
        let id = found.as_ref().ok().map(|session| session.id.as_str());
        let value = serde_json::json!({"schema": 1, "exists": found.is_ok(), "id": id});
        context.ui.result(&value.to_string());
    }
    found.map(drop)
}
