//! What the readers say about maps that are wrong.

use crushlab_crush::BuildError;
use crushlab_crushmap::{CrushMap, DecodeError, JsonError, MAX_IDS};
use crushlab_wire::{WireError, Writer};
use serde_json::{Value, json};

const TEXT: &str = "\
device 0 osd.0 class hdd
device 1 osd.1
type 0 osd
type 1 host
type 2 root
host a {
\tid -2
\talg straw2
\titem osd.0 weight 1.5
\titem osd.1 weight 0.25
}
root r {
\tid -1
\talg list
\titem a
}
rule data {
\tid 0
\ttype replicated
\tmin_size 1
\tmax_size 10
\tstep take r
\tstep chooseleaf firstn 0 type host
\tstep emit
}
";

/// The error of the text in which `from` is replaced, as (line, column, problem).
fn text_error(from: &str, to: &str) -> (usize, usize, String) {
    assert!(TEXT.contains(from), "{from}");
    match CrushMap::from_text(&TEXT.replacen(from, to, 1)) {
        Ok(_) => panic!("{from:?} -> {to:?} compiles"),
        Err(error) => (error.line, error.column, error.problem),
    }
}

#[track_caller]
fn assert_text_error(from: &str, to: &str, line: usize, column: usize, problem: &str) {
    let found = text_error(from, to);
    assert_eq!((found.0, found.1), (line, column), "{}", found.2);
    assert!(found.2.contains(problem), "{}", found.2);
}

#[test]
fn a_syntax_error_shows_its_line_with_a_caret() {
    let text = TEXT.replacen("weight 0.25", "wieght 0.25", 1);
    assert_eq!(
        CrushMap::from_text(&text).unwrap_err().to_string(),
        "line 10, column 13: found \"wieght\", expected weight, pos, item or }\n\
         \x20item osd.1 wieght 0.25\n\
         \x20           ^"
    );
}

#[test]
fn a_long_line_is_shown_in_part() {
    let text = format!("{}device x", "device 0 osd.0 ".repeat(1000));
    let error = CrushMap::from_text(&text).unwrap_err();
    assert_eq!((error.line, error.column), (1, 15_008));
    let lines: Vec<&str> = error.excerpt.lines().collect();
    assert!(lines[0].len() <= 90 && lines[1].len() <= 61, "{}", error.excerpt);
    assert_eq!(&lines[0][lines[1].len() - 1..], "x");
}

#[test]
fn syntax_errors_say_what_was_found_and_expected() {
    assert_text_error("device 1", "device -1", 2, 8, "found \"-1\", expected a device id");
    assert_text_error("id -2", "id 2", 7, 5, "found \"2\", expected a bucket id (-1 and down)");
    assert_text_error("alg list", "", 15, 2, "found \"item\", expected class, id or alg");
    assert_text_error("firstn", "first", 23, 18, "found \"first\", expected indep or firstn");
    assert_text_error("min_size 1", "min_size one", 20, 11, "found \"one\", expected a number");
    assert_text_error("step emit\n}\n", "step emit", 24, 11, "found the end of the text");
    assert_text_error("host a", "\u{e9} a", 6, 1, "found \"\u{e9}\", expected");
}

#[test]
fn names_that_are_not_there_are_told_apart() {
    assert_text_error("item a\n", "item b\n", 15, 7, "found item \"b\", expected a device, or a");
    assert_text_error("host a", "hots a", 6, 1, "found type \"hots\", expected a type that is");
    assert_text_error("take r", "take x", 22, 12, "found \"x\", expected a device or bucket");
    assert_text_error("type host\n", "type row\n", 23, 32, "found type \"row\", expected");
    assert_text_error("alg list", "alg lst", 14, 6, "found algorithm \"lst\", expected uniform");
    assert_text_error("take r", "take r class ssd", 22, 20, "(classes here: hdd)");
}

#[test]
fn what_is_there_twice_is_refused() {
    assert_text_error("osd.1\n", "osd.0\n", 2, 10, "found \"osd.0\" again");
    assert_text_error("root r", "root a", 12, 6, "found \"a\" again");
    assert_text_error("id -1", "id -2", 13, 5, "bucket id -2 is used twice");
    assert_text_error("weight 1.5", "weight 1.5 pos 0 item osd.1 pos 0", 9, 45, "position 0 again");
    assert_text_error(
        "rule data",
        "rule data { id 1 type erasure step emit } rule data",
        17,
        48,
        "found rule \"data\" again",
    );
}

#[test]
fn numbers_out_of_range_are_refused() {
    assert_text_error("1.5", "100.5", 9, 20, "found weight 100.5, expected one from 0 to 100");
    assert_text_error("item a", "item a weight 65536", 15, 16, "expected one from 0 to 65535");
    assert_text_error("id 0", "id 256", 18, 5, "found 256, expected a rule id from 0 to 255");
    assert_text_error("device 1", "device 99999999999999999999", 2, 8, "expected a device id");
    assert_text_error("id -2", "id -99999999", 7, 5, "expected a bucket id");
    assert_text_error("weight 1.5", "weight 1.5 pos 2", 9, 28, "expected a position in the bucket");
    assert_text_error("alg straw2", "alg uniform", 10, 20, "all items of a uniform bucket");
}

#[test]
fn choose_args_must_fit_their_bucket() {
    let with = |set: &str| CrushMap::from_text(&format!("{TEXT}choose_args 0 {{ {set} }}"));
    let problem = |set: &str| with(set).map(|_| ()).unwrap_err().problem;
    assert!(with("{ bucket_id -2 weight_set [ [ 1 2 ] ] ids [ 1 2 ] }").is_ok());
    assert!(problem("{ bucket_id -2 ids [ 1 ] }").contains("found 1 ids, expected 2"));
    assert!(problem("{ bucket_id -9 }").contains("found bucket id -9, which no bucket has"));
}

#[test]
fn what_newer_and_older_releases_write_is_understood() {
    let sizes = "\tmin_size 1\n\tmax_size 10\n";
    let map = CrushMap::from_text(&TEXT.replace(sizes, "")).expect("sizes may be left out");
    let rule = map.core.rules[0].as_ref().expect("the rule is there");
    assert_eq!((rule.min_size, rule.max_size), (1, 100));
    let numbered = CrushMap::from_text(&TEXT.replace("type replicated", "type 2"));
    let text = numbered.expect("a type that has no name is printed as a number").to_text();
    assert!(text.contains("\ttype 2\n"), "{text}");
}

#[test]
fn more_levels_than_the_limit_are_refused() {
    let mut text = String::from("type 1 host host b0 { alg straw2 }\n");
    for level in 1..300 {
        text.push_str(&format!("host b{level} {{ alg straw2 item b{} }}\n", level - 1));
    }
    let error = CrushMap::from_text(&text).unwrap_err();
    assert_eq!((error.line, error.column), (257, 6));
    assert!(error.problem.contains("found 257 levels of buckets"), "{error}");
}

fn binary() -> Vec<u8> {
    CrushMap::from_text(TEXT).expect("the text is right").to_binary()
}

fn decode_error(bytes: &[u8]) -> DecodeError {
    CrushMap::from_binary(bytes).map(|_| ()).expect_err("the bytes are wrong")
}

fn wire_error(bytes: &[u8]) -> WireError {
    match decode_error(bytes) {
        DecodeError::Wire(error) => error,
        other => panic!("{other}"),
    }
}

#[test]
fn a_cut_binary_names_the_field_and_the_offset() {
    let bytes = binary();
    assert_eq!(decode_error(b"crush map"), DecodeError::BadMagic { found: 0x7375_7263 });
    let error = wire_error(&bytes[..50]);
    assert_eq!((error.offset, error.path.as_str()), (48, "buckets[1].alg"));
    for length in 0..bytes.len() {
        // A map may end where a release ended it; everywhere else something is missing.
        if let Err(error) = CrushMap::from_binary(&bytes[..length]) {
            assert!(error.to_string().starts_with("byte "), "{error}");
        }
    }
}

#[test]
fn counts_beyond_the_bytes_are_refused() {
    let mut bytes = binary();
    bytes[4..8].copy_from_slice(&0x8000_0000_u32.to_le_bytes());
    let error = wire_error(&bytes);
    assert_eq!((error.offset, error.path.as_str()), (4, "max_buckets"));

    let mut bytes = binary();
    let size = 16 + 4 + 4 + 2 + 1 + 1 + 4;
    bytes[size..size + 4].copy_from_slice(&u32::MAX.to_le_bytes());
    let error = wire_error(&bytes);
    assert_eq!((error.offset, error.path.as_str()), (size, "buckets[0].size"));
    assert!(error.problem.contains("4294967295 entries are announced"), "{error}");
}

#[test]
fn a_name_that_is_no_utf8_is_refused_at_its_byte() {
    let mut bytes = binary();
    let name = bytes.windows(5).position(|five| five == b"osd.1").expect("the name is there");
    bytes[name + 3] = 0xff;
    let error = wire_error(&bytes);
    assert_eq!((error.offset, error.path.as_str()), (name + 3, "names[5].name"));
    assert!(error.problem.contains("byte 0xff: expected UTF-8"), "{error}");
}

#[test]
fn an_unsound_binary_names_the_bucket_and_where_it_is() {
    let mut bytes = binary();
    let item = 16 + 4 + 16;
    bytes[item..item + 4].copy_from_slice(&(-1_i32).to_le_bytes());
    assert_eq!(
        decode_error(&bytes),
        DecodeError::Unsound { offset: Some(16), problem: BuildError::Cycle { bucket: -1 } }
    );
    bytes[item..item + 4].copy_from_slice(&(MAX_IDS as i32).to_le_bytes());
    assert!(decode_error(&bytes).to_string().contains("expected one below 262144"));
}

#[test]
fn keys_of_64_bits_are_understood() {
    let mut writer = Writer::new();
    writer.u32(0x0001_0000);
    for number in [0, 0, 0, 2] {
        writer.u32(number);
    }
    for (id, name) in [(0, "osd"), (1, "host")] {
        writer.i64(id);
        writer.text(name);
    }
    writer.u32(0);
    writer.u32(0);
    let map = CrushMap::from_binary(&writer.into_bytes()).expect("an old but good map");
    let types: Vec<(i32, &str)> = map.types.iter().map(|(id, name)| (*id, name.as_str())).collect();
    assert_eq!(types, [(0, "osd"), (1, "host")]);
}

fn json_error(change: impl FnOnce(&mut Value)) -> (String, String) {
    let mut dump = CrushMap::from_text(TEXT).expect("the text is right").to_json();
    change(&mut dump);
    match CrushMap::from_json(dump.to_string().as_bytes()) {
        Err(JsonError::Content { path, problem }) => (path, problem),
        other => panic!("{other:?}"),
    }
}

#[track_caller]
fn assert_json_error(change: impl FnOnce(&mut Value), path: &str, problem: &str) {
    let found = json_error(change);
    assert_eq!(found.0, path, "{}", found.1);
    assert!(found.1.contains(problem), "{}", found.1);
}

#[test]
fn json_errors_carry_the_path() {
    assert_json_error(
        |dump| dump["buckets"][1]["items"][0]["weight"] = json!("heavy"),
        "buckets[1].items[0].weight",
        "found \"heavy\", expected a whole number",
    );
    assert_json_error(
        |dump| dump["buckets"][0]["items"][0]["id"] = json!(-7),
        "buckets[0]",
        "bucket -1 holds item -7, which does not exist",
    );
    assert_json_error(
        |dump| dump["buckets"][0]["alg"] = json!("fair"),
        "buckets[0].alg",
        "expected uniform, list",
    );
    assert_json_error(
        |dump| dump["rules"][0]["steps"][1]["op"] = json!("chose"),
        "rules[0].steps[1].op",
        "found \"chose\", expected one of noop, take",
    );
    assert_json_error(
        |dump| dump["rules"][0]["steps"][1]["type"] = json!("row"),
        "rules[0].steps[1].type",
        "expected one of this map's types",
    );
    assert_json_error(
        |dump| dump["choose_args"] = json!({ "0": [{ "bucket_id": -1, "weight_set": [[-1]] }] }),
        "choose_args.0[0].weight_set[0][0]",
        "found -1, expected a weight",
    );
    assert_json_error(|dump| dump["devices"] = json!(3), "devices", "expected an array");
    assert_json_error(
        |dump| dump["types"][1]["name"] = json!(""),
        "types[1].name",
        "found \"\", expected a name",
    );
}

#[test]
fn json_that_is_none_says_where() {
    let error = CrushMap::from_json(b"{\n \"buckets\": [,] }").unwrap_err();
    assert_eq!(error.to_string(), "line 2, column 14: expected value: expected JSON");
    let missing = CrushMap::from_json(b"{}").unwrap_err().to_string();
    assert_eq!(missing, "types: found nothing, expected a value");
    let deep = "[".repeat(100_000);
    let error = CrushMap::from_json(deep.as_bytes()).unwrap_err();
    assert!(error.to_string().contains("recursion limit exceeded"), "{error}");
}
