//! The socket beside a pane's record, by which its runner is asked to stop, start or close: both ends.
//!
//! A socket's address has at most 107 bytes, a directory may have more: both ends go through a
//! descriptor of the directory.

#![allow(clippy::disallowed_methods)] // waiting for an answer needs a clock

use std::fs;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rustix::fs::{Mode, OFlags, open};

use crate::error::{Error, Result};
use crate::record::PaneId;
use crate::supervise::{Reply, Request};
use crate::watch::Watch;

/// How long a runner that has just been started may take to listen.
const LISTENS: Duration = Duration::from_secs(2);

/// The longest line of an answer.
const LINE: u64 = 1 << 20;

/// Has the runner of the pane `id` of the store in `directory` do something, and waits until that is
/// done. (`timeout_ms` in the request is about the runner's own steps; `limit` is how long we wait.)
///
/// # Errors
/// When no runner listens, or none answers in time.
pub fn ask(directory: &Path, id: &PaneId, request: &Request, limit: Duration) -> Result<Reply> {
    send(directory, id, request, limit)?.answer()
}

/// The same without waiting, so that several can be asked at once.
///
/// # Errors
/// When no runner listens.
pub fn send(directory: &Path, id: &PaneId, request: &Request, limit: Duration) -> Result<Asked> {
    let path = directory.join(name(id));
    let deadline = Instant::now() + limit;
    let failed = |action| Error::io(action, &path);
    let stream = connect(directory, id, deadline.min(Instant::now() + LISTENS));
    let mut stream = stream.map_err(failed("reach the runner at"))?;
    let mut line = serde_json::to_vec(request).map_err(|error| Error::failed(error.to_string()))?;
    line.push(b'\n');
    stream.write_all(&line).map_err(failed("ask the runner at"))?;
    Ok(Asked { stream, path, deadline })
}

/// A request that was not answered yet.
pub struct Asked {
    stream: UnixStream,
    path: PathBuf,
    deadline: Instant,
}

impl Asked {
    /// Waits for the answer.
    ///
    /// # Errors
    /// When there is none in time.
    pub fn answer(self) -> Result<Reply> {
        let left = self.deadline.saturating_duration_since(Instant::now()).max(Duration::from_millis(1));
        let mut line = String::new();
        self.stream
            .set_read_timeout(Some(left))
            .and_then(|()| BufReader::new((&self.stream).take(LINE)).read_line(&mut line))
            .map_err(|error| match error.kind() {
                io::ErrorKind::WouldBlock => io::ErrorKind::TimedOut.into(),
                _ => error,
            })
            .map_err(Error::io("hear from the runner at", &self.path))?;
        serde_json::from_str(&line)
            .map_err(|error| Error::io("hear from the runner at", &self.path)(error.into()))
    }
}

fn connect(directory: &Path, id: &PaneId, deadline: Instant) -> io::Result<UnixStream> {
    let (holder, path) = address(directory, id)?;
    // Before the first attempt, so that nothing is missed between it and the wait.
    let watch = Watch::new().and_then(|watch| watch.add(directory).map(|()| watch)).ok();
    loop {
        match UnixStream::connect(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let left = deadline.saturating_duration_since(Instant::now());
                let Some(watch) = watch.as_ref().filter(|_| !left.is_zero()) else { return Err(error) };
                watch.wait(Some(left));
                watch.changes();
            }
            other => {
                drop(holder);
                return other;
            }
        }
    }
}

/// Listens for requests to the runner of the pane `id`; only this user can make any.
///
/// # Errors
/// When the socket cannot be made.
pub fn listen(directory: &Path, id: &PaneId) -> io::Result<UnixListener> {
    let (_holder, path) = address(directory, id)?;
    // It gets its name when it listens: whoever came before that would be refused. One that somebody
    // left here listens no more.
    let new = path.with_extension("sock.new");
    let _ = fs::remove_file(&new);
    let listener = UnixListener::bind(&new)?;
    fs::set_permissions(&new, fs::Permissions::from_mode(0o600))?;
    listener.set_nonblocking(true)?;
    fs::rename(&new, &path)?;
    Ok(listener)
}

/// A short address of the socket, as long as the descriptor beside it is open.
fn address(directory: &Path, id: &PaneId) -> io::Result<(OwnedFd, PathBuf)> {
    let holder = open(directory, OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty())?;
    let path = PathBuf::from(format!("/proc/self/fd/{}", holder.as_raw_fd())).join(name(id));
    Ok((holder, path))
}

/// Name of the socket in the directory of a store.
pub fn name(id: &PaneId) -> String {
    format!("{id}.sock")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::State;
    use crate::supervise::{SCHEMA, Wish};
    use std::thread;

    #[test]
    fn a_request_is_answered_however_long_the_path_is() {
        let root = tempfile::tempdir().unwrap();
        let directory = root.path().join("d".repeat(120)).join("e".repeat(120));
        fs::create_dir_all(&directory).unwrap();
        let id = PaneId::new(true, 1, 2);
        let request = Request::new(Wish::Restart, "a test");
        let reply = Reply {
            schema: SCHEMA,
            ok: false,
            state: Some(State::Exited { code: 3 }),
            survivors: vec!["`x` (pid 4)".to_owned()],
            refused: None,
        };
        let asked = {
            let (directory, id, request) = (directory.clone(), id.clone(), request.clone());
            // It asks before anybody listens.
            thread::spawn(move || ask(&directory, &id, &request, Duration::from_secs(10)))
        };
        thread::scope(|scope| {
            scope.spawn(|| {
                let listener = listen(&directory, &id).unwrap();
                listener.set_nonblocking(false).unwrap();
                let (stream, _) = listener.accept().unwrap();
                let mut line = String::new();
                BufReader::new(&stream).read_line(&mut line).unwrap();
                assert_eq!(serde_json::from_str::<Request>(&line).unwrap(), request);
                serde_json::to_writer(&stream, &reply).unwrap();
                (&stream).write_all(b"\n").unwrap();
            });
        });
        assert_eq!(asked.join().unwrap().unwrap(), reply);
        let mode = fs::metadata(directory.join(name(&id))).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn nobody_is_waited_for_longer_than_that() {
        let directory = tempfile::tempdir().unwrap();
        let id = PaneId::new(true, 1, 2);
        let request = Request::new(Wish::Stop, "a test");
        let limit = Duration::from_millis(50);
        let error = ask(directory.path(), &id, &request, limit).unwrap_err().to_string();
        assert!(error.starts_with("could not reach the runner at"), "{error}");
        let listener = listen(directory.path(), &id).unwrap();
        let error = ask(directory.path(), &id, &request, limit).unwrap_err().to_string();
        assert!(error.starts_with("could not hear from the runner at"), "{error}");
        drop(listener);
        let error = ask(directory.path(), &id, &request, limit).unwrap_err().to_string();
        assert!(error.contains("refused"), "{error}");
    }
}
