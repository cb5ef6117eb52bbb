//! How acts become tmux commands.

use super::{Renderer, literal_time, target, words};
use crate::plan::{Act, Destination, Keys, Resize, Target};
use crate::workspace::window_label;

/// How many bytes of text one command types: well below what any way to tmux takes.
const CHUNK: usize = 4000;

impl Renderer<'_> {
    pub(super) fn act(&mut self, place: usize, act: &Act) {
        if act.ends() {
            // There is nothing left by which the line could report.
            self.finish();
            self.new_line(None);
        } else {
            self.line_for(&Target::Live(act.id().to_owned()));
        }
        match act {
            Act::EndSession { id, .. } => self.command(&words(&["kill-session", "-t", id])),
            Act::EndWindow { id, .. } => self.command(&words(&["kill-window", "-t", id])),
            Act::EndPane { id, .. } => {
                self.release(id);
                self.command(&words(&["kill-pane", "-t", id]));
            }
            Act::RenameSession { id, label, .. } => self.command(&words(&[
                "rename-session",
                "-t",
                &target(&Target::Live(id.clone())),
                "--",
                label,
            ])),
            Act::RenameWindow { id, label, .. } => {
                self.command(&words(&["rename-window", "-t", id, "--", &window_label(label)]))
            }
            Act::ResizePane { id, to, .. } => {
                let (flag, count) = match to {
                    Resize::Left(by) => ("-L", by),
                    Resize::Right(by) => ("-R", by),
                    Resize::Up(by) => ("-U", by),
                    Resize::Down(by) => ("-D", by),
                    Resize::Width(columns) => ("-x", columns),
                    Resize::Height(rows) => ("-y", rows),
                };
                let count = count.to_string();
                match to {
                    Resize::Width(_) | Resize::Height(_) => {
                        self.command(&words(&["resize-pane", "-t", id, flag, &count]))
                    }
                    _ => self.command(&words(&["resize-pane", flag, "-t", id, &count])),
                }
            }
            Act::SwapPanes { id, other, .. } => {
                self.command(&words(&["swap-pane", "-d", "-s", id, "-t", other]))
            }
            Act::MovePane { id, to, .. } => self.move_pane(id, to),
            Act::SelectPane { id, window, .. } => {
                self.command(&words(&["select-window", "-t", window]));
                self.command(&words(&["select-pane", "-t", id]));
            }
            Act::Type { id, leave_mode, keys, .. } => {
                self.leave_mode(id, *leave_mode);
                for keys in keys {
                    self.keys(id, keys);
                }
            }
            Act::ClearPane { id, leave_mode, .. } => {
                self.leave_mode(id, *leave_mode);
                self.command(&words(&["send-keys", "-R", "-t", id]));
                self.command(&words(&["clear-history", "-t", id]));
            }
            Act::PipePane { id, file, .. } => match file {
                None => self.command(&words(&["pipe-pane", "-t", id])),
                Some(file) => {
                    // tmux knows pipes to a shell only; this one becomes `cat` at once.
                    let file = format!("'{}'", file.replace('\'', r"'\''"));
                    let command = literal_time(&self.literal(&format!("exec cat >>{file}")));
                    self.command(&words(&["pipe-pane", "-t", id, "--", &command]));
                }
            },
            Act::KeepArrangement { id, declared, .. } => {
                self.note_window(&Target::Live(id.clone()), super::LAYOUT, &declared.0)
            }
        }
        self.did(place, false);
    }

    fn move_pane(&mut self, id: &str, to: &Destination) {
        match to {
            Destination::Pane { id: to, beside, before, .. } => {
                let mut command = words(&["join-pane", "-d", if *beside { "-h" } else { "-v" }]);
                if *before {
                    command.push("-b".to_owned());
                }
                command.extend(words(&["-s", id, "-t", to]));
                self.command(&command);
            }
            Destination::Window { session, window, .. } => {
                let (session, window) = (target(&Target::Live(session.clone())), window_label(window));
                self.command(&words(&["break-pane", "-d", "-s", id, "-t", &session, "-n", &window]));
            }
        }
    }

    /// Keys reach no program while its pane is in a mode, and end some servers when nobody is attached.
    fn leave_mode(&mut self, id: &str, in_mode: bool) {
        if in_mode {
            self.command(&words(&["send-keys", "-t", id, "-X", "cancel"]));
        }
    }

    fn keys(&mut self, id: &str, keys: &Keys) {
        let text = match keys {
            Keys::Key(key) => return self.command(&words(&["send-keys", "-t", id, "--", key])),
            Keys::Text(text) => text,
        };
        let mut rest = text.as_str();
        while !rest.is_empty() {
            let end = (0..=CHUNK.min(rest.len())).rev().find(|&end| rest.is_char_boundary(end));
            let (now, then) = rest.split_at(end.unwrap_or(rest.len()));
            self.command(&words(&["send-keys", "-l", "-t", id, "--", now]));
            rest = then;
        }
    }
}
