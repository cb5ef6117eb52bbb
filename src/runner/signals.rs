//! The runner's signals: which it ignores while it owns the terminal, and how a child gets them back.

#![allow(unsafe_code)] // signal dispositions and masks have no safe interface

use std::mem::MaybeUninit;
use std::os::unix::process::CommandExt;
use std::process::Command;
use std::ptr;

/// Keys that are meant for the command, and what the kernel does to a process that touches the
/// terminal from the background.
const TERMINAL: [libc::c_int; 5] = [libc::SIGINT, libc::SIGQUIT, libc::SIGTSTP, libc::SIGTTIN, libc::SIGTTOU];

/// What a runner listens for.
const LISTENED: [libc::c_int; 3] = [libc::SIGCHLD, libc::SIGUSR1, libc::SIGTERM];

/// Ignores every signal that the terminal sends, for a runner that must outlive Ctrl-C.
pub fn ignore_terminal() {
    set(TERMINAL, libc::SIG_IGN);
}

/// The default action for every signal that a runner ignores or listens for: async-signal-safe.
pub fn as_at_first() {
    set(TERMINAL.into_iter().chain(LISTENED), libc::SIG_DFL);
    default_pipe();
}

/// The default action for a pipe that nobody reads, which Rust's programs ignore.
pub fn default_pipe() {
    set([libc::SIGPIPE], libc::SIG_DFL);
}

fn set(signals: impl IntoIterator<Item = libc::c_int>, action: libc::sighandler_t) {
    for signal in signals {
        // SAFETY: `signal` with SIG_IGN or SIG_DFL installs no handler and touches no memory.
        unsafe { libc::signal(signal, action) };
    }
}

/// Makes `command` start as a process group of its own in the background, with the default action for
/// every signal.
pub fn start_in_background(command: &mut Command) {
    command.process_group(0);
    let enter = || {
        as_at_first();
        Ok(())
    };
    // SAFETY: the closure makes async-signal-safe calls only and allocates nothing.
    unsafe { command.pre_exec(enter) };
}

/// Holds every signal back while it lives.
pub struct Held(libc::sigset_t);

impl Held {
    /// Holds every signal back from now on.
    pub fn all() -> Held {
        let (mut all, mut before) = (MaybeUninit::uninit(), MaybeUninit::uninit());
        // SAFETY: sigfillset fills `all`, and pthread_sigmask, which fails for no valid arguments, `before`.
        unsafe {
            libc::sigfillset(all.as_mut_ptr());
            libc::pthread_sigmask(libc::SIG_SETMASK, all.as_ptr(), before.as_mut_ptr());
            Held(before.assume_init())
        }
    }

    /// Lets through what was let through before: async-signal-safe.
    pub fn release(&self) {
        // SAFETY: the set is one that pthread_sigmask gave out.
        unsafe { libc::pthread_sigmask(libc::SIG_SETMASK, &raw const self.0, ptr::null_mut()) };
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.release();
    }
}
