//! What a command of a ritual waits for.

#![allow(clippy::disallowed_methods)] // what is waited for takes its time

use std::time::{Duration, Instant};

use super::ready::Awaited;
use super::ritual::{Met, Ritual, prepare};
use crate::error::{Error, Result};
use crate::process::End;
use crate::ritual::{Need, RitualCommand};
use crate::ritual_plan::event::{Event, How};
use crate::workspace::Command;
use crate::workspace::supervision::Needed;

impl Ritual<'_> {
    /// Waits until the background command that was just started, or found running, is ready; an error if the
    /// ritual ends with it.
    pub(super) fn wait_ready(&mut self, command: &RitualCommand, on: &mut dyn FnMut(Event)) -> Result<()> {
        let name = &command.name;
        let Some(ready) = &command.supervision.ready else {
            self.met.insert(name.clone(), Met::Ready);
            return Ok(());
        };
        let begin = Instant::now();
        on(Event::Begins { name: name.clone() });
        let found = self.awaited(command, on, &mut |awaited| awaited.ready(ready))?;
        match found.unwrap_or_else(|| Err("does not run".to_owned())) {
            Ok(()) => {
                on(Event::Ready { name: name.clone(), time: begin.elapsed() });
                self.met.insert(name.clone(), Met::Ready);
                Ok(())
            }
            Err(why) => {
                self.met.insert(name.clone(), Met::Not(why.clone()));
                self.not_ready(command, why, on)
            }
        }
    }

    /// Reports that `command` failed for this reason; an error if the ritual ends with it.
    pub(super) fn not_ready(
        &self,
        command: &RitualCommand,
        why: String,
        on: &mut dyn FnMut(Event),
    ) -> Result<()> {
        let (name, optional) = (command.name.clone(), command.optional);
        let message = format!("`{name}` {why}");
        let how = How::NotReady { why, optional };
        on(Event::Done { name, how, output: Vec::new() });
        if optional { Ok(()) } else { Err(Error::NotReady { message, hint: None }) }
    }

    /// Waits for what `command` needs, or says why that cannot be had.
    pub(super) fn needs(
        &mut self,
        command: &RitualCommand,
        on: &mut dyn FnMut(Event),
    ) -> Result<Result<(), String>> {
        for need in &command.needs {
            if let Err(why) = self.need(need, command.timeout, on)? {
                return Ok(Err(why));
            }
        }
        Ok(Ok(()))
    }

    fn need(
        &mut self,
        need: &Need,
        limit: Option<Duration>,
        on: &mut dyn FnMut(Event),
    ) -> Result<Result<(), String>> {
        let other = &need.command;
        match (self.met.get(other), need.state) {
            (Some(Met::Skipped), _) => return Ok(Ok(())),
            (None, _) => return Ok(Err(format!("needs `{other}`, which was not started"))),
            (Some(Met::Not(why)), Needed::Ready) => return Ok(Err(format!("needs `{other}`, which {why}"))),
            (_, Needed::Started) => return Ok(Ok(())),
            (_, Needed::Ready | Needed::Succeeded | Needed::Exited) => {}
        }
        let commands = self.project.ritual(self.phase);
        let Some(command) = commands.iter().find(|one| one.background && one.name == *other) else {
            return Ok(Ok(()));
        };
        if need.state == Needed::Ready {
            // It was ready; without probes it has to run still, or to have ended well.
            let fails = |end: &Option<End>| end.as_ref().is_some_and(|end| !end.is_success());
            let ended = self.awaited(command, on, &mut |awaited| awaited.ended(Some(Duration::ZERO)))?;
            return Ok(match ended {
                Some(Ok(end)) if fails(&end) => {
                    let end = end.map(|end| end.to_string()).unwrap_or_default();
                    Err(format!("needs `{other}`, which {end}"))
                }
                _ => Ok(()),
            });
        }
        let ended = self.awaited(command, on, &mut |awaited| awaited.ended(limit))?;
        Ok(match ended {
            Some(Ok(Some(end))) if need.state == Needed::Exited || end.is_success() => Ok(()),
            Some(Ok(Some(end))) => Err(format!("needs the success of `{other}`, which {end}")),
            Some(Ok(None)) if need.state == Needed::Exited => Ok(()),
            Some(Ok(None)) => {
                Err(format!("needs the success of `{other}`, of which nobody knows how it ended"))
            }
            Some(Err(why)) => Err(format!("needs `{other}`, which {why}")),
            None => Err(format!("needs `{other}`, which does not run")),
        })
    }

    /// Does something with the background command `command`, if it was started or found.
    pub(super) fn awaited<T>(
        &mut self,
        command: &RitualCommand,
        on: &mut dyn FnMut(Event),
        act: &mut dyn FnMut(&mut Awaited<'_>) -> Result<T>,
    ) -> Result<Option<T>> {
        let name = &command.name;
        let (project, options) = (self.project, self.options);
        let run = |what: &Command| prepare(project, options, command, what).map(|(run, _)| run);
        let mut passed = |time| on(Event::Passed { name: name.clone(), time, limited: true });
        let started = self.started.iter_mut().rfind(|(one, _)| one.name == *name);
        let mut awaited = match started {
            Some((one, child)) => Awaited { one, child: Some(child), run: &run, passed: &mut passed },
            None => match self.kept.iter().rfind(|one| one.name == *name) {
                Some(one) => Awaited { one, child: None, run: &run, passed: &mut passed },
                None => return Ok(None),
            },
        };
        act(&mut awaited).map(Some)
    }
}
