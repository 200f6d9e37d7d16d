//! What a rule asks of a PG's OSDs, as trees: so many distinct buckets at each level.

use std::collections::{HashMap, HashSet};
use std::fmt;

use crushlab_compare::share::FULL_REWEIGHT;
use crushlab_crush::{Map, Op, Rule};

/// The root in [`Take::nodes`].
pub(crate) const ROOT: usize = 0;

/// A part of a rule: `take`, choose steps, `emit`.
#[derive(Clone, Debug)]
pub(crate) struct Take {
    /// Shards of a PG that it places.
    pub(crate) positions: usize,
    /// How many distinct buckets or OSDs are chosen below each one of the level above.
    pub(crate) counts: Vec<usize>,
    /// Whether the last bucket of a PG gets fewer shards than the others.
    pub(crate) is_uneven: bool,
    /// What can be chosen, level by level; the first is what is taken.
    pub(crate) nodes: Vec<Node>,
    /// Nodes of the OSDs.
    pub(crate) osds: HashMap<i32, usize>,
}

/// Something that can be chosen.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    /// Its id in the CRUSH map.
    pub(crate) id: i32,
    pub(crate) parent: usize,
    /// 0 for what is taken, then 1 more with each choose step.
    pub(crate) depth: usize,
    pub(crate) children: Vec<usize>,
    /// Its part of the weight, reweights included, relative to the others of the take.
    pub(crate) share: f64,
}

/// Why a rule cannot be balanced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Unfit {
    /// An item can be reached on two ways.
    Shared { item: i32 },
    /// No step chooses OSDs, or another does after it.
    Steps,
    /// Nothing with a weight is there to choose.
    Nothing,
}

impl fmt::Display for Unfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Unfit::Shared { item } => {
                write!(f, "its rule reaches item {item} in two ways: no tree to balance over")
            }
            Unfit::Steps => f.write_str(
                "its rule is not 'take', choose steps down to OSDs, 'emit': not balanced",
            ),
            Unfit::Nothing => f.write_str("its rule finds no OSD that has a weight and is in"),
        }
    }
}

/// The parts of a rule for pools of a size. `reweights` (16.16) is by OSD.
pub(crate) fn takes_of(
    map: &Map,
    rule: &Rule,
    size: usize,
    reweights: &[u32],
) -> Result<Vec<Take>, Unfit> {
    let mut takes = Vec::new();
    let mut free = size;
    let mut root = None;
    let mut levels: Vec<(usize, i32)> = Vec::new();
    for step in &rule.steps {
        let count = step.count(size) as usize;
        match step.op {
            Op::Take => {
                root = Some(step.arg1);
                levels.clear();
            }
            Op::ChooseFirstn | Op::ChooseIndep | Op::ChooseMsr => levels.push((count, step.arg2)),
            Op::ChooseleafFirstn | Op::ChooseleafIndep => {
                levels.push((count, step.arg2));
                if step.arg2 != 0 {
                    levels.push((1, 0));
                }
            }
            Op::Emit => {
                let Some(root) = root.take() else { continue };
                if free > 0 {
                    let take = Take::new(map, root, &levels, free, reweights)?;
                    free -= take.positions;
                    takes.push(take);
                }
                levels.clear();
            }
            _ => {}
        }
    }
    if takes.is_empty() { Err(Unfit::Steps) } else { Ok(takes) }
}

impl Take {
    fn new(
        map: &Map,
        root: i32,
        levels: &[(usize, i32)],
        free: usize,
        reweights: &[u32],
    ) -> Result<Take, Unfit> {
        let is_down_to_osds = levels.last().is_some_and(|(_, kind)| *kind == 0)
            && levels.iter().filter(|(_, kind)| *kind == 0).count() == 1;
        if !is_down_to_osds || levels.iter().any(|(count, _)| *count == 0) {
            return Err(Unfit::Steps);
        }
        let mut tree = Tree { map, reweights, seen: HashSet::from([root]), nodes: Vec::new() };
        tree.grow(root, levels)?;
        let mut counts: Vec<usize> = levels.iter().map(|(count, _)| *count).collect();
        let nodes = tree.pruned(&mut counts);
        if nodes.len() <= 1 {
            return Err(Unfit::Nothing);
        }
        let below: usize = counts[1..].iter().fold(1, |all, one| all.saturating_mul(*one));
        let positions = below.saturating_mul(counts[0]).min(free);
        let is_uneven = !positions.is_multiple_of(below);
        if !is_uneven {
            counts[0] = positions / below;
        }
        let last = counts.len();
        let osds = nodes.iter().enumerate().filter(|(_, node)| node.depth == last);
        let osds = osds.map(|(index, node)| (node.id, index)).collect();
        Ok(Take { positions, counts, is_uneven, nodes, osds })
    }

    /// Level of the OSDs.
    pub(crate) fn osd_depth(&self) -> usize {
        self.counts.len()
    }

    /// What a node is below, or is itself, on a level above its own.
    pub(crate) fn above(&self, mut node: usize, depth: usize) -> usize {
        while self.nodes[node].depth > depth {
            node = self.nodes[node].parent;
        }
        node
    }

    /// Most shards of a PG below a node of this level.
    pub(crate) fn shards_below(&self, depth: usize) -> usize {
        self.counts[depth..].iter().product()
    }

    /// Whether OSDs (by node) keep to the rule at every level: counted per bucket, which is more
    /// than Ceph's monitors do.
    pub(crate) fn is_kept(&self, osds: &[usize]) -> bool {
        self.too_many(osds).is_none() && (0..self.osd_depth()).all(|depth| self.is_few(osds, depth))
    }

    /// A node that has more of these OSDs than the rule lets it have, how many it has, and how many
    /// it may have.
    pub(crate) fn too_many(&self, osds: &[usize]) -> Option<(usize, usize, usize)> {
        (1..=self.osd_depth()).find_map(|depth| {
            let most = self.shards_below(depth);
            osds.iter().find_map(|osd| {
                let own = self.above(*osd, depth);
                let below = osds.iter().filter(|other| self.above(**other, depth) == own).count();
                (below > most).then_some((own, below, most))
            })
        })
    }

    /// Whether OSDs use no more children than are chosen, of each node of a level.
    fn is_few(&self, osds: &[usize], depth: usize) -> bool {
        osds.iter().all(|osd| {
            let own = self.above(*osd, depth);
            let below = osds.iter().filter(|other| self.above(**other, depth) == own);
            let mut children: Vec<usize> =
                below.map(|other| self.above(*other, depth + 1)).collect();
            children.sort_unstable();
            children.dedup();
            children.len() <= self.counts[depth]
        })
    }
}

/// A tree that is built.
struct Tree<'a> {
    map: &'a Map,
    reweights: &'a [u32],
    seen: HashSet<i32>,
    nodes: Vec<Node>,
}

impl Tree<'_> {
    /// Adds what can be chosen, level by level.
    fn grow(&mut self, root: i32, levels: &[(usize, i32)]) -> Result<(), Unfit> {
        let node = |id, parent, depth, share| Node { id, parent, depth, children: vec![], share };
        self.nodes.push(node(root, ROOT, 0, 1.0));
        let mut index = 0;
        while index < self.nodes.len() {
            let Node { id, depth, share, .. } = self.nodes[index];
            let Some((_, kind)) = levels.get(depth) else { break };
            for (id, part) in self.items_of_type(id, *kind, share)? {
                let number = self.nodes.len();
                self.nodes[index].children.push(number);
                self.nodes.push(node(id, index, depth + 1, part));
            }
            index += 1;
        }
        Ok(())
    }

    /// Items of a type below a bucket, with their parts of its share.
    fn items_of_type(
        &mut self,
        bucket: i32,
        kind: i32,
        share: f64,
    ) -> Result<Vec<(i32, f64)>, Unfit> {
        let mut found = Vec::new();
        let mut open = vec![(bucket, share)];
        while let Some((id, share)) = open.pop() {
            let Some(bucket) = self.map.bucket(id) else { continue };
            let total: f64 = bucket.item_weights().map(f64::from).sum();
            for (&item, weight) in bucket.items.iter().zip(bucket.item_weights()) {
                if !self.seen.insert(item) {
                    return Err(Unfit::Shared { item });
                }
                let part = if total > 0.0 { share * f64::from(weight) / total } else { 0.0 };
                let own_kind = self.map.bucket(item).map_or(0, |child| i32::from(child.type_id));
                match own_kind == kind {
                    true if item < 0 => found.push((item, part)),
                    true => found.push((item, part * self.reweight(item))),
                    false => open.push((item, part)),
                }
            }
        }
        Ok(found)
    }

    fn reweight(&self, osd: i32) -> f64 {
        let reweight = usize::try_from(osd).ok().and_then(|osd| self.reweights.get(osd));
        f64::from((*reweight.unwrap_or(&0)).min(FULL_REWEIGHT)) / f64::from(FULL_REWEIGHT)
    }

    /// The tree without what has no weight or too few children; `counts` are no more than there
    /// are children anywhere.
    fn pruned(mut self, counts: &mut [usize]) -> Vec<Node> {
        let last = counts.len();
        let mut is_kept = vec![false; self.nodes.len()];
        for depth in (0..=last).rev() {
            let own = |node: &Node| node.depth == depth;
            if depth < last {
                let most = self
                    .nodes
                    .iter()
                    .filter(|node| own(node))
                    .map(|node| node.children.iter().filter(|child| is_kept[**child]).count());
                counts[depth] = counts[depth].min(most.max().unwrap_or(0));
            }
            for index in (0..self.nodes.len()).rev() {
                if self.nodes[index].depth != depth {
                    continue;
                }
                let children = self.nodes[index].children.iter().filter(|child| is_kept[**child]);
                if depth < last {
                    let children: Vec<usize> = children.copied().collect();
                    self.nodes[index].share =
                        children.iter().map(|child| self.nodes[*child].share).sum();
                    is_kept[index] = !children.is_empty() && children.len() >= counts[depth];
                    self.nodes[index].children = children;
                } else {
                    is_kept[index] = self.nodes[index].share > 0.0;
                }
            }
        }
        renumbered(self.nodes, &is_kept)
    }
}

/// The nodes below the root that are kept, parents before children.
fn renumbered(nodes: Vec<Node>, is_kept: &[bool]) -> Vec<Node> {
    let mut numbers = vec![None; nodes.len()];
    let mut kept: Vec<Node> = Vec::new();
    for (index, node) in nodes.into_iter().enumerate() {
        let parent = if index == ROOT { Some(ROOT) } else { numbers[node.parent] };
        let Some(parent) = parent.filter(|_| is_kept[index]) else { continue };
        numbers[index] = Some(kept.len());
        if index != ROOT {
            let number = kept.len();
            // The parent was kept before, as it comes first.
            kept[parent].children.push(number);
        }
        kept.push(Node { parent, children: Vec::new(), ..node });
    }
    kept
}
