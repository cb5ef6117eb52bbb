//! What is typed into panes.

use super::Planned;
use super::address::Address;
use super::pane::own;
use super::scene::Scene;
use crate::error::{Error, Result};
use crate::plan::{Act, Keys};
use crate::target::Found;

/// Whether a program of this name is a shell that reads what is typed.
pub fn is_shell(program: &str) -> bool {
    let program = program.trim_start_matches('-');
    let program = program.rsplit('/').next().unwrap_or(program);
    ["sh", "ash", "bash", "dash", "elvish", "fish", "ksh", "mksh", "nu", "tcsh", "csh", "xonsh", "zsh"]
        .contains(&program)
}

/// How a text is typed: its line breaks are Enter, and it ends with one if it is to be `entered`.
pub fn text(text: &str, entered: bool) -> Vec<Keys> {
    let mut keys = Vec::new();
    for (at, line) in text.replace("\r\n", "\n").split('\n').enumerate() {
        if at > 0 {
            keys.push(Keys::Key("Enter".to_owned()));
        }
        if !line.is_empty() {
            keys.push(Keys::Text(line.to_owned()));
        }
    }
    if entered {
        keys.push(Keys::Key("Enter".to_owned()));
    }
    keys
}

/// Keys by the names that every tmux has for them.
const NAMED: [&str; 48] = [
    "F1", "F2", "F3", "F4", "F5", "F6", "F7", "F8", "F9", "F10", "F11", "F12", "IC", "DC", "Home", "End",
    "NPage", "PageDown", "PgDn", "PPage", "PageUp", "PgUp", "Tab", "BTab", "Space", "BSpace", "Enter",
    "Escape", "Up", "Down", "Left", "Right", "KP/", "KP*", "KP-", "KP+", "KP.", "KPEnter", "KP0", "KP1",
    "KP2", "KP3", "KP4", "KP5", "KP6", "KP7", "KP8", "KP9",
];

/// The key of this name, as tmux has it: `C-c`, `M-Up`, `F5`, `^C`, `x`.
///
/// # Errors
/// [`Error::Usage`] for a name that is none: tmux would type its letters.
pub fn key(name: &str) -> Result<Keys> {
    let mut rest = name;
    while let Some((first, more)) = rest.split_once('-')
        && matches!(first, "C" | "c" | "M" | "m" | "S" | "s")
        && !more.is_empty()
    {
        rest = more;
    }
    let mut characters = rest.strip_prefix('^').filter(|more| !more.is_empty()).unwrap_or(rest).chars();
    let one = characters.next().filter(|c| !c.is_control() && !c.is_whitespace());
    let is_one = one.is_some() && characters.next().is_none();
    if is_one || NAMED.iter().any(|known| known.eq_ignore_ascii_case(rest)) {
        return Ok(Keys::Key(name.to_owned()));
    }
    Err(Error::Usage {
        message: format!("`{}` is no key", name.escape_debug()),
        hint: Some(
            "write it as tmux does: C-c, M-x, Up, PageUp, Home, DC (delete), IC (insert), BSpace, Escape, F5"
                .to_owned(),
        ),
    })
}

/// `rune pane send`
pub(super) fn send(scene: &Scene<'_>, at: &Address, keys: &[Keys]) -> Result<Planned> {
    let found = own(scene, at)?;
    let Found { session, pane, .. } = found;
    if pane.dead {
        return Err(Error::Refused {
            message: format!("nothing runs in pane `{}` that could read what is typed", found.name()),
            hint: Some("`rune pane run` starts something in it".to_owned()),
        });
    }
    for key in keys {
        if let Keys::Text(text) = key
            && text.contains('\0')
        {
            let hint = Some("the key `C-Space` is one".to_owned());
            return Err(Error::Usage { message: "a zero byte cannot be typed".to_owned(), hint });
        }
    }
    let leave_mode = pane.shown.is_some_and(|shown| shown.in_mode);
    scene.acts(session, true, |draft| {
        draft.act(Act::Type { id: pane.id.clone(), name: found.name(), leave_mode, keys: keys.to_vec() });
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_has_a_name_of_tmuxs() {
        for known in ["C-c", "c-C", "M-x", "C-M-Up", "^C", "^", "-", "C--", "x", "é", "F12", "enter", "KP5"]
        {
            assert_eq!(key(known).unwrap(), Keys::Key(known.to_owned()));
        }
        for wrong in ["", "Bogus", "C-", "C-cc", "ctrl-c", "F13", "xx", " ", "\n", "^CC", "X-a"] {
            assert!(matches!(key(wrong), Err(Error::Usage { .. })), "{wrong:?}");
        }
    }
}
