//! Breaking a map that was whole.

use fastrand::Rng;

use crate::Form;

/// Numbers at the edges of what fields can hold.
const EDGES: [i64; 14] = [
    0,
    1,
    -1,
    0x7f,
    0x80,
    0xff,
    0xffff,
    0x1_0000,
    0x7fff_fffe,
    0x7fff_ffff,
    0x8000_0000,
    0xffff_ffff,
    i64::MAX,
    i64::MIN,
];

/// Breaks the map in one way. `other` is a map to take pieces from.
pub(crate) fn mutate(bytes: &mut Vec<u8>, form: Form, other: &[u8], rng: &mut Rng) {
    if bytes.is_empty() {
        bytes.extend_from_slice(other);
        return;
    }
    let at = rng.usize(0..bytes.len());
    match rng.u8(0..8) {
        0 => bytes.truncate(at),
        1 => bytes[at] ^= 1 << rng.u8(0..8),
        2 => bytes[at] = rng.u8(..),
        3 => number(bytes, at, form, rng),
        4 => {
            let end = (at + rng.usize(1..64)).min(bytes.len());
            bytes.drain(at..end);
        }
        5 => {
            let piece = piece(bytes, rng).to_vec();
            bytes.splice(at..at, piece);
        }
        6 => {
            let piece = piece(other, rng).to_vec();
            bytes.splice(at..at, piece);
        }
        _ => {
            // A longer run of one word, for counters and nesting.
            let words: [&[u8]; 6] = [b"[", b"{", b"(", b"\xff", b"\0", b"item a "];
            let run = words[rng.usize(0..words.len())].repeat(rng.usize(1..400));
            bytes.splice(at..at, run);
        }
    }
}

fn piece<'a>(bytes: &'a [u8], rng: &mut Rng) -> &'a [u8] {
    if bytes.is_empty() {
        return bytes;
    }
    let start = rng.usize(0..bytes.len());
    &bytes[start..(start + rng.usize(1..200)).min(bytes.len())]
}

/// Replaces a number: 4 bytes of a binary map, a run of digits elsewhere.
fn number(bytes: &mut Vec<u8>, at: usize, form: Form, rng: &mut Rng) {
    let value = EDGES[rng.usize(0..EDGES.len())];
    if form == Form::Binary {
        let start = at / 4 * 4;
        for (place, byte) in bytes.iter_mut().skip(start).zip(value.to_le_bytes()).take(4) {
            *place = byte;
        }
        return;
    }
    let Some(start) = (at..bytes.len()).find(|index| bytes[*index].is_ascii_digit()) else {
        return;
    };
    let length = bytes[start..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    bytes.splice(start..start + length, value.to_string().into_bytes());
}
