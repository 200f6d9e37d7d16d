//! The order of the blocklist, which osdmaptool holds in a hash table: `std::unordered_map` of the
//! GNU C++ library, filled in the order of the file, with a hash of the address's bytes.

use std::collections::BTreeMap;

use crushlab_osdmap::model::{Address, AddressForm, Addresses, Time};

/// Numbers of buckets that the table grows through.
const BUCKETS: [usize; 18] = [
    13, 29, 59, 127, 257, 541, 1109, 2357, 5087, 10_273, 20_753, 42_043, 85_229, 172_933, 351_061,
    712_697, 1_447_153, 2_938_679,
];

/// Bytes of an address as a program holds it: kind, nonce, socket address.
const IMAGE_BYTES: usize = 36;

/// The entries in the order in which osdmaptool prints them.
pub(crate) fn hashed(entries: &[(Addresses, Time)]) -> Vec<(&Addresses, Time)> {
    let mut times = BTreeMap::new();
    let mut unique = Vec::new();
    for (addresses, time) in entries {
        let image = image(addresses);
        if times.insert(image, *time).is_none() {
            unique.push((addresses, image));
        }
    }
    let mut table = Table::new(unique.iter().map(|(_, image)| hash(image) as usize).collect());
    for entry in 0..unique.len() {
        table.insert(entry);
    }
    let ordered = table.order().into_iter().map(|entry| {
        let (addresses, image) = &unique[entry];
        (*addresses, times.get(image).copied().unwrap_or_default())
    });
    ordered.collect()
}

/// The entries by the bytes of their addresses, as Ceph sorts the ranges.
pub(crate) fn sorted(entries: &[(Addresses, Time)]) -> Vec<(&Addresses, Time)> {
    let entries = entries.iter().map(|(addresses, time)| (image(addresses), (addresses, *time)));
    entries.collect::<BTreeMap<_, _>>().into_values().collect()
}

fn image(addresses: &Addresses) -> [u8; IMAGE_BYTES] {
    let none = Address::default();
    let address = addresses.list.first().unwrap_or(&none);
    let mut image = [0; IMAGE_BYTES];
    let legacy = addresses.form == AddressForm::Legacy;
    let empty = address.socket.first_chunk::<2>().is_none_or(|family| *family == [0, 0]);
    let kind = if legacy && empty { 0 } else { address.kind };
    let head = [kind.to_le_bytes(), address.nonce.to_le_bytes()].concat();
    // Of a legacy address only what an address of its family has is kept.
    let length = if legacy && address.socket.first() == Some(&2) { 16 } else { 28 };
    let bytes = head.iter().chain(address.socket.iter().take(length));
    image.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
    image
}

/// Hash of an address: its words in one, mixed (`blobhash`, Jenkins' integer hash).
fn hash(image: &[u8; IMAGE_BYTES]) -> u32 {
    let words = image
        .chunks_exact(4)
        .map(|word| word.first_chunk().map_or(0, |bytes| u32::from_le_bytes(*bytes)));
    let mut a = words.fold(0, |sum, word| sum ^ word);
    a = a.wrapping_add(0x7ed5_5d16).wrapping_add(a << 12);
    a = (a ^ 0xc761_c23c) ^ (a >> 19);
    a = a.wrapping_add(0x1656_67b1).wrapping_add(a << 5);
    a = a.wrapping_add(0xd3a2_646c) ^ (a << 9);
    a = a.wrapping_add(0xfd70_46c5).wrapping_add(a << 3);
    (a ^ 0xb55a_4f09) ^ (a >> 16)
}

/// A hash table that chains all its entries in one list. Each bucket knows the entry before its
/// first; the list's head counts as an entry, the last.
struct Table {
    hashes: Vec<usize>,
    next: Vec<Option<usize>>,
    before: Vec<Option<usize>>,
    size: usize,
}

impl Table {
    fn new(hashes: Vec<usize>) -> Table {
        let next = vec![None; hashes.len() + 1];
        Table { hashes, next, before: vec![None], size: 0 }
    }

    fn insert(&mut self, entry: usize) {
        if self.size + 1 > self.before.len() || self.size == 0 {
            self.grow();
        }
        self.size += 1;
        self.link(entry);
    }

    fn link(&mut self, entry: usize) {
        let (head, count) = (self.hashes.len(), self.before.len());
        let bucket = self.hashes[entry] % count;
        if let Some(before) = self.before[bucket] {
            self.next[entry] = self.next[before].replace(entry);
            return;
        }
        let first = self.next[head].replace(entry);
        self.next[entry] = first;
        if let Some(first) = first {
            self.before[self.hashes[first] % count] = Some(entry);
        }
        self.before[bucket] = Some(head);
    }

    fn grow(&mut self) {
        let needed = (self.size + 1).max(self.before.len() * 2);
        let larger = BUCKETS.into_iter().find(|count| *count >= needed);
        let count = larger.unwrap_or(needed);
        let order = self.order();
        self.before = vec![None; count];
        self.next[self.hashes.len()] = None;
        order.into_iter().for_each(|entry| self.link(entry));
    }

    fn order(&self) -> Vec<usize> {
        let first = self.next[self.hashes.len()];
        std::iter::successors(first, |entry| self.next[*entry]).collect()
    }
}
