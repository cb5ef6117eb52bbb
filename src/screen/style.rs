//! The style that text has where some of it is left out.

/// What is set: each part once, with the parameters that set it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Style(Vec<(Part, String)>);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Foreground,
    Background,
    Underline,
    Attribute(u16),
}

impl Style {
    /// The style behind a sequence `ESC [ … m`, of which these are the parameters.
    pub fn apply(&mut self, parameters: &str) {
        let mut words = parameters.split(';');
        while let Some(word) = words.next() {
            let (first, colons) = word.split_once(':').map_or((word, false), |(first, _)| (first, true));
            let Ok(code) = first.parse::<u16>() else {
                self.0.clear(); // an empty parameter is 0
                continue;
            };
            let mut text = word.to_owned();
            if matches!(code, 38 | 48 | 58) && !colons {
                // `5;N` or `2;R;G;B`
                let kind = words.next().unwrap_or("5");
                let rest = if kind == "2" { 3 } else { 1 };
                let values: Vec<&str> = words.by_ref().take(rest).collect();
                text = format!("{code};{kind};{}", values.join(";"));
            }
            let part = match code {
                0 => {
                    self.0.clear();
                    continue;
                }
                30..=39 | 90..=97 => Part::Foreground,
                40..=49 | 100..=107 => Part::Background,
                58 | 59 => Part::Underline,
                _ => Part::Attribute(code),
            };
            self.0.retain(|(other, _)| *other != part);
            if !matches!(code, 39 | 49 | 59) {
                self.0.push((part, text));
            }
        }
    }

    /// The sequence that sets it on a terminal without any; empty when there is none to set.
    pub fn sequence(&self) -> String {
        let words: Vec<&str> = self.0.iter().map(|(_, text)| text.as_str()).collect();
        if words.is_empty() { String::new() } else { format!("\x1b[{}m", words.join(";")) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_replaced_or_reset_is_not_set() {
        for (parameters, sequence) in [
            (&["31"][..], "\x1b[31m"),
            (&["31", "39"], ""),
            (&["1", "31;44", "92"], "\x1b[1;44;92m"),
            (&["38;5;208;1", "48;2;1;2;3"], "\x1b[38;5;208;1;48;2;1;2;3m"),
            (&["38:2::1:2:3", "4:3"], "\x1b[38:2::1:2:3;4:3m"),
            (&["1;4", "0;7"], "\x1b[7m"),
            (&["1", ""], ""),
            (&["58;5;1", "59"], ""),
            (&["38"], "\x1b[38;5;m"),
        ] {
            let mut style = Style::default();
            parameters.iter().for_each(|parameters| style.apply(parameters));
            assert_eq!(style.sequence(), sequence, "{parameters:?}");
        }
    }
}
