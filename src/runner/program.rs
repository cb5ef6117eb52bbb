//! A program of a pane, and its start as the one that the terminal belongs to.

#![allow(unsafe_code)] // what happens between the start of a process and its program has no safe interface

use std::collections::BTreeMap;
use std::env;
use std::ffi::{CStr, CString, OsStr, OsString, c_char, c_int, c_void};
use std::io;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::ptr;

use rustix::process::{Pid, WaitOptions, waitpid};

use super::signals::{self, Held};
use crate::store::Variable;

/// More than enough of a stack for a few system calls, also for a slow way into the kernel.
const STACK: usize = 32 * 1024;

/// Where programs are searched for without a PATH.
const PATH: &str = "/bin:/usr/bin";

/// What reads scripts that do not say what reads them.
const SHELL: &CStr = c"/bin/sh";

/// A program with its arguments and its whole environment.
pub struct Program {
    words: Vec<OsString>,
    environment: BTreeMap<OsString, OsString>,
}

impl Program {
    /// The program `words[0]`, searched for in the PATH of `environment`; a later variable of one
    /// name replaces an earlier one.
    pub fn new(
        words: impl IntoIterator<Item = impl Into<OsString>>,
        environment: impl IntoIterator<Item = Variable>,
    ) -> Program {
        Program {
            words: words.into_iter().map(Into::into).collect(),
            environment: environment.into_iter().collect(),
        }
    }

    /// Becomes the program; returns why it could not.
    pub fn exec(&self) -> io::Error {
        match Image::new(self) {
            Ok(mut image) => {
                signals::default_pipe();
                image.exec()
            }
            Err(error) => error,
        }
    }

    fn places(&self) -> Vec<OsString> {
        let Some(name) = self.words.first().filter(|name| !name.is_empty()) else { return Vec::new() };
        if name.as_bytes().contains(&b'/') {
            return vec![name.clone()];
        }
        let path = self.environment.get(OsStr::new("PATH")).map_or(OsStr::new(PATH), OsString::as_os_str);
        env::split_paths(path).map(|directory| directory.join(name).into()).collect()
    }

    /// Starts the program as the foreground process group of the terminal on standard input, with
    /// the default action for every signal of the terminal. Having no terminal is no reason not to
    /// start.
    ///
    /// The child borrows this process, which waits until the program runs: a copy of it would cost
    /// more than everything else here. A parent could only give it the terminal when it already runs.
    pub fn start(&self) -> io::Result<Pid> {
        let mut image = Image::new(self)?;
        let mut stack = vec![0_u8; STACK];
        // It grows downwards, on every system that this runs on, from a multiple of 16.
        let top = stack.as_mut_ptr_range().end;
        let top = top.wrapping_sub(top.addr() % 16);
        // No handler of this process may run in the child, where it would see this process's memory.
        let held = Held::all();
        let mut child = Child { image: &mut image, held: &held, failure: None };
        // SAFETY: `enter` runs on a stack of its own, and this thread, which alone knows of what `child`
        // points to, sleeps until the child has another memory or is gone.
        let started = unsafe {
            let flags = libc::CLONE_VM | libc::CLONE_VFORK | libc::SIGCHLD;
            libc::clone(enter, top.cast(), flags, (&raw mut child).cast())
        };
        let error = io::Error::last_os_error();
        let failure = child.failure;
        drop(held);
        // A negative number is no process.
        let pid = u32::try_from(started).ok().and_then(|_| Pid::from_raw(started)).ok_or(error)?;
        match failure {
            None => Ok(pid),
            Some(failure) => {
                let _ = waitpid(Some(pid), WaitOptions::empty());
                Err(failure)
            }
        }
    }
}

/// Why a program could not be started, for people.
pub fn why(error: &io::Error) -> String {
    match error.raw_os_error() {
        Some(libc::ENOENT) => "it was not found".to_owned(),
        Some(libc::EACCES) => "it may not be executed".to_owned(),
        _ => error.to_string().split(" (os error").next().unwrap_or_default().to_owned(),
    }
}

struct Child<'a> {
    image: &'a mut Image,
    held: &'a Held,
    failure: Option<io::Error>,
}

/// What a new process does until it is the program.
extern "C" fn enter(child: *mut c_void) -> c_int {
    // SAFETY: `start` gives a pointer to its own `Child` and waits. From here on there are system
    // calls only, which neither allocate nor take a lock; signals are held until no handler is left.
    unsafe {
        let child = &mut *child.cast::<Child<'_>>();
        libc::setpgid(0, 0);
        // From the background this stops whoever does not hold or ignore SIGTTOU.
        libc::tcsetpgrp(0, libc::getpid());
        signals::as_at_first();
        child.held.release();
        child.failure = Some(child.image.exec());
        libc::_exit(127)
    }
}

/// A program as the system wants it.
struct Image {
    /// Where it may be.
    places: Strings,
    words: Strings,
    environment: Strings,
    /// The words of a shell that reads the program as a script; the second one is its place.
    script: Vec<*const c_char>,
}

impl Image {
    fn new(program: &Program) -> io::Result<Image> {
        let entries = program.environment.iter().map(|(name, value)| {
            let mut entry = name.clone();
            entry.push("=");
            entry.push(value);
            entry
        });
        let words = Strings::new(program.words.iter().cloned())?;
        let nothing = ptr::null();
        let arguments = words.pointers.iter().skip(1);
        let script = [SHELL.as_ptr(), nothing].into_iter().chain(arguments.copied()).collect();
        let (places, environment) = (Strings::new(program.places())?, Strings::new(entries)?);
        Ok(Image { places, words, environment, script })
    }

    /// Becomes the first that can be executed of what is there; returns why none could.
    fn exec(&mut self) -> io::Error {
        let (words, environment) = (self.words.pointers.as_ptr(), self.environment.pointers.as_ptr());
        let mut failure = io::Error::from_raw_os_error(libc::ENOENT);
        for place in &self.places.owned {
            // SAFETY: all lists end in null, and live, as their texts do, as long as `self`.
            unsafe { libc::execve(place.as_ptr(), words, environment) };
            let mut error = io::Error::last_os_error();
            // It is a program, but begins with nothing that says which kind.
            if error.raw_os_error() == Some(libc::ENOEXEC) {
                self.script[1] = place.as_ptr();
                // SAFETY: as above.
                unsafe { libc::execve(SHELL.as_ptr(), self.script.as_ptr(), environment) };
                error = io::Error::last_os_error();
            }
            match error.raw_os_error() {
                Some(libc::ENOENT | libc::ENOTDIR) => {}
                Some(libc::EACCES) => failure = error,
                _ => return error,
            }
        }
        failure
    }
}

/// Texts that end in NUL, and the list of them that ends in null.
struct Strings {
    owned: Vec<CString>,
    pointers: Vec<*const c_char>,
}

impl Strings {
    fn new(texts: impl IntoIterator<Item = OsString>) -> io::Result<Strings> {
        let owned: Vec<CString> =
            texts.into_iter().map(|text| CString::new(text.into_vec())).collect::<Result<_, _>>()?;
        let pointers = owned.iter().map(|text| text.as_ptr()).chain([ptr::null()]).collect();
        Ok(Strings { owned, pointers })
    }
}
