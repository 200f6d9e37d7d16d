//! A CRUSH map as a tree: the walk, and tables of its lines.

use std::collections::BTreeMap;

use crushlab_crush::ChooseArgs;
use crushlab_crush::map::bucket_slot;
use crushlab_crushmap::CrushMap;

use crate::stop::{Outcome, Stop};

/// Most lines a tree may have. Links can make a small map into a tree without end.
const MAX_NODES: usize = 1 << 22;

/// An item at one place of the tree.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub(crate) id: i32,
    /// The bucket that holds it, and its position there; none for a root.
    pub(crate) parent: Option<(i32, usize)>,
    pub(crate) depth: usize,
    /// Weight as a stream of single precision has it.
    pub(crate) weight: f32,
}

/// Visits the trees below these roots from the top, the items of a bucket by class and name
/// (CrushTreeDumper.h, `Dumper`).
pub(crate) fn walk(
    map: &CrushMap,
    roots: impl DoubleEndedIterator<Item = i32>,
    mut visit: impl FnMut(&Node) -> Outcome,
) -> Outcome {
    let root = |id| {
        let weight = map.core.bucket(id).map_or(0.0, |bucket| bucket.weight as f32 / 65536.0);
        Node { id, parent: None, depth: 0, weight }
    };
    let mut pending: Vec<Node> = roots.rev().map(root).collect();
    let mut count = 0;
    while let Some(node) = pending.pop() {
        count += 1;
        if count + pending.len() > MAX_NODES {
            return Err(Stop::error(format!(
                "the tree has more than {MAX_NODES} lines: remove some links"
            )));
        }
        visit(&node)?;
        let below = children(map, &node);
        pending.extend(below.into_values().rev());
    }
    Ok(())
}

/// The items of a bucket by what they are sorted by. Of two equal ones the first position stays,
/// as the other is overwritten by it.
pub(crate) fn children(map: &CrushMap, node: &Node) -> BTreeMap<String, Node> {
    let mut sorted = BTreeMap::new();
    let Some(bucket) = map.core.bucket(node.id) else { return sorted };
    for (position, id) in bucket.items.iter().enumerate() {
        let key = match *id {
            id @ 0.. => format!("{}_osd.{id:08}", map.item_class(id).unwrap_or("")),
            id => format!("_{}", map.item_name(id).unwrap_or("")),
        };
        let weight = bucket.item_weight(position).unwrap_or(0) as i32 as f32 / 65536.0;
        let parent = Some((node.id, position));
        let child = Node { id: *id, parent, depth: node.depth + 1, weight };
        sorted.entry(key).or_insert(child);
    }
    sorted
}

/// Weights (16.16) that each of the map's weight sets has for a line's item, one for each position
/// of a result, by set; none for a set that does not speak of it.
pub(crate) fn set_weights(map: &CrushMap, node: &Node) -> Vec<(i64, Vec<u32>)> {
    let weights = |set: &ChooseArgs| {
        let (parent, position) = node.parent?;
        let sets = &set.get(&bucket_slot(parent)?)?.weight_sets;
        Some(sets.iter().filter_map(|weights| weights.get(position).copied()).collect())
    };
    let sets = map.core.choose_args.iter();
    sets.map(|(id, set)| (*id, weights(set).unwrap_or_default())).collect()
}

/// Name of a weight set: its pool's id, or the one that all other pools use.
pub(crate) fn set_name(id: i64) -> String {
    if id == -1 { "(compat)".to_owned() } else { id.to_string() }
}

/// A line's type and name, moved to the right by its depth.
pub(crate) fn indented_name(map: &CrushMap, node: &Node) -> String {
    let mut name = "    ".repeat(node.depth);
    match map.core.bucket(node.id) {
        None => name.push_str(&format!("osd.{}", node.id)),
        Some(bucket) => {
            // Ceph's stream takes nothing more after a name that is missing.
            if let Some(kind) = map.types.get(&i32::from(bucket.type_id)) {
                name.push_str(&format!("{kind} {}", map.item_name(node.id).unwrap_or("")));
            }
        }
    }
    name
}

/// A weight with five decimals; `0` and `-` stand for zero and less.
pub(crate) fn weight(weight: f32) -> String {
    match weight {
        weight if weight < -0.01 => "-".to_owned(),
        weight if weight < 0.000_001 => "0".to_owned(),
        weight => format!("{weight:.5}"),
    }
}

/// The rows as a table: headings and the columns in `left` to the left, the others to the right.
pub(crate) fn aligned(rows: &[Vec<String>], left: &[usize]) -> String {
    let columns = rows.first().map_or(0, Vec::len);
    let width = |column| rows.iter().filter_map(|row| row.get(column)).map(String::len).max();
    let widths: Vec<usize> = (0..columns).map(|column| width(column).unwrap_or(0)).collect();
    let mut text = String::new();
    for (index, row) in rows.iter().enumerate() {
        for (column, (cell, width)) in row.iter().zip(&widths).enumerate() {
            let padding = " ".repeat(width - cell.len());
            let left = index == 0 || left.contains(&column);
            text.push_str(if column == 0 { "" } else { "  " });
            text.extend(if left { [cell, &padding] } else { [&padding, cell] }.map(String::as_str));
        }
        text.push('\n');
    }
    text
}
