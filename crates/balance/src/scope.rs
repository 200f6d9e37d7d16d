//! What may move: from which OSDs, and to which.

use std::collections::BTreeSet;

use crate::flow::Lock;
use crate::take::Take;

/// What may move. OSDs are named by id; all are meant where nothing is said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scope {
    /// Shards stay among these: what is on others stays there, and nothing comes to these.
    pub within: Option<BTreeSet<i32>>,
    /// Shards leave only these.
    pub from: Option<BTreeSet<i32>>,
    /// Shards go only to these.
    pub to: Option<BTreeSet<i32>>,
    /// Nothing leaves these or comes to them.
    pub leave: BTreeSet<i32>,
}

impl Scope {
    /// Whether all may move.
    pub fn is_all(&self) -> bool {
        *self == Scope::default()
    }

    /// What may be done with the shards of an OSD.
    pub(crate) fn lock_of(&self, osd: i32) -> Lock {
        let has = |osds: &Option<BTreeSet<i32>>| osds.as_ref().is_none_or(|own| own.contains(&osd));
        let is_meant = has(&self.within) && !self.leave.contains(&osd);
        Lock { may_leave: is_meant && has(&self.from), may_enter: is_meant && has(&self.to) }
    }

    /// The locks of a take's nodes: a bucket's is what those of all its OSDs let be done.
    pub(crate) fn locks_of(&self, take: &Take) -> Vec<Lock> {
        let mut locks = vec![Lock::OPEN; take.nodes.len()];
        if self.is_all() {
            return locks;
        }
        for (osd, node) in &take.osds {
            locks[*node] = self.lock_of(*osd);
        }
        // Parents come before children.
        for node in (1..locks.len()).rev() {
            let parent = take.nodes[node].parent;
            locks[parent] = locks[parent].and(locks[node]);
        }
        locks
    }

    /// Whether a PG may go from some OSDs to others.
    pub(crate) fn allows(&self, from: &[i32], to: &[i32]) -> bool {
        let leaves = from.iter().filter(|osd| !to.contains(osd));
        let comes = to.iter().filter(|osd| !from.contains(osd));
        leaves.into_iter().all(|osd| self.lock_of(*osd).may_leave)
            && comes.into_iter().all(|osd| self.lock_of(*osd).may_enter)
    }

    /// Whether an OSD is of those that may give or take.
    pub(crate) fn has(&self, osd: i32) -> bool {
        let lock = self.lock_of(osd);
        lock.may_leave || lock.may_enter
    }
}
