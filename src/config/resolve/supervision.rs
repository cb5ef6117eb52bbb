//! How a command is kept, with its values filled in.

use std::path::Path;
use std::time::Duration;

use super::context::Context;
use super::seam::{Variables, render_text};
use crate::config::raw::supervision::{self as raw, pattern, tcp, url};
use crate::config::raw::{Mistake, Run};
use crate::config::tree::Text;
use crate::workspace::supervision::{Ask, Live, Need, Probe, Ready, Restart, Stop, Supervision, When};

impl Context<'_> {
    /// How a command in `cwd` is kept, which needs `needs`.
    pub(super) fn supervision(
        &mut self,
        declared: &raw::Supervision,
        needs: Vec<Need>,
        cwd: &Path,
        variables: &Variables,
    ) -> Supervision {
        let ready = declared.ready.as_ref().map(|ready| Ready {
            probes: ready.probes.iter().filter_map(|probe| self.probe(probe, cwd, variables)).collect(),
            timeout: ready.timeout,
        });
        let live = declared.live.as_ref().and_then(|live| {
            let probe = self.probe(&live.probe, cwd, variables)?;
            Some(Live { probe, every: live.every, failures: live.failures })
        });
        let stop = declared.stop.as_ref().map(|stop| Stop {
            ask: match &stop.ask {
                None => Stop::default().ask,
                Some(raw::Ask::Keys(bytes)) => Ask::Keys(bytes.clone()),
                Some(raw::Ask::Signal(number)) => Ask::Signal(*number),
                Some(raw::Ask::Command(run)) => Ask::Command(self.command(run, variables)),
            },
            timeout: stop.timeout,
        });
        Supervision {
            needs,
            ready,
            restart: declared.restart.clone(),
            live,
            stop: stop.unwrap_or_default(),
            log: declared.log.as_ref().is_some_and(|log| log.on),
            log_size: declared.log.as_ref().and_then(|log| Some(log.size.as_ref()?.0)),
            autostart: declared.autostart.unwrap_or(true),
            needed: false,
        }
    }

    fn probe(&mut self, probe: &raw::Probe, cwd: &Path, variables: &Variables) -> Option<Probe> {
        match probe {
            raw::Probe::Tcp(text) => {
                let (host, port) = self.checked(text, variables, tcp)?.1;
                Some(Probe::Tcp { host, port })
            }
            raw::Probe::Http(text) => self.checked(text, variables, url).map(|(url, ())| Probe::Http(url)),
            raw::Probe::Command(run) => Some(Probe::Command(self.command(run, variables))),
            raw::Probe::Log(text) => {
                // a value stands for itself, whatever it means in an expression
                let literal = variables.map(regex::escape);
                self.checked(text, &literal, pattern).map(|(pattern, ())| Probe::Log(pattern))
            }
            raw::Probe::File(text) => {
                let path = self.label(text, variables, "the path");
                let full = self.join(cwd, &path);
                Some(Probe::File(full.to_str().map_or(path, str::to_owned)))
            }
            raw::Probe::Exit => Some(Probe::Exit),
            raw::Probe::Delay(time) => Some(Probe::Delay(*time)),
        }
    }

    /// A text with its values, and what its rule makes of it. Texts without placeholders were
    /// checked when they were read, where parts of them have places.
    fn checked<T>(
        &mut self,
        text: &Text,
        variables: &Variables,
        rule: impl Fn(&str) -> Result<T, Mistake>,
    ) -> Option<(String, T)> {
        let rendered = match render_text(&text.value, variables) {
            Ok(rendered) => rendered,
            Err(fault) => {
                self.fault(text, fault);
                return None;
            }
        };
        match rule(&rendered) {
            Ok(value) => Some((rendered, value)),
            Err(mistake) => {
                self.problem(&text.place, mistake.message).help = mistake.help;
                None
            }
        }
    }
}

/// What a policy declares, before rendering and whatever its spelling; nothing for none.
pub(super) fn words(declared: &raw::Supervision, needs: &[Need]) -> Vec<String> {
    let mut words = Vec::new();
    let mut say = |name: &str, more: Vec<String>| {
        words.push(name.to_owned());
        words.push(more.len().to_string());
        words.extend(more);
    };
    let mut needs = needs.to_vec();
    needs.sort();
    needs.dedup();
    for need in needs {
        let state = need.state.as_str().to_owned();
        say("needs", vec![need.window.to_string(), need.pane.to_string(), state]);
    }
    if let Some(ready) = &declared.ready {
        say("ready", vec![milliseconds(ready.timeout)]);
        ready.probes.iter().for_each(|one| say("probe", probe(one)));
    }
    let restart = &declared.restart;
    if *restart != Restart::default() {
        let when = match restart.when {
            When::Never => "never",
            When::OnFailure => "on-failure",
            When::Always => "always",
        };
        let limit = restart.limit.map(|limit| [limit.times.to_string(), milliseconds(limit.within)]);
        let mut more = vec![when.to_owned(), milliseconds(restart.first), milliseconds(restart.longest)];
        more.extend(limit.into_iter().flatten());
        say("restart", more);
    }
    if let Some(live) = &declared.live {
        say("live", vec![milliseconds(live.every), live.failures.to_string()]);
        say("probe", probe(&live.probe));
    }
    if let Some(stop) = &declared.stop {
        let usual = Stop::default();
        let ask = match &stop.ask {
            None => signal(&usual.ask),
            Some(raw::Ask::Keys(bytes)) => vec![format!("keys {bytes:?}")],
            Some(raw::Ask::Signal(number)) => signal(&Ask::Signal(*number)),
            Some(raw::Ask::Command(run)) => owned(run),
        };
        if ask != signal(&usual.ask) || stop.timeout != usual.timeout {
            say("stop", [vec![milliseconds(stop.timeout)], ask].concat());
        }
    }
    if let Some(log) = declared.log.as_ref().filter(|log| log.on) {
        say("log", log.size.iter().map(|(size, _)| size.to_string()).collect());
    }
    if declared.autostart == Some(false) {
        say("by hand", Vec::new());
    }
    words
}

fn probe(probe: &raw::Probe) -> Vec<String> {
    let two = |kind: &str, text: &Text| vec![kind.to_owned(), text.value.clone()];
    match probe {
        raw::Probe::Tcp(text) => two("tcp", text),
        raw::Probe::Http(text) => two("http", text),
        raw::Probe::Command(run) => owned(run),
        raw::Probe::Log(text) => two("log", text),
        raw::Probe::File(text) => two("file", text),
        raw::Probe::Exit => vec!["exit".to_owned()],
        raw::Probe::Delay(time) => vec!["delay".to_owned(), milliseconds(*time)],
    }
}

fn signal(ask: &Ask) -> Vec<String> {
    vec![format!("{ask:?}")]
}

fn owned(run: &Run) -> Vec<String> {
    run.words().into_iter().map(str::to_owned).collect()
}

fn milliseconds(time: Duration) -> String {
    time.as_millis().to_string()
}
