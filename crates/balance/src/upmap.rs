//! How a PG's OSDs are told to Ceph: by no entry, by pairs, or by the whole list.

use crushlab_osdmap::{OsdMap, PgId};

/// What a map says of a PG.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Entry {
    /// Nothing: it is where CRUSH puts it.
    None,
    /// `pg_upmap_items`: pairs of an OSD that CRUSH chooses and one that takes its place.
    Items(Vec<(i32, i32)>),
    /// `pg_upmap`: all its OSDs. The only way to let two erasure-coded shards change places; the
    /// managers' balancer leaves such PGs alone.
    Full(Vec<i32>),
}

/// The entry that makes `wanted` of what CRUSH chooses. `parts` are the lengths of the parts of the
/// rule: replicas may change places within one of them, unless they have places of their own.
pub(crate) fn entry_for(raw: &[i32], wanted: &[i32], parts: &[usize], positional: bool) -> Entry {
    let mut pairs = Vec::new();
    if positional {
        let differ = raw.iter().zip(wanted).filter(|(from, to)| from != to);
        pairs.extend(differ.map(|(from, to)| (*from, *to)));
        // A pair that leads to an OSD which CRUSH chose for the PG has no effect.
        if pairs.iter().any(|(_, to)| raw.contains(to)) {
            return Entry::Full(wanted.to_vec());
        }
    } else {
        let mut first = 0;
        for length in parts {
            let end = (first + length).min(raw.len()).min(wanted.len());
            let (raw, wanted) = (&raw[first..end], &wanted[first..end]);
            let gone = raw.iter().filter(|osd| !wanted.contains(osd));
            let come = wanted.iter().filter(|osd| !raw.contains(osd));
            pairs.extend(gone.zip(come).map(|(from, to)| (*from, *to)));
            first = end;
        }
    }
    if pairs.is_empty() { Entry::None } else { Entry::Items(pairs) }
}

/// The commands that lead from what a map says of a PG to an entry.
pub(crate) fn commands_for(map: &OsdMap, pg: PgId, entry: &Entry) -> Vec<String> {
    let has_full = map.pg_upmap.get(&pg);
    let has_items = map.pg_upmap_items.get(&pg);
    let words =
        |osds: &mut dyn Iterator<Item = i32>| osds.map(|osd| format!(" {osd}")).collect::<String>();
    let mut commands = Vec::new();
    let is_full = matches!(entry, Entry::Full(_));
    if has_full.is_some() && !is_full {
        commands.push(format!("ceph osd rm-pg-upmap {pg}"));
    }
    if has_items.is_some() && !matches!(entry, Entry::Items(_)) {
        commands.push(format!("ceph osd rm-pg-upmap-items {pg}"));
    }
    match entry {
        Entry::None => {}
        Entry::Items(pairs) if has_items == Some(pairs) => {}
        Entry::Items(pairs) => {
            let osds = words(&mut pairs.iter().flat_map(|(from, to)| [*from, *to]));
            commands.push(format!("ceph osd pg-upmap-items {pg}{osds}"));
        }
        Entry::Full(osds) => {
            commands.push(format!("ceph osd pg-upmap {pg}{}", words(&mut osds.iter().copied())));
        }
    }
    commands
}

/// Puts an entry into a map.
pub(crate) fn set_entry(map: &mut OsdMap, pg: PgId, entry: &Entry) {
    map.pg_upmap.remove(&pg);
    map.pg_upmap_items.remove(&pg);
    match entry {
        Entry::None => {}
        Entry::Items(pairs) => drop(map.pg_upmap_items.insert(pg, pairs.clone())),
        Entry::Full(osds) => drop(map.pg_upmap.insert(pg, osds.clone())),
    }
}

/// Puts new OSDs into the places of those that leave, back to where CRUSH puts them where that is
/// possible. `wanted` are the OSDs to be, in any order, of the PG's `now` from `first` on.
pub(crate) fn arranged(now: &[i32], raw: &[i32], wanted: &[i32]) -> Vec<i32> {
    let mut come: Vec<i32> = wanted.iter().copied().filter(|osd| !now.contains(osd)).collect();
    let is_free = |osd: &i32| !wanted.contains(osd);
    let mut osds = now.to_vec();
    for (osd, home) in osds.iter_mut().zip(raw) {
        if is_free(osd)
            && let Some(at) = come.iter().position(|new| new == home)
        {
            *osd = come.swap_remove(at);
        }
    }
    let mut come = come.into_iter();
    for osd in osds.iter_mut().filter(|osd| is_free(osd)) {
        *osd = come.next().unwrap_or(*osd);
    }
    osds
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replicas_are_a_set_and_shards_have_places() {
        let items = |pairs: &[(i32, i32)]| Entry::Items(pairs.to_vec());
        assert_eq!(entry_for(&[1, 2, 3], &[3, 1, 2], &[3], false), Entry::None);
        assert_eq!(entry_for(&[1, 2, 3], &[3, 4, 2], &[3], false), items(&[(1, 4)]));
        assert_eq!(entry_for(&[1, 2, 3], &[1, 4, 3], &[3], true), items(&[(2, 4)]));
        assert_eq!(entry_for(&[1, 2, 3], &[2, 4, 3], &[3], true), Entry::Full(vec![2, 4, 3]));
        // Each part of a rule has places of its own.
        assert_eq!(entry_for(&[1, 2, 3], &[4, 5, 3], &[1, 2], false), items(&[(1, 4), (2, 5)]));
    }

    #[test]
    fn new_osds_go_home_first_and_the_others_stay() {
        assert_eq!(arranged(&[1, 2, 9], &[1, 2, 3], &[2, 3, 7]), [7, 2, 3]);
        assert_eq!(arranged(&[1, 2, 3], &[1, 2, 3], &[1, 2, 3]), [1, 2, 3]);
        assert_eq!(arranged(&[8, 9], &[1, 2], &[2, 1]), [1, 2]);
    }

    #[test]
    fn commands_replace_what_is_there() {
        let mut map = OsdMap::default();
        let pg = PgId::new(1, 31);
        let items = Entry::Items(vec![(1, 2), (3, 4)]);
        assert_eq!(commands_for(&map, pg, &items), ["ceph osd pg-upmap-items 1.1f 1 2 3 4"]);
        set_entry(&mut map, pg, &items);
        assert!(commands_for(&map, pg, &items).is_empty());
        let full = Entry::Full(vec![4, 5]);
        let commands = ["ceph osd rm-pg-upmap-items 1.1f", "ceph osd pg-upmap 1.1f 4 5"];
        assert_eq!(commands_for(&map, pg, &full), commands);
        set_entry(&mut map, pg, &full);
        assert_eq!(commands_for(&map, pg, &Entry::None), ["ceph osd rm-pg-upmap 1.1f"]);
    }
}
