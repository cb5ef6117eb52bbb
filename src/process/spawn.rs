//! Starting processes.

use std::io;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Held while a process is started or a terminal is opened. A new terminal's descriptors are marked
/// as not to be inherited only after they exist, so a process started in between would keep them.
pub fn starting() -> MutexGuard<'static, ()> {
    static STARTING: Mutex<()> = Mutex::new(());
    STARTING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Starts `command`; see [`starting`].
pub fn spawn(command: &mut Command) -> io::Result<Child> {
    let _alone = starting();
    command.spawn()
}

/// Makes `command` lead a session of its own: it has no terminal, so that it neither gets that
/// terminal's Ctrl-C and hang-up, nor stops for ever when it asks for a password there (programs
/// that need a terminal say so instead).
pub fn without_terminal(command: &mut Command) -> &mut Command {
    // SAFETY: between fork and exec only setsid(2) is called, which allocates nothing and takes no lock.
    #[allow(unsafe_code)]
    unsafe {
        command.pre_exec(|| rustix::process::setsid().map(drop).map_err(io::Error::from))
    }
}
