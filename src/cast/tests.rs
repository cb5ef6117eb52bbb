use proptest::prelude::*;

use super::*;

fn id() -> PaneId {
    PaneId::new(true, 7, 1)
}

/// What a reader has of the text: times in microseconds since 1970, and events.
fn read(start: u64, text: &[u8]) -> Vec<(u64, Event)> {
    let mut time = start;
    let mut events = Vec::new();
    for line in text.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
        let (interval, event) = event(line).unwrap_or_else(|| panic!("{}", String::from_utf8_lossy(line)));
        time += interval;
        match event {
            Event::Clock(wall) => {
                assert!(is_clock(line), "{}", String::from_utf8_lossy(line));
                time = wall;
            }
            event => {
                assert!(!is_clock(line));
                events.push((time, event));
            }
        }
    }
    events
}

fn bytes(events: &[(u64, Event)]) -> Vec<u8> {
    let output = events.iter().filter_map(|(_, event)| match event {
        Event::Output(bytes) => Some(bytes.as_slice()),
        _ => None,
    });
    output.collect::<Vec<_>>().concat()
}

fn chunks() -> impl Strategy<Value = Vec<(u64, Vec<u8>)>> {
    let text = prop_oneof![
        any::<Vec<u8>>(),
        "\\PC{0,20}".prop_map(String::into_bytes),
        "[a-z\u{1b}\r\n\"\\\\]{0,40}".prop_map(String::into_bytes),
        Just(vec![b'x'; 70_000]),
    ];
    // Cut anywhere, also in the middle of characters.
    proptest::collection::vec((0..3_000_000_u64, text), 0..12).prop_map(|chunks| {
        chunks
            .into_iter()
            .flat_map(|(wait, chunk)| {
                let half = chunk.len() / 2;
                [(wait, chunk[..half].to_vec()), (wait % 7, chunk[half..].to_vec())]
            })
            .collect()
    })
}

proptest! {
    #[test]
    fn any_bytes_in_any_chunks_come_back_in_time(chunks in chunks()) {
        let mut now = Moment { wall: 1_700_000_000_000_000, steady: 5 };
        let mut encoder = Encoder::new(now);
        let (start, mut batch) = (encoder.start(), Batch::default());
        let mut expected = Vec::new();
        for (wait, chunk) in &chunks {
            now = Moment { wall: now.wall + wait, steady: now.steady + wait };
            encoder.output(now, chunk, &mut batch);
            expected.extend_from_slice(chunk);
        }
        encoder.marker(now, "end", &mut batch);
        let events = read(start, &batch.text);
        prop_assert_eq!(bytes(&events), expected.as_slice());
        prop_assert!(events.is_sorted_by_key(|(time, _)| *time), "times are monotone");
        if let Some((last, _)) = events.last() {
            prop_assert!(now.wall - last < 10, "intervals add up");
        }
        let counted: u64 = batch.lines.iter().map(|(_, output)| output).sum();
        prop_assert_eq!(counted, expected.len() as u64);
        prop_assert_eq!(batch.lines.last().map_or(0, |(end, _)| *end), batch.text.len());
    }

    #[test]
    fn marks_are_found_however_the_stream_is_cut(
        before in any::<Vec<u8>>(), after in "[\u{1b}\\]7;rune]{0,30}", cuts in proptest::collection::vec(any::<prop::sample::Index>(), 0..8),
        mark in prop::sample::select(vec![Mark::Start, Mark::Look, Mark::Aside, Mark::Back, Mark::End(None), Mark::End(Some(3))]),
    ) {
        let stream = [before.as_slice(), &mark.bytes(&id()), after.as_bytes()].concat();
        let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(stream.len())).collect();
        cuts.extend([0, stream.len()]);
        cuts.sort_unstable();
        let (mut scanner, mut output, mut marks) = (Scanner::new(&id()), Vec::new(), Vec::new());
        for pair in cuts.windows(2) {
            scanner.scan(&stream[pair[0]..pair[1]], |piece| match piece {
                Piece::Output(bytes) => output.extend_from_slice(bytes),
                Piece::Mark(mark) => marks.push((output.len(), mark)),
            });
        }
        output.extend(scanner.rest());
        prop_assert_eq!(output, [before.as_slice(), after.as_bytes()].concat());
        prop_assert_eq!(marks, vec![(before.len(), mark)]);
    }
}

#[test]
fn what_only_looks_like_a_mark_is_output() {
    let other = PaneId::new(false, 8, 1);
    let long = [Mark::Start.bytes(&id())[..30].to_vec(), vec![b'x'; 200]].concat();
    for stream in [
        Mark::End(None).bytes(&other),
        long,
        b"\x1b]7717;rune;".to_vec(),
        format!("\x1b]7717;rune;{};dance\x07", id()).into_bytes(),
        b"\x1b]0;title\x07\x1b[31m\x1b".to_vec(),
    ] {
        let (mut scanner, mut output) = (Scanner::new(&id()), Vec::new());
        for byte in &stream {
            scanner.scan(&[*byte], |piece| match piece {
                Piece::Output(bytes) => output.extend_from_slice(bytes),
                Piece::Mark(mark) => panic!("{mark:?} in {stream:?}"),
            });
        }
        output.extend(scanner.rest());
        assert_eq!(output, stream);
    }
}

#[test]
fn a_line_is_what_the_format_says() {
    let now = Moment { wall: 1_700_000_000_000_000, steady: 0 };
    let mut encoder = Encoder::new(now);
    let mut batch = Batch::default();
    let later = |micros| Moment { wall: now.wall + micros, steady: micros };
    encoder.output(later(1_500_000), "ü\r\n\u{1b}[m\"".as_bytes(), &mut batch);
    encoder.output(later(1_500_009), b"caf\xe9!", &mut batch);
    encoder.marker(later(1_500_010), "started", &mut batch);
    encoder.resize(later(3_500_010), Term { cols: 80, rows: 24 }, &mut batch);
    encoder.exit(later(3_500_310), 7, &mut batch);
    let expected = [
        r#"[1.5,"o","ü\r\n\u001b[m\""]"#,
        r#"[0.0,"o","caf"]"#,
        r#"[0.0,"b","é"]"#,
        r#"[0.0,"o","!"]"#,
        r#"[0.00001,"m","started"]"#,
        r#"[2.0,"r","80x24"]"#,
        r#"[0.0003,"x","7"]"#,
        "",
    ];
    assert_eq!(String::from_utf8(batch.text).unwrap(), expected.join("\n"));
}

#[test]
fn a_step_of_the_clock_is_written_down() {
    let mut now = Moment { wall: 1_700_000_000_000_000, steady: 0 };
    let mut encoder = Encoder::new(now);
    let (start, mut batch) = (encoder.start(), Batch::default());
    let mut expected = Vec::new();
    // It is set back an hour, then forward a day; and drifts in between.
    for step in [0, 200, -3_600_000_000, 40, 86_400_000_000_i64] {
        now = Moment {
            wall: (now.wall + 1_000_000).saturating_add_signed(step),
            steady: now.steady + 1_000_000,
        };
        encoder.output(now, b"x", &mut batch);
        expected.push(now.wall);
    }
    let times: Vec<u64> = read(start, &batch.text).iter().map(|(time, _)| *time).collect();
    for (time, expected) in times.iter().zip(&expected) {
        assert!(time.abs_diff(*expected) <= 50_000, "{times:?} {expected:?}");
    }
    assert_eq!(batch.text.split(|byte| *byte == b'\n').filter(|line| is_clock(line)).count(), 2);
}

#[test]
fn what_is_no_event_is_none() {
    for line in ["", "# note", "[0.1,\"o\",\"cut", "[-1.0,\"o\",\"\"]", "{}", "[\"o\",0.1,\"\"]"] {
        assert_eq!(event(line.as_bytes()), None, "{line}");
    }
    assert_eq!(event(br#"[0.1,"z","new"]"#), Some((100_000, Event::Other)));
    assert_eq!(event("[0.1,\"b\",\"\u{100}\"]".as_bytes()), Some((100_000, Event::Other)));
}
