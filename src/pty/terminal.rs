//! The terminal that rune runs in, given to a program in raw mode and always taken back.

use std::io::{self, IsTerminal};
use std::sync::{Mutex, MutexGuard, Once, PoisonError};

use portable_pty::PtySize;
use rustix::termios::{OptionalActions, Termios, tcgetattr, tcgetwinsize, tcsetattr};

/// Whether standard input and output are a terminal.
pub fn has_terminal() -> bool {
    io::stdin().is_terminal() && io::stdout().is_terminal()
}

/// Its size; 80x24 where the terminal does not know.
pub(super) fn size() -> PtySize {
    let (rows, cols) = match tcgetwinsize(io::stdin()) {
        Ok(size) if size.ws_row > 0 && size.ws_col > 0 => (size.ws_row, size.ws_col),
        Ok(_) | Err(_) => (24, 80),
    };
    PtySize { rows, cols, pixel_width: 0, pixel_height: 0 }
}

/// The terminal is in raw mode while this lives. Dropping it brings back what was before; so does a
/// panic, before its message is shown.
pub(super) struct Raw(());

impl Raw {
    pub(super) fn enter() -> io::Result<Raw> {
        static HOOK: Once = Once::new();
        HOOK.call_once(|| {
            let shown = std::panic::take_hook();
            std::panic::set_hook(Box::new(move |panic| {
                restore();
                shown(panic);
            }));
        });
        let before = tcgetattr(io::stdin())?;
        let mut raw = before.clone();
        raw.make_raw();
        *saved() = Some(before);
        let guard = Raw(());
        tcsetattr(io::stdin(), OptionalActions::Drain, &raw)?;
        Ok(guard)
    }
}

impl Drop for Raw {
    fn drop(&mut self) {
        restore();
    }
}

/// What the terminal was like before, while it is in raw mode.
fn saved() -> MutexGuard<'static, Option<Termios>> {
    static SAVED: Mutex<Option<Termios>> = Mutex::new(None);
    SAVED.lock().unwrap_or_else(PoisonError::into_inner)
}

fn restore() {
    if let Some(before) = saved().take() {
        // There is nothing left to do about a terminal that is gone.
        let _ = tcsetattr(io::stdin(), OptionalActions::Drain, &before);
    }
}
