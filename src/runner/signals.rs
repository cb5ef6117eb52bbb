//! The runner's signals: which it ignores while it owns the terminal, and how a child gets them back.

#![allow(unsafe_code)] // signal dispositions and the time between fork and exec have no safe interface

use std::io;
use std::os::unix::process::CommandExt;
use std::process::Command;

/// Keys that are meant for the command, and what the kernel does to a process that touches the
/// terminal from the background.
const TERMINAL: [libc::c_int; 5] = [libc::SIGINT, libc::SIGQUIT, libc::SIGTSTP, libc::SIGTTIN, libc::SIGTTOU];

/// Ignores every signal that the terminal sends, for a runner that must outlive Ctrl-C.
pub fn ignore_terminal() {
    set_all(libc::SIG_IGN);
}

fn set_all(action: libc::sighandler_t) {
    for signal in TERMINAL {
        // SAFETY: `signal` with SIG_IGN or SIG_DFL installs no handler and touches no memory.
        unsafe { libc::signal(signal, action) };
    }
}

/// Makes `command` start as a process group of its own in the background, with the default action for
/// every signal of the terminal.
pub fn start_in_background(command: &mut Command) {
    command.process_group(0);
    // SAFETY: the closure makes async-signal-safe calls only and allocates nothing.
    unsafe {
        command.pre_exec(|| {
            set_all(libc::SIG_DFL);
            Ok(())
        })
    };
}

/// Makes `command` start as the foreground process group of the terminal on its standard input,
/// with the default action for every signal of the terminal.
pub fn start_in_foreground(command: &mut Command) {
    command.process_group(0);
    let enter = || -> io::Result<()> {
        // Still ignored here: SIGTTOU would stop a background group that takes the terminal.
        // Not having a terminal is no reason not to start.
        // SAFETY: tcsetpgrp, getpid and signal are async-signal-safe.
        unsafe { libc::tcsetpgrp(0, libc::getpid()) };
        set_all(libc::SIG_DFL);
        Ok(())
    };
    // SAFETY: the closure makes async-signal-safe calls only and allocates nothing.
    unsafe { command.pre_exec(enter) };
}
