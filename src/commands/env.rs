//! `rune env`: what the environment filter keeps and drops, and why.

use serde_json::json;

use super::context::Context;
use crate::cli;
use crate::environment::{self, Dropped, Filter, Filtered};
use crate::error::Result;
use crate::ui::table;

/// `rune env`
pub fn env(context: &Context, options: &cli::Env) -> Result<()> {
    let project = context.project(&options.choice.words, None, false)?;
    let filter = Filter { pass: &project.pass, drop: &project.drop };
    let filtered = environment::filter(context.inherited.iter().cloned(), filter);
    let text = if options.json { as_json(&filtered) } else { as_table(&filtered) };
    context.ui.result(&text);
    Ok(())
}

/// Names and reasons; never a value.
fn as_table(filtered: &Filtered) -> String {
    let mut rows = vec![row("VARIABLE", "", "WHY")];
    for (name, _) in &filtered.kept {
        let name = name.to_string_lossy();
        match filtered.passed.iter().find(|passed| passed.name == *name) {
            Some(passed) => {
                rows.push(row(&name, "passed", &format!("the config passes it, though {}", passed.why)))
            }
            None => rows.push(row(&name, "kept", "")),
        }
    }
    for Dropped { name, why } in &filtered.dropped {
        rows.push(row(&name.to_string_lossy(), "dropped", &why.to_string()));
    }
    for (name, _) in &filtered.from_pane {
        rows.push(row(&name.to_string_lossy(), "own", "a pane has its own"));
    }
    table(&rows)
}

fn row(name: &str, what: &str, why: &str) -> Vec<String> {
    [name, what, why].map(str::to_owned).to_vec()
}

fn as_json(filtered: &Filtered) -> String {
    let names = |pairs: &[crate::store::Variable]| -> Vec<String> {
        pairs.iter().map(|(name, _)| name.to_string_lossy().into_owned()).collect()
    };
    let reasons = |list: &[Dropped]| -> Vec<serde_json::Value> {
        list.iter()
            .map(|one| json!({"name": one.name.to_string_lossy(), "why": one.why.to_string()}))
            .collect()
    };
    json!({
        "schema": 1,
        "kept": names(&filtered.kept),
        "passed": reasons(&filtered.passed),
        "dropped": reasons(&filtered.dropped),
        "own": names(&filtered.from_pane),
    })
    .to_string()
}
