use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use regex::Regex;

use super::*;
use crate::cast::{Event, Header, Origin, SCHEMA, Term};
use crate::record::PaneId;
use crate::workspace::Key;

const START: Moment = Moment { wall: 1_700_000_000_000_000, steady: 0 };

fn at(millis: u64) -> Moment {
    Moment { wall: START.wall + millis * 1000, steady: millis * 1000 }
}

fn header() -> Header {
    Header {
        version: 3,
        term: Term { cols: 80, rows: 24 },
        timestamp: 0,
        command: None,
        title: None,
        rune: Origin {
            schema: SCHEMA,
            start: 0,
            session: "dev".to_owned(),
            workspace: "w".to_owned(),
            window: Key::place(1),
            pane: Key::place(1),
            id: PaneId::new(true, 1, 1),
        },
    }
}

fn sink(directory: &Path, limits: Limits) -> Sink {
    Sink::new(directory, header(), limits, START)
}

fn small(segment: u64, all: u64) -> Limits {
    Limits { segment, all, segments: 256 }
}

fn output(tail: &mut Tail) -> Vec<u8> {
    let mut all = Vec::new();
    while let Some(entry) = tail.read().unwrap() {
        if let Event::Output(bytes) = entry.event {
            all.extend(bytes);
        }
    }
    all
}

fn everything(directory: &Path) -> Vec<u8> {
    output(&mut Tail::new(directory, Place::default()))
}

fn lines(tail: &mut Tail) -> Vec<(u64, String)> {
    let (mut lines, mut all) = (Lines::default(), Vec::new());
    while let Some(entry) = tail.read().unwrap() {
        lines.add(entry);
    }
    while let Some(line) = lines.take_whole() {
        let text = match line.what {
            What::Text { bytes, .. } => String::from_utf8(bytes).unwrap(),
            What::Marker(label) => format!("({label})"),
            What::Exit(code) => format!("[{code}]"),
        };
        all.push((line.time, text));
    }
    all
}

#[test]
fn what_is_written_is_read_while_it_grows_and_over_the_ends_of_segments() {
    let directory = tempfile::tempdir().unwrap();
    let log = directory.path().join("a/log");
    let mut sink = sink(&log, small(2000, 1 << 20));
    let mut tail = Tail::new(&log, Place::default());
    assert_eq!(output(&mut tail), b"");
    let mut expected: Vec<u8> = Vec::new();
    for number in 0..200 {
        let text = format!("line {number} \u{fc}\r\n");
        sink.output(at(number), text.as_bytes());
        expected.extend(text.as_bytes());
        if number % 7 == 0 {
            sink.flush();
            let all = output(&mut tail);
            assert_eq!(all, expected, "at {number}");
            expected.clear();
        }
    }
    sink.finish(at(200));
    assert_eq!(output(&mut tail), expected);
    let found = segments(&log).unwrap();
    assert!(found.len() > 3, "{found:?}");
    for segment in &found[..found.len() - 1] {
        assert!((2000..4000).contains(&segment.size()), "{segment:?}");
        assert!(!segment.is_written());
        let mode = fs::metadata(&segment.path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    assert!(found.last().unwrap().is_written());
    assert_eq!(fs::metadata(&log).unwrap().permissions().mode() & 0o777, 0o700);
    assert_eq!(everything(&log).len(), (0..200).map(|n| format!("line {n} \u{fc}\r\n").len()).sum::<usize>());
    assert_eq!(output(&mut Tail::new(&log, tail.place())), b"", "a place is an end, too");
}

#[test]
fn a_log_has_a_limit_and_a_reader_that_was_slower_is_told() {
    let directory = tempfile::tempdir().unwrap();
    let log = directory.path();
    let mut sink = sink(log, small(2000, 10_000));
    sink.output(at(0), b"first\n");
    sink.flush();
    let mut tail = Tail::new(log, Place::default());
    assert_eq!(output(&mut tail), b"first\n");
    let place = tail.place();
    assert!(!tail.take_lost());
    for number in 0..1000 {
        sink.output(at(number), format!("line {number}\n").as_bytes());
        sink.flush();
    }
    let all: u64 = segments(log).unwrap().iter().map(Segment::size).sum();
    assert!((6000..12_000).contains(&all), "{all}");
    let left = everything(log);
    assert!(left.ends_with(b"line 999\n") && !left.starts_with(b"first"));

    let mut later = Tail::new(log, place);
    assert_eq!(output(&mut later), left);
    assert!(later.take_lost() && !later.take_lost());
    let mut last = Tail::new(log, later.place());
    assert_eq!(output(&mut last), b"");
    assert!(!last.take_lost(), "told once");
    // One that has the removed segment open still reads that.
    let rest = output(&mut tail);
    assert!(rest.starts_with(b"line 0\n") && rest.ends_with(b"line 999\n"));
    assert!(tail.take_lost());

    // Another log at the same place.
    let place = tail.place();
    drop(sink);
    for segment in segments(log).unwrap() {
        fs::remove_file(segment.path).unwrap();
    }
    let mut sink = self::sink(log, small(2000, 10_000));
    sink.output(at(0), b"anew\n");
    sink.flush();
    let mut tail = Tail::new(log, place);
    assert_eq!(output(&mut tail), b"anew\n");
    assert!(tail.take_lost());
}

#[test]
fn many_small_segments_have_a_limit() {
    let directory = tempfile::tempdir().unwrap();
    for number in 0..20 {
        let limits = Limits { segments: 5, ..Limits::default() };
        let mut sink = sink(directory.path(), limits);
        sink.output(at(number), format!("{number}\n").as_bytes());
        sink.finish(at(number));
    }
    assert_eq!(everything(directory.path()), b"15\n16\n17\n18\n19\n");
}

#[test]
fn the_last_lines_are_found_from_the_end() {
    let directory = tempfile::tempdir().unwrap();
    let log = directory.path();
    let mut sink = sink(log, small(100_000, 1 << 30));
    let total = 40_000_usize;
    for number in 0..total {
        sink.output(at(number as u64), format!("{number}\n").as_bytes());
    }
    sink.output(at(total as u64), b"unfinished");
    sink.finish(at(total as u64));
    assert!(segments(log).unwrap().len() > 5);
    for wanted in [1, 2, 10, 2500, 20_000, 39_999, 50_000] {
        let place = Place::before_last_lines(log, wanted + 1).unwrap();
        let found = lines(&mut Tail::new(log, place));
        let wanted = wanted.min(total);
        assert!((wanted..wanted + 12_000).contains(&found.len()), "{wanted}: {}", found.len());
        let (time, text) = &found[found.len() - wanted];
        let number = total - wanted;
        assert_eq!((time - START.wall, text.clone()), (number as u64 * 1000, number.to_string()));
    }
}

#[test]
fn a_place_in_the_middle_has_the_right_time() {
    let directory = tempfile::tempdir().unwrap();
    let log = directory.path();
    let mut sink = sink(log, Limits::default());
    let mut tail = Tail::new(log, Place::default());
    for number in 0..1000 {
        // The clock is set back on the way.
        let now = at(number * 10);
        let now = if number > 700 { Moment { wall: now.wall - 3_600_000_000, ..now } } else { now };
        sink.output(now, format!("{number} {}\n", "x".repeat(500)).as_bytes());
        sink.flush();
        output(&mut tail);
        if number % 150 == 149 {
            let mut again = Tail::new(log, tail.place());
            let next = Moment { wall: now.wall + 5000, steady: now.steady + 5000 };
            sink.output(next, b"next\n");
            sink.flush();
            assert_eq!(lines(&mut again), [(next.wall, "next".to_owned())]);
        }
    }
    let end = Place::end(log).unwrap();
    output(&mut tail);
    assert_eq!(end, tail.place());
}

#[test]
fn a_killed_writer_leaves_a_cut_line_that_nobody_stumbles_over() {
    let directory = tempfile::tempdir().unwrap();
    let log = directory.path();
    let mut first = sink(log, Limits::default());
    first.output(at(0), b"whole\n");
    first.finish(at(0));
    drop(first);
    let mut file = OpenOptions::new().append(true).open(&segments(log).unwrap()[0].path).unwrap();
    file.write_all(b"[0.5,\"o\",\"cut of").unwrap();
    drop(file);
    let end = Place::end(log).unwrap();
    let mut tail = Tail::new(log, Place::default());
    assert_eq!(output(&mut tail), b"whole\n");
    assert_eq!(tail.place(), end);
    let mut second = sink(log, Limits::default());
    second.output(at(1), b"goes on\n");
    second.flush();
    assert_eq!(output(&mut tail), b"goes on\n");
    assert_eq!(output(&mut Tail::new(log, end)), b"goes on\n");
}

#[test]
fn what_is_no_recording_of_ours_is_passed_over() {
    let directory = tempfile::tempdir().unwrap();
    let log = directory.path();
    fs::write(log.join("0000000000001-1.cast"), "{\"version\":2}\n[0.1,\"o\",\"foreign\"]\n").unwrap();
    fs::write(log.join("0000000000001-2.cast"), "").unwrap();
    fs::write(log.join("notes.txt"), "x").unwrap();
    let mut sink = sink(log, Limits::default());
    sink.output(at(0), b"ours\n");
    sink.flush();
    assert_eq!(everything(log), b"ours\n");
}

#[test]
fn two_writers_of_one_log_lose_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let log = directory.path();
    let (mut old, mut new) = (sink(log, Limits::default()), sink(log, Limits::default()));
    let mut tail = Tail::new(log, Place::default());
    old.output(at(0), b"old 1\n");
    old.flush();
    assert_eq!(output(&mut tail), b"old 1\n");
    new.output(at(1), b"new 1\n");
    new.flush();
    assert_eq!(output(&mut tail), b"new 1\n");
    let place = tail.place();
    old.output(at(2), b"old 2\n");
    old.finish(at(2));
    drop(old);
    let mut newest = sink(log, Limits::default());
    newest.output(at(3), b"newest\n");
    newest.flush();
    for mut tail in [tail, Tail::new(log, place)] {
        assert_eq!(output(&mut tail), b"old 2\nnewest\n");
        assert_eq!(output(&mut tail), b"");
    }
}

#[test]
fn a_line_is_as_old_as_its_end() {
    let directory = tempfile::tempdir().unwrap();
    let mut sink = sink(directory.path(), Limits::default());
    sink.output(at(0), b"one\n\x1b[m");
    sink.output(at(5000), b"two\n");
    sink.flush();
    let found = lines(&mut Tail::new(directory.path(), Place::default()));
    let times: Vec<u64> = found.iter().map(|(time, _)| time - START.wall).collect();
    assert_eq!(times, [0, 5_000_000]);
}

#[test]
fn a_matcher_sees_new_lines_without_escapes() {
    let directory = tempfile::tempdir().unwrap();
    let log = directory.path();
    let mut sink = sink(log, Limits::default());
    sink.output(at(0), b"listening on 1\n");
    sink.flush();
    let pattern = || Regex::new("^listening on [0-9]+$").unwrap();
    let mut matcher = Matcher::new(log, Place::end(log).unwrap(), pattern());
    assert!(!matcher.matches().unwrap());
    for (text, matches) in [
        ("not listening on 2\r\n", false),
        ("\u{1b}[32mlisten", false),
        ("ing\u{1b}[0m on ", false),
        ("3", true),
        ("x\n", false),
        ("loading\rlistening on 4\r\n", true),
        ("more\n", false),
    ] {
        sink.output(at(1), text.as_bytes());
        sink.flush();
        assert_eq!(matcher.matches().unwrap(), matches, "{text:?}");
        assert!(text == "3" || !matcher.matches().unwrap(), "only what is new");
    }
    // The last words of the run before this one.
    sink.output(at(2), b"listening on 5\n");
    sink.marker(at(2), ENDED);
    sink.flush();
    assert!(!matcher.matches().unwrap());
    let mut none = Matcher::new(&log.join("none"), Place::default(), pattern());
    assert!(!none.matches().unwrap());
}
