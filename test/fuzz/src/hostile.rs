//! Maps made to hurt: huge counts, cycles, nesting without end.

use fastrand::Rng;

use crate::Form;

/// One of them, of a random size.
pub(crate) fn input(rng: &mut Rng) -> (Form, Vec<u8>) {
    let size = 1usize << rng.u32(0..18);
    match rng.u8(0..9) {
        0 => (Form::Json, b"[".repeat(size)),
        1 => (Form::Json, nested_json(size)),
        2 => (Form::Json, cyclic_json()),
        3 => (Form::Text, "host h {".repeat(size).into_bytes()),
        4 => (Form::Text, deep_text(size.min(1 << 12)).into_bytes()),
        5 => (Form::Text, format!("rule r {{ id {} ", "9".repeat(size)).into_bytes()),
        6 => (Form::Binary, binary(&[0x0001_0000, 1 << 31, 0, 0])),
        7 => (Form::Binary, cyclic_binary()),
        _ => (Form::Binary, binary(&[0x0001_0000, 0, 0, 0, u32::MAX - rng.u32(0..9)])),
    }
}

fn nested_json(depth: usize) -> Vec<u8> {
    let mut text = String::from("{\"buckets\":");
    text.push_str(&"{\"items\":[".repeat(depth));
    text.into_bytes()
}

/// Two buckets, each the other's item.
fn cyclic_json() -> Vec<u8> {
    let bucket = |id: i32, item: i32| {
        format!(
            "{{\"id\":{id},\"name\":\"b{}\",\"type_id\":1,\"type_name\":\"root\",\"weight\":0,\
             \"alg\":\"straw2\",\"hash\":\"rjenkins1\",\
             \"items\":[{{\"id\":{item},\"weight\":0,\"pos\":0}}]}}",
            -id
        )
    };
    format!(
        "{{\"devices\":[],\"types\":[{{\"type_id\":0,\"name\":\"osd\"}},\
         {{\"type_id\":1,\"name\":\"root\"}}],\"buckets\":[{},{}],\"rules\":[],\"tunables\":{{}},\
         \"choose_args\":{{}}}}",
        bucket(-1, -2),
        bucket(-2, -1)
    )
    .into_bytes()
}

/// A chain of buckets, each in the next.
fn deep_text(depth: usize) -> String {
    let mut text = String::from("device 0 osd.0\ntype 0 osd\ntype 1 host\n");
    text.push_str("host h0 {\n\tid -1\n\talg straw2\n\titem osd.0 weight 1.0\n}\n");
    for level in 1..depth {
        text.push_str(&format!(
            "host h{level} {{\n\tid {}\n\talg straw2\n\titem h{} weight 1.0\n}}\n",
            -1 - level as i64,
            level - 1
        ));
    }
    text
}

fn binary(words: &[u32]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_le_bytes()).collect()
}

/// A straw2 bucket -1 that holds itself; no rules, no names.
fn cyclic_binary() -> Vec<u8> {
    let type_1_straw2 = 5 << 16 | 1;
    let item = u32::MAX;
    binary(&[0x0001_0000, 1, 0, 0, 5, item, type_1_straw2, 0, 1, item, 0x10000, 0, 0, 0])
}
