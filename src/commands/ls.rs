//! `rune ls`: the sessions.

use serde_json::{Value, json};

use super::context::Context;
use crate::cli;
use crate::error::Result;
use crate::snapshot::{About, Detail, LiveSession};
use crate::ui::table;

/// `rune ls`
pub fn ls(context: &Context, options: &cli::Ls) -> Result<()> {
    let snapshot = context.look_for(Detail::Foreground)?.unwrap_or_default();
    if options.json {
        let sessions: Vec<Value> = snapshot.sessions.iter().map(session_json).collect();
        context.ui.result(&json!({"schema": 1, "sessions": sessions}).to_string());
        return Ok(());
    }
    if snapshot.sessions.is_empty() {
        context.ui.say("nothing is running");
        return Ok(());
    }
    let mut rows =
        vec![["SESSION", "PROJECT", "WINDOWS", "PANES", "ATTACHED", "ROOT"].map(str::to_owned).to_vec()];
    for session in &snapshot.sessions {
        let panes: usize = session.windows.iter().map(|window| window.panes.len()).sum();
        let about = |part: &dyn Fn(&About) -> String| session.about.as_ref().map_or("-".to_owned(), part);
        rows.push(vec![
            session.name.clone(),
            about(&|about| about.project.clone()),
            session.windows.len().to_string(),
            panes.to_string(),
            if session.attached > 0 { "yes".to_owned() } else { "no".to_owned() },
            about(&|about| about.root.clone()),
        ]);
    }
    context.ui.result(&table(&rows));
    Ok(())
}

pub(super) fn session_json(session: &LiveSession) -> Value {
    json!({
        "name": session.name,
        "id": session.id,
        "attached": session.attached,
        "windows": session.windows.len(),
        "panes": session.windows.iter().map(|window| window.panes.len()).sum::<usize>(),
        "about": session.about,
    })
}
