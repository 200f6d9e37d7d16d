//! Many keys before and after a change.

use std::collections::HashMap;

use crate::kind::Kind;
use crate::node::{Change, Node, SchemeError, changed};
use crate::scheme::Cost;
use crate::share::asked_shares;

/// What is compared.
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    /// The nodes before.
    pub nodes: &'a [Node],
    /// What happens.
    pub change: Change,
    /// Keys to place: 0, 1, … below this.
    pub keys: u32,
    /// Copies of each key, on distinct nodes.
    pub replicas: usize,
}

/// What one node holds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NodeCopies {
    /// The node.
    pub id: u32,
    /// Copies it holds before.
    pub before: u64,
    /// Copies it holds after.
    pub after: u64,
    /// Copies its weight asks for before, 0 where it is not there.
    pub asked_before: f64,
    /// Copies its weight asks for after, 0 where it is not there any more.
    pub asked_after: f64,
}

/// Keys whose nodes are told one by one.
pub const SAMPLE_KEYS: usize = 512;

/// How one scheme answers.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    /// The scheme.
    pub kind: Kind,
    /// Keys times replicas.
    pub copies: u64,
    /// Copies that are on another node after than before.
    pub moved_copies: u64,
    /// Copies that have to move so that every node holds what its weight asks for before and after.
    pub least_copies: f64,
    /// Each node, those that come last.
    pub nodes: Vec<NodeCopies>,
    /// What all lookups cost before.
    pub cost: Cost,
    /// What is kept to look keys up before, in bytes.
    pub table_bytes: usize,
    /// Keys placed, for the mean cost.
    pub keys: u32,
    /// The main nodes of the first keys, at most [`SAMPLE_KEYS`], before and after; none where
    /// CRUSH found none.
    pub sample: Vec<[Option<u32>; 2]>,
}

impl Comparison {
    /// Moved copies over all copies.
    pub fn moved_share(&self) -> f64 {
        self.moved_copies as f64 / self.copies.max(1) as f64
    }

    /// The least that has to move, over all copies.
    pub fn least_share(&self) -> f64 {
        self.least_copies / self.copies.max(1) as f64
    }

    /// The fullest node before the change: its copies over what its weight asks for.
    pub fn fullest_before(&self) -> f64 {
        let over = |node: &NodeCopies| node.before as f64 / node.asked_before;
        let asked = self.nodes.iter().filter(|node| node.asked_before > 0.0);
        asked.map(over).fold(0.0, f64::max)
    }

    /// The fullest node after the change: its copies over what its weight asks for.
    pub fn fullest_after(&self) -> f64 {
        let over = |node: &NodeCopies| node.after as f64 / node.asked_after;
        let asked = self.nodes.iter().filter(|node| node.asked_after > 0.0);
        asked.map(over).fold(0.0, f64::max)
    }

    /// Standard deviation of (copies over copies asked for) before the change.
    pub fn deviation_before(&self) -> f64 {
        let asked = self.nodes.iter().filter(|node| node.asked_before > 0.0);
        deviation(asked.map(|node| node.before as f64 / node.asked_before))
    }
}

/// Standard deviation around 1, the value that is hoped for.
fn deviation(ratios: impl Iterator<Item = f64>) -> f64 {
    let (count, squares) = ratios
        .fold((0_u32, 0.0), |(count, squares), ratio| (count + 1, squares + (ratio - 1.0).powi(2)));
    (squares / f64::from(count.max(1))).sqrt()
}

/// Places all keys before and after the change.
///
/// # Errors
/// What is wrong with the nodes, the change, or the number of replicas.
pub fn compare(kind: Kind, question: &Question<'_>) -> Result<Comparison, SchemeError> {
    let Question { nodes, change, keys, replicas } = *question;
    let mut scheme = kind.build(nodes)?;
    let after = changed(nodes, change)?;
    let fewest = nodes.len().min(after.len());
    if replicas == 0 || replicas > fewest {
        return Err(SchemeError::Replicas { replicas, nodes: fewest });
    }
    let copies = u64::from(keys) * replicas as u64;
    let mut held = all_nodes(nodes, &after, copies, replicas);
    let place: HashMap<u32, usize> =
        held.iter().enumerate().map(|(place, node)| (node.id, place)).collect();
    let table_bytes = scheme.table_bytes();
    let mut cost = Cost::default();
    let (mut found, mut old) = (Vec::new(), Vec::with_capacity(copies as usize));
    let mut ends = Vec::with_capacity(keys as usize);
    let mut sample = Vec::new();
    for key in 0..keys {
        cost.add(scheme.place(key, replicas, &mut found));
        found.iter().for_each(|id| held[place[id]].before += 1);
        old.extend_from_slice(&found);
        ends.push(old.len());
        if sample.len() < SAMPLE_KEYS {
            sample.push([found.first().copied(), None]);
        }
    }
    scheme.change(change);
    let (mut moved_copies, mut start) = (0, 0);
    for (key, end) in (0..keys).zip(ends) {
        scheme.place(key, replicas, &mut found);
        for id in &found {
            held[place[id]].after += 1;
            moved_copies += u64::from(!old[start..end].contains(id));
        }
        start = end;
        if let Some(owners) = sample.get_mut(key as usize) {
            owners[1] = found.first().copied();
        }
    }
    let gained = |node: &NodeCopies| (node.asked_after - node.asked_before).max(0.0);
    let least_copies = held.iter().map(gained).sum();
    Ok(Comparison {
        kind,
        copies,
        moved_copies,
        least_copies,
        nodes: held,
        cost,
        table_bytes,
        keys,
        sample,
    })
}

/// Every node of both times, with what its weight asks for.
fn all_nodes(before: &[Node], after: &[Node], copies: u64, replicas: usize) -> Vec<NodeCopies> {
    let asked = |nodes: &[Node]| -> Vec<(u32, f64)> {
        let shares = asked_shares(nodes, replicas);
        nodes.iter().zip(shares).map(|(node, share)| (node.id, share * copies as f64)).collect()
    };
    let later: HashMap<u32, f64> = asked(after).into_iter().collect();
    let mut all: Vec<NodeCopies> = asked(before)
        .into_iter()
        .map(|(id, asked_before)| NodeCopies {
            id,
            before: 0,
            after: 0,
            asked_before,
            asked_after: later.get(&id).copied().unwrap_or(0.0),
        })
        .collect();
    let is_new = |node: &&Node| before.iter().all(|other| other.id != node.id);
    all.extend(after.iter().filter(is_new).map(|node| NodeCopies {
        id: node.id,
        before: 0,
        after: 0,
        asked_before: 0.0,
        asked_after: later[&node.id],
    }));
    all
}
