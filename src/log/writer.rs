//! The writer of a pane's log: it reads what tmux got from the pane's program.
//!
//! It must never slow down or end that program. So it reads whatever comes, writes when nothing more
//! comes or enough did, and when it cannot write it goes on reading.

use std::fs::OpenOptions;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::stdio::stdin;
use signal_hook::consts::signal::{SIGHUP, SIGINT, SIGQUIT, SIGXFSZ};

use super::Clocks;
use super::sink::{Limits, Sink};
use crate::cast::{Header, Mark, Moment, Origin, Piece, SCHEMA, Scanner, Term};
use crate::record::{PaneId, Specification};
use crate::store::Store;

/// How much is read at once.
const BLOCK: usize = 64 * 1024;

/// How often it is asked, while output comes without a pause, whether the pane has another size, in
/// microseconds.
const SIZE_EVERY: u64 = 250_000;

/// How the marker of a start begins.
pub const STARTED: &str = "started";
/// How the marker of an end begins.
pub const ENDED: &str = "ended";

/// Writes what comes on standard input to the log of the pane `id` of the store in `directory`, until
/// it ends. `words` are the pane's columns and rows at the start, and the path of its terminal.
pub fn write(directory: &Path, id: &PaneId, words: &[String]) -> ExitCode {
    // What would end it: a terminal that hangs up, and a file that must not grow.
    for signal in [SIGHUP, SIGINT, SIGQUIT, SIGXFSZ] {
        let _ = signal_hook::flag::register(signal, Arc::new(AtomicBool::new(false)));
    }
    let mut writer = Writer::new(Store::at(directory.to_owned()), id, words);
    writer.run();
    ExitCode::SUCCESS
}

struct Writer {
    store: Store,
    id: PaneId,
    clocks: Clocks,
    scanner: Scanner,
    /// Whether what comes is said by the runner itself.
    aside: bool,
    /// Nothing where it is not known what the pane is; then all is read nevertheless.
    sink: Option<Sink>,
    terminal: Option<PathBuf>,
    /// When its size was asked for last; nothing when there was a pause since.
    sized: Option<u64>,
}

impl Writer {
    fn new(store: Store, id: &PaneId, words: &[String]) -> Writer {
        let clocks = Clocks::default();
        let number =
            |at: usize| words.get(at).and_then(|word| word.parse().ok()).filter(|number| *number > 0);
        let term = Term { cols: number(0).unwrap_or(80), rows: number(1).unwrap_or(24) };
        let sink = store.specification(id).and_then(|specification| {
            let directory = specification.log.clone()?;
            let limits = specification.supervision.log_size.map(Limits::of).unwrap_or_default();
            let header = header(specification, term);
            Some(Sink::new(Path::new(&directory), header, limits, clocks.now()))
        });
        let terminal = words.get(2).map(PathBuf::from).filter(|path| path.is_absolute());
        let (id, scanner) = (id.clone(), Scanner::new(id));
        Writer { store, id, clocks, scanner, aside: false, sink, terminal, sized: None }
    }

    fn run(&mut self) {
        let mut buffer = vec![0; BLOCK];
        loop {
            match rustix::io::read(stdin(), &mut buffer) {
                Ok(0) => break,
                Ok(count) => self.take(&buffer[..count]),
                Err(Errno::INTR) => {}
                Err(Errno::AGAIN) => drop(readable(None)),
                Err(_) => break,
            }
            if !readable(Some(&Timespec { tv_sec: 0, tv_nsec: 0 })) {
                self.sized = None;
                if let Some(sink) = &mut self.sink {
                    sink.flush();
                }
            }
        }
        let now = self.clocks.now();
        if let Some(sink) = &mut self.sink {
            sink.output(now, &self.scanner.rest());
            sink.finish(now);
        }
    }

    fn take(&mut self, bytes: &[u8]) {
        let now = self.clocks.now();
        self.look_at_size(now);
        let Writer { store, id, scanner, aside, sink, .. } = self;
        scanner.scan(bytes, |piece| match piece {
            Piece::Output(bytes) => match sink {
                Some(sink) if *aside => sink.said(now, &String::from_utf8_lossy(bytes)),
                Some(sink) => sink.output(now, bytes),
                None => {}
            },
            Piece::Mark(mark @ (Mark::Aside | Mark::Back)) => *aside = mark == Mark::Aside,
            Piece::Mark(mark) => {
                if let Some(sink) = sink {
                    note(sink, now, mark);
                }
                if let Mark::End(_) = mark {
                    // The runner waits for it, whatever became of the log.
                    let _ = store.note_logged(id);
                }
            }
        });
    }

    fn look_at_size(&mut self, now: Moment) {
        let Writer { sink: Some(sink), terminal: Some(terminal), sized, .. } = self else { return };
        if sized.is_some_and(|sized| now.steady - sized < SIZE_EVERY) {
            return;
        }
        *sized = Some(now.steady);
        let mut options = OpenOptions::new();
        options.read(true).custom_flags(libc::O_NOCTTY | libc::O_NONBLOCK);
        let size = options.open(terminal).ok().and_then(|file| rustix::termios::tcgetwinsize(file).ok());
        if let Some(size) = size.filter(|size| size.ws_col > 0 && size.ws_row > 0) {
            sink.resize(now, Term { cols: size.ws_col, rows: size.ws_row });
        }
    }
}

fn note(sink: &mut Sink, now: Moment, mark: Mark) {
    match mark {
        Mark::Start => sink.marker(now, STARTED),
        Mark::Look | Mark::Aside | Mark::Back => return,
        Mark::End(None) => sink.marker(now, ENDED),
        Mark::End(Some(code)) => {
            sink.marker(now, &format!("{ENDED}, code {code}"));
            sink.exit(now, code);
        }
    }
    sink.flush();
}

fn header(specification: Specification, term: Term) -> Header {
    let Specification { tag, summary, session, .. } = specification;
    Header {
        version: 3,
        term,
        timestamp: 0,
        command: Some(summary),
        title: Some(format!("{session}:{}.{}", tag.window, tag.pane)),
        rune: Origin {
            schema: SCHEMA,
            start: 0,
            session,
            workspace: tag.workspace,
            window: tag.window,
            pane: tag.pane,
            id: tag.id,
        },
    }
}

/// Whether there is something to read within the time.
fn readable(limit: Option<&Timespec>) -> bool {
    matches!(poll(&mut [PollFd::new(&stdin(), PollFlags::IN)], limit), Ok(1..))
}
