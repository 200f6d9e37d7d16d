//! The table that `--tree` prints.

use crushlab_crushmap::CrushMap;

use crate::stop::Outcome;
use crate::tree::{Node, aligned, indented_name, set_name, set_weights, walk, weight};

/// The table that `--tree` prints.
pub(crate) fn table(map: &CrushMap) -> Outcome<String> {
    let sets = map.core.choose_args.keys().map(|set| set_name(*set));
    let titles = ["ID", "CLASS", "WEIGHT"].map(str::to_owned).into_iter();
    let mut rows = vec![titles.chain(sets).chain(["TYPE NAME".to_owned()]).collect()];
    walk(map, map.roots().into_iter(), |node| {
        rows.push(row(map, node));
        Ok(())
    })?;
    let last = rows.first().map_or(0, Vec::len) - 1;
    Ok(aligned(&rows, &[last]))
}

fn row(map: &CrushMap, node: &Node) -> Vec<String> {
    let class = map.item_class(node.id).unwrap_or("").to_owned();
    let mut row = vec![node.id.to_string(), class, weight(node.weight)];
    let set_weight = |weights: Vec<u32>| {
        weights.first().map_or(String::new(), |fixed| weight(*fixed as f32 / 65536.0))
    };
    row.extend(set_weights(map, node).into_iter().map(|(_, weights)| set_weight(weights)));
    row.push(indented_name(map, node));
    row
}
