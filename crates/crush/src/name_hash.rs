//! Hashes of object names (ceph_hash.cc): which PG an object belongs to begins here.

use crate::hash::mix;

/// The golden ratio's bits, an arbitrary start that avoids mapping zeros to zeros.
const GOLDEN_RATIO: u32 = 0x9e37_79b9;

/// Hash of a name as pools with `object_hash` rjenkins (the default) hash it.
///
/// Jenkins' hash over blocks of 12 bytes. The bytes that are left over after the last whole block
/// share the third word with the length, whose low byte they leave alone.
pub fn rjenkins(name: &[u8]) -> u32 {
    let (mut a, mut b, mut c) = (GOLDEN_RATIO, GOLDEN_RATIO, 0u32);
    let (blocks, tail) = name.as_chunks::<12>();
    for block in blocks {
        let (words, _) = block.as_chunks::<4>();
        a = a.wrapping_add(u32::from_le_bytes(words[0]));
        b = b.wrapping_add(u32::from_le_bytes(words[1]));
        c = c.wrapping_add(u32::from_le_bytes(words[2]));
        mix(&mut a, &mut b, &mut c);
    }
    c = c.wrapping_add(name.len() as u32);
    for (index, byte) in tail.iter().enumerate() {
        let byte = u32::from(*byte);
        match index {
            0..4 => a = a.wrapping_add(byte << (8 * index)),
            4..8 => b = b.wrapping_add(byte << (8 * (index - 4))),
            _ => c = c.wrapping_add(byte << (8 * (index - 7))),
        }
    }
    mix(&mut a, &mut b, &mut c);
    c
}

/// Hash of a name as pools with `object_hash` linux (the kernel's directory cache) hash it.
pub fn linux(name: &[u8]) -> u32 {
    name.iter().fold(0u32, |hash, byte| {
        let byte = u32::from(*byte);
        hash.wrapping_add(byte << 4).wrapping_add(byte >> 4).wrapping_mul(11)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_hash_as_in_a_cluster() {
        assert_eq!(rjenkins(b"default.4439.1_operate.py"), 0x309c_3ed6);
        assert_eq!(rjenkins(b"ns1\x1fdefault.4439.1_operate.py"), 0x2dd1_fd07);
        assert_eq!(linux(b"default.4439.1_operate.py"), 0xa2f5_b9b3);
    }

    #[test]
    fn every_length_of_tail_hashes_differently() {
        let name = [b'a'; 25];
        let mut hashes: Vec<u32> = (0..=25).map(|length| rjenkins(&name[..length])).collect();
        hashes.sort_unstable();
        hashes.dedup();
        assert_eq!(hashes.len(), 26);
    }
}
