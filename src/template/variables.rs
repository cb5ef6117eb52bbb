//! The names that a placeholder may have, and their values.

use std::collections::BTreeMap;

/// Values by name. What is not in here does not exist for a template.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Variables {
    values: BTreeMap<String, Entry>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Entry {
    value: String,
    /// Whether it is the second spelling of another name, which lists leave out.
    alias: bool,
}

impl Variables {
    /// No variables at all.
    pub fn new() -> Variables {
        Variables::default()
    }

    /// Adds a value that the user declared or gave as `k=v`; it replaces one of that name.
    pub fn set(&mut self, name: impl Into<String>, value: impl Into<String>) {
        self.values.insert(name.into(), Entry { value: value.into(), alias: false });
    }

    /// Adds a value that rune itself knows, under its name and in snake case: `Project` is
    /// `project` too.
    pub fn set_known(&mut self, name: &str, value: impl Into<String>) {
        let value = value.into();
        let snake = snake_case(name);
        if snake != name {
            self.values.insert(snake, Entry { value: value.clone(), alias: true });
        }
        self.values.insert(name.to_owned(), Entry { value, alias: false });
    }

    /// The same names, each with what `change` makes of its value.
    #[must_use]
    pub fn map(&self, change: impl Fn(&str) -> String) -> Variables {
        let changed = |entry: &Entry| Entry { value: change(&entry.value), alias: entry.alias };
        Variables { values: self.values.iter().map(|(name, entry)| (name.clone(), changed(entry))).collect() }
    }

    /// The value of `name`.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(|entry| entry.value.as_str())
    }

    /// Every name in order, each once: second spellings are left out.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.values.iter().filter(|(_, entry)| !entry.alias).map(|(name, _)| name.as_str())
    }

    /// The name that `wanted` was probably meant to be, in the spelling nearest to it.
    pub(super) fn nearest(&self, wanted: &str) -> Option<&str> {
        let far = |name: &str| strsim::damerau_levenshtein(&name.to_lowercase(), &wanted.to_lowercase());
        let exact = |name: &str| strsim::damerau_levenshtein(name, wanted);
        let names = self.values.keys().map(String::as_str);
        let (distance, _, name) = names.map(|name| (far(name), exact(name), name)).min()?;
        (distance <= wanted.chars().count().div_ceil(4)).then_some(name)
    }
}

/// `RootDir` as `root_dir`.
fn snake_case(name: &str) -> String {
    let mut snake = String::with_capacity(name.len() + 2);
    for (at, c) in name.char_indices() {
        if c.is_ascii_uppercase() && at > 0 {
            snake.push('_');
        }
        snake.push(c.to_ascii_lowercase());
    }
    snake
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_rune_knows_has_two_spellings_and_is_listed_once() {
        let mut variables = Variables::new();
        variables.set_known("Project", "shop");
        variables.set_known("RootDir", "/srv");
        variables.set("port", "80");
        assert_eq!(variables.get("Project"), Some("shop"));
        assert_eq!(variables.get("project"), Some("shop"));
        assert_eq!(variables.get("root_dir"), Some("/srv"));
        assert_eq!(variables.names().collect::<Vec<_>>(), ["Project", "RootDir", "port"]);
    }

    #[test]
    fn a_value_of_the_user_replaces_only_its_own_spelling() {
        let mut variables = Variables::new();
        variables.set_known("Project", "shop");
        variables.set("project", "other");
        assert_eq!(variables.get("Project"), Some("shop"));
        assert_eq!(variables.get("project"), Some("other"));
    }

    #[test]
    fn a_slip_of_the_finger_is_near_and_another_word_is_not() {
        let mut variables = Variables::new();
        variables.set_known("Project", "shop");
        variables.set_known("Branch", "main");
        for (wanted, near) in [
            ("Projct", Some("Project")),
            ("projcet", Some("project")),
            ("PROJECT", Some("Project")),
            ("Names", None),
            ("x", None),
        ] {
            assert_eq!(variables.nearest(wanted), near, "{wanted}");
        }
    }
}
