//! What every command starts from: the command line, the environment, the server, and the person.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use crate::cli;
use crate::config::{self, Loaded, Request};
use crate::environment::{self, Filter};
use crate::error::{Error, Result};
use crate::journal::Journal;
use crate::project::Project;
use crate::record::Tag;
use crate::snapshot::{Detail, Snapshot};
use crate::store::Variable;
use crate::tmux::server::{Server, Socket};
use crate::tmux::version::Version;
use crate::ui::Ui;
use crate::workspace::digest;

/// What every command starts from.
pub struct Context {
    /// The options that hold for every command.
    pub global: cli::Global,
    /// The inherited environment.
    pub inherited: Vec<Variable>,
    /// Absolute directory that the command works in.
    pub directory: PathBuf,
    /// The way to the person.
    pub ui: Ui,
    /// The tmux server.
    pub server: Server,
}

/// tmux itself passes over a config that it cannot read.
fn readable(config: &Path) -> Result<()> {
    let metadata = std::fs::File::open(config).and_then(|file| file.metadata());
    let why = match metadata {
        Ok(metadata) if metadata.is_dir() => "it is a directory".to_owned(),
        Ok(_) => return Ok(()),
        Err(error) => error.to_string(),
    };
    Err(Error::Usage {
        message: format!("`{}` cannot be the tmux config: {why}", config.display()),
        hint: None,
    })
}

impl Context {
    /// Makes it from the command line and the environment of this process.
    #[allow(clippy::disallowed_methods)] // the one place where the environment is read
    pub fn new(global: cli::Global) -> Result<Context> {
        let inherited: Vec<Variable> = std::env::vars_os().collect();
        let variable = |name: &str| variable(&inherited, name).map(OsStr::to_owned);
        let ui = Ui::new(global.verbose, &variable);
        let here = std::env::current_dir().map_err(Error::io("find", "."))?;
        let directory = match &global.directory {
            Some(directory) => working_directory(&here.join(directory))?,
            None => here,
        };
        let socket = socket(&global, &directory, variable("RUNE_SOCKET").as_deref())?;
        let path = socket.path(variable("TMUX_TMPDIR").as_deref())?;
        let config = global.tmux_conf.as_ref().map(|path| directory.join(path));
        if let Some(config) = &config {
            readable(config)?;
        }
        let named = global.tmux.clone().map(OsString::from);
        let program = named.or_else(|| variable("RUNE_TMUX")).unwrap_or_else(|| "tmux".into());
        let environment = environment_of_tmux(&inherited, &socket, &[]);
        let server = Server { program, socket, path, config, environment, trace: trace(ui) };
        Ok(Context { global, inherited, directory, ui, server })
    }

    /// The server for a script that may start it: what the config drops is in no environment of it.
    pub fn server_of(&self, project: &Project) -> Server {
        Server {
            program: self.server.program.clone(),
            socket: self.server.socket.clone(),
            path: self.server.path.clone(),
            config: self.server.config.clone(),
            environment: environment_of_tmux(&self.inherited, &self.server.socket, &project.drop),
            trace: trace(self.ui),
        }
    }

    /// The variable that names the server for every rune below this one, unless that is the default.
    pub fn socket_variable(&self) -> Option<Variable> {
        socket_variable(&self.server.socket)
    }

    /// Says under `-v` which tmux and which server this is about.
    pub fn say_server(&self, version: Option<Version>) {
        let version = version.map(|version| format!(" {version}")).unwrap_or_default();
        let (program, socket) = (self.tmux().display().to_string(), self.server.path.display());
        self.ui.detail(&format!("tmux: {program}{version}, socket {socket}"));
    }

    /// The tmux program as it is found on `PATH`.
    pub fn tmux(&self) -> PathBuf {
        let program = Path::new(&self.server.program);
        let path = self.variable("PATH").unwrap_or_default();
        let mut places = std::env::split_paths(path).map(|directory| directory.join(program));
        let found = (program.components().count() == 1).then(|| places.find(|place| place.is_file()));
        found.flatten().unwrap_or_else(|| program.to_owned())
    }

    /// An inherited variable that is not empty.
    pub fn variable(&self, name: &str) -> Option<&OsStr> {
        variable(&self.inherited, name)
    }

    /// The user's shell.
    pub fn shell(&self) -> String {
        self.variable("SHELL")
            .map_or_else(|| "/bin/sh".to_owned(), |shell| shell.to_string_lossy().into_owned())
    }

    /// A directory of the XDG base directories, or `fallback` under the home directory.
    fn base(&self, name: &str, fallback: &str) -> PathBuf {
        let home = || self.variable("HOME").map_or_else(|| PathBuf::from("/"), PathBuf::from);
        let named = self.variable(name).map(PathBuf::from).filter(|path| path.is_absolute());
        named.unwrap_or_else(|| home().join(fallback))
    }

    /// Where rituals, logs, locks and reports are kept.
    pub fn state_directory(&self) -> PathBuf {
        self.base("XDG_STATE_HOME", ".local/state").join("rune")
    }

    /// Where what is written down about panes is kept: private, and gone after a reboot.
    pub fn runtime_directory(&self) -> PathBuf {
        let user = rustix::process::geteuid().as_raw();
        let named = self.variable("XDG_RUNTIME_DIR").map(PathBuf::from);
        let base = named.filter(|path| path.is_absolute() && path.is_dir()).map(|path| path.join("rune"));
        base.unwrap_or_else(|| PathBuf::from(format!("/tmp/rune-{user}")))
    }

    /// The directory of one workspace's panes on this server, for a session that does not exist yet.
    pub fn pane_directory(&self, word: &str) -> PathBuf {
        self.runtime_directory().join(self.server_word()).join(word)
    }

    /// The journal of this server.
    pub fn journal(&self) -> Journal {
        Journal::at(self.state_directory().join("journal").join(format!("{}.jsonl", self.server_word())))
    }

    /// Where the logs of all panes of this server are, a directory a workspace.
    pub fn logs_directory(&self) -> PathBuf {
        self.state_directory().join("logs").join(self.server_word())
    }

    /// Where what a pane prints is kept. It belongs to the pane's keys, so it outlives the pane.
    pub fn log_directory(&self, tag: &Tag) -> PathBuf {
        self.logs_directory().join(&tag.workspace).join(format!("{}.{}", tag.window, tag.pane))
    }

    /// What every process of a workspace on this server carries in its environment.
    pub fn workspace_mark(&self, word: &str) -> String {
        format!("{word}-{}", self.server_word())
    }

    /// A word that stands for the server's socket.
    pub fn server_word(&self) -> String {
        use std::os::unix::ffi::OsStrExt;
        format!("{:016x}", digest([self.server.path.as_os_str().as_bytes()]))
    }

    /// A question to the config, with the `NAME=VALUE`s among `words`; what else is in `words`.
    pub fn request<'w>(&self, words: &'w [String]) -> (Request, Vec<&'w str>) {
        let mut request = Request::new(&self.directory, jiff::Zoned::now().date());
        request.file = self.global.file.as_ref().map(|file| self.directory.join(file));
        request.environment = self.inherited.iter().cloned().collect();
        let mut rest = Vec::new();
        for word in words {
            match word.split_once('=') {
                Some((name, value)) => drop(request.values.insert(name.to_owned(), value.to_owned())),
                None => rest.push(word.as_str()),
            }
        }
        (request, rest)
    }

    /// The config's project for `words`, which name at most one project and values. Values that a
    /// session of the project was started with are used again.
    pub fn project(
        &self,
        words: &[String],
        snapshot: Option<&Snapshot>,
        directories: bool,
    ) -> Result<Project> {
        let (mut request, rest) = self.request(words);
        if let [_, extra, ..] = rest.as_slice() {
            return Err(Error::Usage {
                message: format!("`{extra}` is one project too many"),
                hint: Some("values are written NAME=VALUE".to_owned()),
            });
        }
        request.project = rest.first().map(|&name| name.to_owned());
        request.directories = directories;
        self.resolve(&config::load(&request)?, request, snapshot)
    }

    /// What a loaded config means for a request.
    pub fn resolve(
        &self,
        loaded: &Loaded,
        mut request: Request,
        snapshot: Option<&Snapshot>,
    ) -> Result<Project> {
        if let Some(snapshot) = snapshot {
            for (name, value) in remembered(snapshot, &self.directory, request.project.as_deref()) {
                request.values.entry(name).or_insert(value);
            }
        }
        let project = config::project(loaded, &request)?;
        self.ui.detail(&format!("config: {}", origin(&project)));
        self.ui.detail(&format!(
            "project: {} ({}), root {}",
            project.name,
            project.rule,
            project.root.display()
        ));
        for note in &project.notes {
            self.ui.detail(&format!("note: {note}"));
        }
        Ok(project)
    }

    /// What the server has, completed with what is written down about its panes.
    pub fn look(&self) -> Result<Option<Snapshot>> {
        self.look_for(Detail::Plan)
    }

    /// As [`Context::look`], with as much as is asked for.
    pub fn look_for(&self, detail: Detail) -> Result<Option<Snapshot>> {
        let Some(mut snapshot) = self.server.look(detail)? else { return Ok(None) };
        super::known::complete(self, &mut snapshot);
        Ok(Some(snapshot))
    }
}

/// The values that the sessions of a project which contains `directory` were started with.
fn remembered(snapshot: &Snapshot, directory: &Path, project: Option<&str>) -> BTreeMap<String, String> {
    let abouts = snapshot.sessions.iter().filter_map(|session| session.about.as_ref());
    let ours = abouts.filter(|about| {
        !about.is_live()
            && directory.starts_with(&about.root)
            && project.is_none_or(|project| project == about.project)
    });
    let mut values = BTreeMap::new();
    let mut depth = 0;
    for about in ours {
        // The project whose root is nearest counts.
        if about.root.len() > depth {
            values.clear();
            depth = about.root.len();
        }
        if about.root.len() == depth {
            values.extend(about.values.clone());
        }
    }
    values
}

fn variable<'v>(inherited: &'v [Variable], name: &str) -> Option<&'v OsStr> {
    let found = inherited.iter().find(|(known, _)| known == name);
    found.map(|(_, value): &(OsString, OsString)| value.as_os_str()).filter(|value| !value.is_empty())
}

/// Where a project's config came from, in words.
pub fn origin(project: &Project) -> String {
    let path = project.config.as_ref().map(|path| path.display().to_string());
    path.unwrap_or_else(|| "rune's embedded default".to_owned())
}

/// What `-C` names.
fn working_directory(named: &Path) -> Result<PathBuf> {
    let found = named.canonicalize();
    match found {
        Ok(directory) if directory.is_dir() => Ok(directory),
        Ok(_) => Err(Error::Usage {
            message: format!("`{}` is no directory to work in", named.display()),
            hint: Some("a config is named with `-f`".to_owned()),
        }),
        Err(source) => Err(Error::Usage {
            message: format!("could not work in `{}`: {source}", named.display()),
            hint: None,
        }),
    }
}

/// The variable that names the server for every rune below this one.
pub(super) const SOCKET: &str = "RUNE_SOCKET";

/// The name of rune's own server.
pub(super) const DEFAULT_SOCKET: &str = "rune";

/// The server's socket: what the command line says, else the variable, else the one named `rune`.
fn socket(global: &cli::Global, directory: &Path, variable: Option<&OsStr>) -> Result<Socket> {
    match (&global.socket_path, &global.socket_name, variable) {
        (Some(path), _, _) => Ok(Socket::Path(directory.join(path))),
        (None, Some(name), _) => socket_name(name).map(Socket::Name),
        (None, None, Some(path)) if path.as_encoded_bytes().contains(&b'/') => {
            Ok(Socket::Path(directory.join(path)))
        }
        (None, None, Some(name)) => socket_name(&name.to_string_lossy()).map(Socket::Name),
        (None, None, None) => Ok(Socket::Name(DEFAULT_SOCKET.to_owned())),
    }
}

fn socket_variable(socket: &Socket) -> Option<Variable> {
    let value: OsString = match socket {
        Socket::Name(name) if name == DEFAULT_SOCKET => return None,
        Socket::Name(name) => name.into(),
        Socket::Path(path) => path.into(),
    };
    Some((SOCKET.into(), value))
}

/// What tmux runs with, and a server that comes of it.
fn environment_of_tmux(inherited: &[Variable], socket: &Socket, drop: &[String]) -> Vec<Variable> {
    let filter = Filter { drop, ..Filter::default() };
    let mut environment = environment::filter(inherited.iter().cloned(), filter).kept;
    // tmux finds its socket by the one; its panes find their server by the other.
    environment.retain(|(name, _)| name != "TMUX_TMPDIR" && name != SOCKET);
    environment.extend(inherited.iter().filter(|(name, _)| name == "TMUX_TMPDIR").cloned());
    environment.extend(socket_variable(socket));
    environment
}

/// Where every run of tmux is told: for `-vv`.
fn trace(ui: Ui) -> Box<dyn Fn(&str)> {
    if ui.verbose > 1 { Box::new(move |text| ui.say(text)) } else { Box::new(|_| {}) }
}

fn socket_name(name: &str) -> Result<String> {
    if name.is_empty() || name.contains('/') || name.starts_with('-') || name.chars().any(char::is_control) {
        return Err(Error::Usage {
            message: format!("`{}` cannot be the name of a tmux socket", name.escape_debug()),
            hint: Some("take a plain word, or name a path with `--socket-path`".to_owned()),
        });
    }
    Ok(name.to_owned())
}
