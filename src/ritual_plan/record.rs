//! What is kept of a project's rituals between two runs of rune, and what follows from it.

use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::record::PaneId;
use crate::ritual::{Phase, RitualCommand};
use crate::workspace::supervision::{Supervision, When};
use crate::workspace::{Command, digest};

/// The version of [`Record`] that this rune writes.
pub const SCHEMA: u32 = 1;

/// The variable that every command of a ritual carries: the [`word`]s of the projects whose ritual
/// it runs in, with colons between.
pub const RITUAL_VARIABLE: &str = "RUNE_RITUAL";

/// The variable that tells one run of one command from all others.
pub const COMMAND_VARIABLE: &str = "RUNE_COMMAND_ID";

/// The word that stands for a project at a root: 16 hexadecimal digits.
pub fn word(root: &Path, project: &str) -> String {
    format!("{:016x}", digest([root.as_os_str().as_bytes(), project.as_bytes()]))
}

/// Whether we are in a ritual of the project that `word` stands for, where `variable` is the value
/// of [`RITUAL_VARIABLE`].
pub fn is_inside(variable: &str, word: &str) -> bool {
    variable.split(':').any(|outer| outer == word)
}

/// The rituals of one project at one root.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// [`SCHEMA`] of the rune that wrote it.
    pub schema: u32,
    /// What names the boot of the machine that the rest is about.
    pub boot: String,
    /// The project's name.
    pub project: String,
    /// Its directory.
    pub root: PathBuf,
    /// The start ritual since the last `rune stop`, if it was begun.
    pub start: Option<Times>,
    /// The last stop ritual.
    pub stop: Option<Times>,
    /// The value of [`COMMAND_VARIABLE`] in the command that the ritual waits for. Should rune be
    /// killed meanwhile, the next run ends what is left of it.
    pub foreground: Option<String>,
    /// Background commands that were started and not known to have ended.
    pub background: Vec<Background>,
}

/// When a ritual ran, in seconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Times {
    /// When its first command was about to run.
    pub began: u64,
    /// When its last command had ended, if it came to that.
    pub ended: Option<u64>,
}

/// A command that goes on while the ritual does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Background {
    /// The command's name.
    pub name: String,
    /// What runs, in one line.
    pub command: String,
    /// [`identity`] of the declared command.
    pub identity: String,
    /// Which ritual it belongs to.
    pub phase: Phase,
    /// The value of [`COMMAND_VARIABLE`] in it and everything that comes from it.
    pub id: String,
    /// Its first process; unknown if rune was killed just when it started it.
    pub process: Option<(u32, u64)>,
    /// When it was started, in seconds since 1970.
    pub began: u64,
    /// Where its output goes.
    pub log: PathBuf,
    /// Who keeps it, if somebody does; its `process` is that one then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub runner: Option<Runner>,
}

/// The runner of a background command: what it was given, and what it writes down.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Runner {
    /// Directory of the files.
    pub directory: PathBuf,
    /// Their name.
    pub id: PaneId,
}

/// Whether somebody has to stay with a background command: to start it again, or to see that it lives.
pub fn is_kept(command: &RitualCommand) -> bool {
    let Supervision { restart, live, .. } = &command.supervision;
    command.background && (restart.when != When::Never || live.is_some())
}

/// Tells a declared command from one that was declared otherwise; 16 hexadecimal digits.
pub fn identity(command: &RitualCommand) -> String {
    let text = match &command.command {
        None => vec!["none"],
        Some(Command::Shell) => vec!["shell"],
        Some(Command::Script(text)) => vec!["script", text],
        Some(Command::Scripts(texts)) => {
            ["scripts"].into_iter().chain(texts.iter().map(String::as_str)).collect()
        }
        Some(Command::Argv(words)) => ["argv"].into_iter().chain(words.iter().map(String::as_str)).collect(),
    };
    // A runner knows what was declared when it began; of all others `rune` looks it up.
    let kept = is_kept(command).then(|| serde_json::to_string(&command.supervision).unwrap_or_default());
    let variables = command.environment.iter().flat_map(|(name, value)| [name.as_str(), value.as_str()]);
    let words = [command.name.as_str()].into_iter().chain(text).map(str::as_bytes);
    let place = [command.cwd.as_os_str().as_bytes()];
    format!(
        "{:016x}",
        digest(
            words.chain(place).chain(variables.map(str::as_bytes)).chain(kept.iter().map(String::as_bytes))
        )
    )
}

/// What becomes of a ritual that is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// It runs, from its first command.
    Run,
    /// It runs, from its first command: the last time it did not come to its end.
    Again {
        /// When that was begun, in seconds since 1970.
        began: u64,
    },
    /// It has run, and is not run again until `rune stop`.
    Skip {
        /// When it ended, in seconds since 1970.
        ended: u64,
    },
}

impl Record {
    /// A record of nothing.
    pub fn new(boot: &str, project: &str, root: &Path) -> Record {
        Record {
            schema: SCHEMA,
            boot: boot.to_owned(),
            project: project.to_owned(),
            root: root.to_owned(),
            start: None,
            stop: None,
            foreground: None,
            background: Vec::new(),
        }
    }

    /// The record as it counts in this boot of the machine: what ran before has gone with it.
    #[must_use]
    pub fn since(self, boot: &str) -> Record {
        if self.boot == boot { self } else { Record::new(boot, &self.project, &self.root) }
    }

    /// Whether the ritual is to run; `force` runs a start ritual that has run.
    pub fn decide(&self, phase: Phase, force: bool) -> Decision {
        match (phase, self.start) {
            (Phase::Stop, _) | (Phase::Start, None) => Decision::Run,
            (Phase::Start, Some(Times { began, ended: None })) => Decision::Again { began },
            (Phase::Start, Some(_)) if force => Decision::Run,
            (Phase::Start, Some(Times { ended: Some(ended), .. })) => Decision::Skip { ended },
        }
    }

    /// Notes that a ritual begins. As soon as a stop ritual does, the start ritual counts as undone.
    pub fn begin(&mut self, phase: Phase, now: u64) {
        let times = Some(Times { began: now, ended: None });
        match phase {
            Phase::Start => self.start = times,
            Phase::Stop => {
                self.start = None;
                self.stop = times;
            }
        }
    }

    /// Notes that a ritual came to its end.
    pub fn end(&mut self, phase: Phase, now: u64) {
        let times = match phase {
            Phase::Start => &mut self.start,
            Phase::Stop => &mut self.stop,
        };
        if let Some(times) = times {
            times.ended = Some(now);
        }
    }
}

/// What a background command of an earlier run means for one that is about to be started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Claim {
    /// There is none.
    New,
    /// It is the same and still runs: it is kept.
    Kept(Background),
    /// It has the same name but was declared otherwise: it is ended first.
    Replaces(Background),
}

/// Takes what `command` means out of `running`, the background commands of earlier runs that still run.
pub fn claim(running: &mut Vec<Background>, command: &RitualCommand, phase: Phase) -> Claim {
    let identity = identity(command);
    let mut take = |same: &dyn Fn(&Background) -> bool| {
        let place = running.iter().position(|one| one.phase == phase && same(one))?;
        Some(running.remove(place))
    };
    if let Some(same) = take(&|one| one.identity == identity) {
        return Claim::Kept(same);
    }
    take(&|one| one.name == command.name).map_or(Claim::New, Claim::Replaces)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ritual_plan::testing::command;

    #[test]
    fn an_ended_start_ritual_is_not_run_again_until_stop() {
        let mut record = Record::new("boot", "web", Path::new("/w"));
        assert_eq!(record.decide(Phase::Start, false), Decision::Run);
        record.begin(Phase::Start, 10);
        assert_eq!(record.decide(Phase::Start, false), Decision::Again { began: 10 });
        record.end(Phase::Start, 20);
        assert_eq!(record.decide(Phase::Start, false), Decision::Skip { ended: 20 });
        assert_eq!(record.decide(Phase::Start, true), Decision::Run);
        assert_eq!(record.decide(Phase::Stop, false), Decision::Run);
        record.begin(Phase::Stop, 30);
        assert_eq!(record.decide(Phase::Start, false), Decision::Run);
        assert_eq!(record.stop, Some(Times { began: 30, ended: None }));
    }

    #[test]
    fn a_new_boot_forgets_everything() {
        let mut record = Record::new("boot", "web", Path::new("/w"));
        record.begin(Phase::Start, 10);
        record.end(Phase::Start, 20);
        assert_eq!(record.clone().since("boot"), record);
        assert_eq!(record.since("other").decide(Phase::Start, false), Decision::Run);
    }

    #[test]
    fn a_background_command_is_kept_while_it_is_declared_the_same() {
        let command = |name, text| RitualCommand { background: true, ..command(name, text) };
        let running = |command: &RitualCommand| Background {
            name: command.name.clone(),
            command: String::new(),
            identity: identity(command),
            phase: Phase::Start,
            id: String::new(),
            process: None,
            began: 0,
            log: PathBuf::new(),
            runner: None,
        };
        let (server, other) = (command("server", "serve"), command("watch", "serve"));
        let mut earlier = vec![running(&other), running(&server)];
        assert_eq!(claim(&mut earlier.clone(), &server, Phase::Stop), Claim::New);
        assert_eq!(claim(&mut earlier, &server, Phase::Start), Claim::Kept(running(&server)));
        assert_eq!(claim(&mut earlier, &server, Phase::Start), Claim::New, "one cannot be kept twice");
        let changed = command("watch", "serve -v");
        assert_eq!(claim(&mut earlier, &changed, Phase::Start), Claim::Replaces(running(&other)));
        assert_eq!(earlier, []);
    }

    #[test]
    fn the_same_name_at_another_root_is_another_project() {
        let here = word(Path::new("/a"), "web");
        assert_ne!(here, word(Path::new("/b"), "web"));
        assert_ne!(here, word(Path::new("/a"), "api"));
        assert!(is_inside(&format!("0123:{here}"), &here));
        assert!(!is_inside("", &here));
        assert!(!is_inside(&here[1..], &here));
    }
}
