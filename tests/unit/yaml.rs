//! The YAML layer: spans, decoded scalars, recovery, and yaml-cpp's view.

use proptest::prelude::*;
use rulec::source::{FileId, SourceFile};
use rulec::syntax::yaml::{Node, Stream, Style, Value, YamlError, complex_key, parse};

fn read(text: &str) -> Stream {
    let file = SourceFile::new("test.yaml", text);
    let stream = parse(FileId(0), &file);
    for document in &stream.documents {
        check(&document.root, text);
        complex_key(&file, document);
    }
    for error in &stream.errors {
        assert!(text.get(error.span.range()).is_some(), "{error:?}");
    }
    for comment in &stream.comments {
        assert!(text[comment.range()].starts_with('#'));
    }
    stream
}

/// What holds for every node, whatever the text.
fn check(node: &Node, text: &str) {
    assert!(text.get(node.span.range()).is_some(), "{node:?}");
    let inside = |child: &Node| {
        assert!(node.span.contains(child.span), "{:?} in {:?}", child.span, node.span);
        check(child, text);
    };
    match &node.value {
        Value::Null => {}
        Value::Seq(items) => items.iter().for_each(inside),
        Value::Map(pairs) => pairs.iter().flat_map(|(key, value)| [key, value]).for_each(inside),
        // Only where it is defined: aliases to aliases are exponentially many.
        Value::Shared(shared) if node.span == shared.span => check(shared, text),
        Value::Shared(_) => {}
        Value::Scalar(scalar) => {
            let (value, map) = (&scalar.text.value, &scalar.text);
            assert!(node.span.contains(map.span));
            let places: Vec<_> = (0..=value.len()).map(|at| map.at(at)).collect();
            assert!(places.is_sorted(), "{map:?}");
            for &place in &places {
                assert!(map.span.range().contains(&place) || place == map.span.end as usize, "{map:?}");
                assert!(text.is_char_boundary(place), "{map:?}");
            }
            let mut last = 0;
            for (at, c) in value.char_indices() {
                let rest = &text[places[at]..];
                let folded =
                    matches!(c, ' ' | '\n') && (rest.is_empty() || rest.starts_with([' ', '\t', '\n', '\r']));
                let escaped = scalar.style == Style::Double && rest.starts_with('\\');
                assert!(rest.starts_with(c) || folded || escaped, "{c:?} at {at} of {map:?}");
                let span = map.span_of(at..at + c.len_utf8());
                assert!(last <= span.start && text.get(span.range()).is_some(), "{span:?} of {map:?}");
                last = span.end;
            }
        }
    }
}

/// The only scalar of `- …`: its value and, for each part of it, the text in the file.
fn scalar(text: &str, parts: &[(&str, &str)]) -> String {
    let stream = read(text);
    assert!(stream.errors.is_empty(), "{:?}", stream.errors);
    let scalar = stream.documents[0].root.as_seq().unwrap()[0].as_scalar().unwrap().clone();
    let mut from = 0;
    for (part, source) in parts {
        let at = from + scalar.text.value[from..].find(part).unwrap();
        assert_eq!(&text[scalar.text.span_of(at..at + part.len()).range()], *source, "{part:?} of {text:?}");
        from = at + part.len();
    }
    scalar.text.value.into()
}

fn names(stream: &Stream) -> Vec<Vec<String>> {
    let name = |node: &Node| {
        node.get("rule").map_or("?".to_owned(), |rule| (*rule.as_scalar().unwrap().text.value).into())
    };
    stream
        .documents
        .iter()
        .map(|document| document.root.as_seq().unwrap_or(&[]).iter().map(name).collect())
        .collect()
}

fn errors(text: &str) -> Vec<(String, String)> {
    let show = |error: &YamlError| {
        let mark = format!("{}:{}:{} {}", error.mark.0, error.mark.1, error.mark.2, error.yaml_cpp);
        (format!("{} [{}]", error.message, &text[error.span.range()]), mark)
    };
    read(text).errors.iter().map(show).collect()
}

#[test]
fn scalars_know_their_place() {
    assert_eq!(scalar("- é plain #x\n", &[("é", "é"), ("plain", "plain")]), "é plain");
    assert_eq!(
        scalar("- one\n  two\n\n\n  three\n", &[("one two", "one\n  two"), ("three", "three")]),
        "one two\n\nthree"
    );
    assert_eq!(scalar("- 'it''s  \r\n  ok'\n", &[("'", "''"), ("s ok", "s  \r\n  ok")]), "it's ok");
    assert_eq!(
        scalar(
            "- \"\\x41\\u00e9\\U0001f600\\n\\\n   z\\L\"\n",
            &[
                ("A", "\\x41"),
                ("é", "\\u00e9"),
                ("😀", "\\U0001f600"),
                ("\n", "\\n"),
                ("z", "z"),
                ("\u{2028}", "\\L")
            ]
        ),
        "Aé😀\nz\u{2028}"
    );
    assert_eq!(
        scalar(
            "- > # c > |\n\n\n  a\n  é b\n    more\n  c\n\n",
            &[("a é", "a\n  é"), ("more", "more"), ("c", "c")]
        ),
        "\n\na é b\n  more\nc\n"
    );
    assert_eq!(scalar("- |2-\r\n    a\r\n  b\r\n", &[("  a\nb", "  a\r\n  b")]), "  a\nb");
    assert_eq!(scalar("- |+\n  a\n\n", &[("a", "a")]), "a\n\n");
    assert_eq!(scalar("- !t &a >-\n  a\n  b", &[("a b", "a\n  b")]), "a b");
    // As yaml-cpp, no line feed where the file has none.
    assert_eq!(scalar("- |\n  a", &[("a", "a")]), "a");
}

#[test]
fn a_block_scalar_spans_from_its_header_to_its_last_line() {
    let text = "- a: >- # note\n\n    x\n    y\n\n  b: |\n  c: &d !e 'f'\n";
    let stream = read(text);
    let item = &stream.documents[0].root.as_seq().unwrap()[0];
    let slice = |key: &str| &text[item.get(key).unwrap().node().span.range()];
    assert_eq!((slice("a"), slice("b"), slice("c")), (">- # note\n\n    x\n    y", "|", "&d !e 'f'"));
    assert_eq!(&text[stream.comments[0].range()], "# note");
    assert_eq!(&text[item.span.range()], text[2..].trim_end());
}

#[test]
fn nulls_and_lookups_are_yaml_cpps() {
    let stream = read(
        "- [~, null, Null, NULL, , nULL, 'null', ! null, !!str null, !!str , \"~\"]\n"
            .replace(", ,", ",")
            .as_str(),
    );
    let items = stream.documents[0].root.as_seq().unwrap()[0].as_seq().unwrap();
    let nulls: Vec<_> = items.iter().map(Node::is_null).collect();
    assert_eq!(nulls, [true, true, true, true, false, false, false, false, false, false]);
    let stream = read("- {a: 1, a: 2, <<: 3, b: }\n");
    let item = &stream.documents[0].root.as_seq().unwrap()[0];
    assert_eq!(&*item.get("a").unwrap().as_scalar().unwrap().text.value, "1");
    assert!(item.get("<<").is_some() && item.get("b").unwrap().is_null() && item.get("c").is_none());
    assert_eq!(item.as_map().unwrap().len(), 4);
}

#[test]
fn anchors() {
    let stream = read("- &a x\n- *a\n- &a [y]\n- *a\n---\n- z\n");
    let items = stream.documents[0].root.as_seq().unwrap();
    assert_eq!(&*items[1].as_scalar().unwrap().text.value, "x");
    assert_eq!(items[3].as_seq().map(<[_]>::len), Some(1));
    assert_eq!(errors("- *x\n")[0].1, "0:2:2 the referenced anchor is not defined: x");
    assert_eq!(errors("- &a x\n---\n- *a\n")[0].1, "2:2:13 the referenced anchor is not defined: a");
    assert_eq!(errors("- &a [*a]\n")[0].0, "the alias `*a` stands inside the node it names [*]");
}

#[test]
fn documents() {
    assert_eq!(read("").documents.len(), 0);
    assert_eq!(read("# only a comment\n").documents.len(), 0);
    // Reading ends at the first empty one.
    for text in ["---\n---\n", "...\n- rule: a\n", "~\n---\n- rule: a\n", "---\n---\n- {a: [\n"] {
        let stream = read(text);
        assert_eq!((stream.documents.len(), stream.errors.len()), (0, 0), "{text}");
        assert_eq!(stream.unread.is_some(), text.contains("- "), "{text}");
    }
    assert_eq!(names(&read("\u{feff}- rule: a\n...\n---\n- rule: b\n")), [["a"], ["b"]]);
    assert_eq!(names(&read("%FOO bar\n---\n- rule: a\n")), [["a"]]);
}

#[test]
fn every_error_is_found_and_sound_items_are_kept() {
    let text = "- rule: a\n- rule: b\n   bad: x\n# kept\n- rule: c\n- rule: [d\n- rule: \"e\n- rule: f\n- rule: 'g' h\n- rule: i\n---\n- rule: j\n";
    let stream = read(text);
    assert_eq!(names(&stream), [vec!["a", "c", "f", "i"], vec!["j"]]);
    assert_eq!(stream.documents.iter().map(|document| document.complete).collect::<Vec<_>>(), [false, true]);
    assert_eq!(stream.errors.len(), 4, "{:#?}", stream.errors);
    assert_eq!(stream.comments.len(), 1);
    let broken = [
        "  x: [\n",
        "  x: {a: b\n",
        "  x: a: b\n",
        "  x: \"\\q\"\n",
        "  x: *u\n",
        " x: y\n",
        "\tx: y\n",
        "  x: @y\n",
        "  x: 'y\n",
    ];
    for broken in broken {
        let item = |at: usize| format!("- rule: r{at}\n  desc: d\n{}", if at % 3 == 1 { broken } else { "" });
        let stream = read(&(0..9).map(item).collect::<String>());
        assert_eq!(names(&stream), [["r0", "r2", "r3", "r5", "r6", "r8"]], "{broken:?} {:#?}", stream.errors);
        assert_eq!(stream.errors.len(), 3, "{broken:?} {:#?}", stream.errors);
    }
    // An anchor lost with its item is no second mistake.
    assert_eq!(errors("- rule: &a [x\n- rule: *a\n").len(), 1);
}

#[test]
fn errors_are_marked_as_yaml_cpp_does() {
    let cases = [
        (
            "- a: b: c\n",
            "`:` after a value; quote the value if it holds a colon [:]",
            "0:6:6 illegal map value",
        ),
        ("- {a: b\n", "this `{` is never closed [{]", "1:0:8 end of map flow not found"),
        ("- {a: b", "this `{` is never closed [{]", "0:0:7 end of map flow not found"),
        ("a: ]\n", "this bracket closes nothing []]", "0:3:3 illegal flow end"),
        ("- [a}\n", "`[` is closed by `}` [[]", "0:4:4 illegal flow end"),
        ("- é: a\n\tb\n", "a tab in the indentation [\t]", "1:0:8 illegal tab when looking for indentation"),
        ("- \"x \\q\"\n", "unknown escape `\\q` [\\q]", "0:7:7 unknown escape character: q"),
        ("\ta: b\n", "a tab before a key or list entry [:]", "0:2:2 illegal map value"),
        (
            "\u{feff}- [a?b]\n",
            "an unquoted value inside `[…]` or `{…}` cannot hold `?` [?]",
            "0:4:4 unknown token",
        ),
        (
            "- \"\\ud83d\\ude00\"\n",
            "an escaped surrogate is not a character [\\u]",
            "0:9:9 invalid unicode: 55357",
        ),
        ("- \"x", "this quote is never closed [\"]", "0:4:4 illegal EOF in scalar"),
        (
            "- |0\n",
            "a block scalar cannot have indentation 0 [|]",
            "0:4:4 cannot set zero indentation for a block scalar",
        ),
    ];
    for (text, message, mark) in cases {
        let found = errors(text);
        let (got, cpp) = found.first().map_or(("", ""), |(message, mark)| (message, mark));
        assert_eq!((got, cpp), (message, mark), "{text:?}");
    }
}

#[test]
fn a_quote_open_at_the_end_is_closed_by_it() {
    for (text, value) in
        [("- rule: \"x\n", "x "), ("- rule: 'x\n\n  ", "x\n"), ("- rule: \"x\n- rule: y\n", "x - rule: y ")]
    {
        let stream = read(text);
        assert_eq!(names(&stream), [[value]]);
        assert!(stream.errors.is_empty());
        assert_eq!(stream.unclosed.unwrap().start, 8);
    }
}

#[test]
fn a_key_must_be_a_scalar() {
    let file = SourceFile::new("x", "- a: b\n- ? [x]\n  : y\n");
    let stream = parse(FileId(0), &file);
    let error = complex_key(&file, &stream.documents[0]).unwrap();
    assert_eq!((error.mark, error.yaml_cpp.as_str()), ((1, 4, 11), "bad conversion"));
    assert_eq!(&file.text[error.span.range()], "[x]");
}

#[test]
fn depth_is_bounded() {
    for open in ["[", "- ", "{a: ", "? ", "[{a: ", "- [", "[\n"] {
        let stream = read(&open.repeat(100_000));
        assert_eq!(stream.errors.len(), 1, "{open:?}");
    }
    assert!(read(&("[".repeat(499) + &"]".repeat(499))).errors.is_empty());
    assert_eq!(read(&("[".repeat(500) + &"]".repeat(500))).errors[0].yaml_cpp, "bad file");
    let laughs = (1..40).map(|at| format!("- &a{at} [{0}, {0}, {0}]\n", format!("*a{}", at - 1)));
    assert!(read(&("- &a0 x\n".to_owned() + &laughs.collect::<String>())).errors.is_empty());
    assert_eq!(read(&("- a:\n".to_owned() + &"# c\n".repeat(10_000) + "    b\n")).comments.len(), 10_000);
}

fn word() -> impl Strategy<Value = String> {
    "[a-zé😀][a-z0-9é=.\u{a0}]{0,5}"
}

fn words() -> impl Strategy<Value = String> {
    prop::collection::vec(word(), 1..4).prop_map(|words| words.join(" "))
}

/// A scalar in one of the five styles, to follow `key:` at indentation 2.
fn any_scalar() -> impl Strategy<Value = String> {
    let newline = prop::sample::select(vec!["\n", "\r\n"]);
    let lines = prop::collection::vec((words(), 0..3usize, 0..3usize, prop::bool::ANY), 1..6);
    let escape = prop::sample::select(vec![
        "",
        "\\n",
        "\\x41",
        "\\u00e9",
        "\\L",
        "\\\"",
        "\\\\",
        "\\U0001F600",
        "\\ ",
        "''",
    ]);
    (0..5u8, lines, newline, prop::sample::select(vec!["", "-", "+"]), escape).prop_map(
        |(style, lines, newline, chomp, escape)| {
            let mut body = String::new();
            for (at, (text, blanks, more, trail)) in lines.iter().enumerate() {
                let deeper = if style >= 3 && at > 0 { *more } else { 0 };
                if style >= 3 || at > 0 {
                    body += newline;
                    body += &newline.repeat(*blanks);
                    body += &" ".repeat(4 + deeper);
                }
                body += text;
                match style {
                    1 if escape == "''" => body += escape,
                    2 if escape != "''" => body += escape,
                    _ => {}
                }
                body += if *trail { "  " } else { "" };
                body += if style == 2 && *trail && at + 1 < lines.len() { "\\" } else { "" };
            }
            match style {
                0 => format!(" {body}{newline}"),
                1 => format!(" '{body}'{newline}"),
                2 => format!(" \"{body}\"{newline}"),
                3 => format!(" |{chomp}{body}{newline}"),
                _ => format!(" >{chomp} # note{body}{newline}{newline}"),
            }
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn generated_files_parse_and_map_back(values in prop::collection::vec((any_scalar(), any_scalar()), 1..5)) {
        let text: String = values.iter().map(|(a, b)| format!("- rule:{a}  desc:{b}")).collect();
        let stream = read(&text);
        prop_assert!(stream.errors.is_empty(), "{text:?} {:?}", stream.errors);
        prop_assert_eq!(stream.documents[0].root.as_seq().map(<[_]>::len), Some(values.len()));
        for item in stream.documents[0].root.as_seq().unwrap_or(&[]) {
            let scalar = item.get("rule").unwrap().as_scalar().unwrap();
            // A walk that disagreed would have one run per character.
            prop_assert!(scalar.text.map.len() <= 3 * text.len().min(scalar.text.value.len()), "{:?}", scalar);
        }
    }

    #[test]
    fn any_text_is_read(parts in prop::collection::vec(prop::sample::select(vec![
        "- ", "\n", "\n  ", "\n    ", "a", "é", "b: ", "'", "\"", "\\", "\\n", "[", "]", "{", "}", ",", "|", ">", "|2-", "&a ", "*a", "!t ",
        "#", " # c", "\t", "---\n", "\n...\n", "? ", ":", " ", "\r\n", "\u{feff}", "%", "~", "\\u00e9", "\0", "\r", "\n\n", "\n- ", "@",
    ]), 0..40)) {
        read(&parts.concat());
    }
}
