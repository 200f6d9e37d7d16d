//! Visits of a bucket whose items or weights change: which of them another item wins.
//!
//! In a straw2 bucket each item draws by its own id and weight, and more weight never makes a draw
//! worse. So an item that weighs as much as before, or more, goes on to beat all but those that
//! weigh more than before or are new, and only these have to draw against it. An item that weighs
//! less, or is gone, is put to a new draw among all.

use std::collections::HashMap;

use crushlab_crush::{Bucket, ChooseArg, Straws, Visit, Workspace};

use super::screen::Screen;

/// A bucket before and after a change.
#[derive(Debug)]
pub(crate) struct BucketChange<'a> {
    pub(crate) old: &'a Bucket,
    new: &'a Bucket,
    new_arg: Option<&'a ChooseArg>,
    /// By weight set of choose_args; the last one serves all further positions.
    tests: Vec<Test<'a>>,
}

/// How visits are tested at one position.
#[derive(Debug)]
enum Test<'a> {
    /// By the new straws of former winners against those of challengers (indexes among the new
    /// items).
    Straws { straws: Straws<'a>, fates: Vec<Fate>, challengers: Vec<usize> },
    /// By a new draw among all.
    Redraw,
}

/// What becomes of an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    /// It is in the bucket no more.
    Gone,
    /// It draws worse, or otherwise.
    Worse,
    /// It draws as it did or better; its index among the new items.
    Kept(usize),
}

impl<'a> BucketChange<'a> {
    /// `None` where nothing about the bucket's draws differs.
    pub(crate) fn between(
        (old, old_arg): (&'a Bucket, Option<&'a ChooseArg>),
        (new, new_arg): (&'a Bucket, Option<&'a ChooseArg>),
    ) -> Option<BucketChange<'a>> {
        let is_same_bucket =
            old.items == new.items && old.contents == new.contents && old.hash == new.hash;
        if is_same_bucket && old_arg == new_arg {
            return None;
        }
        let sets = |arg: Option<&ChooseArg>| arg.map_or(0, |arg| arg.weight_sets.len());
        let positions = sets(old_arg).max(sets(new_arg)).max(1);
        let test = |position| {
            let straws = old.straws(old_arg, position).zip(new.straws(new_arg, position));
            let straws = straws.filter(|_| old.hash == new.hash);
            straws.and_then(|straws| Test::by_straws(old, new, straws)).unwrap_or(Test::Redraw)
        };
        Some(BucketChange { old, new, new_arg, tests: (0..positions).map(test).collect() })
    }

    /// The way to test many visits side by side, where there is one: a single challenger at all
    /// positions.
    pub(crate) fn screen(&self) -> Option<Screen<'a>> {
        match self.tests.as_slice() {
            [Test::Straws { straws, challengers, .. }] if challengers.len() == 1 => {
                Screen::new(*straws, self.new.items.len(), challengers[0])
            }
            _ => None,
        }
    }

    /// The index among the new items of one that draws as it did or better.
    pub(crate) fn kept(&self, index: usize) -> Option<usize> {
        match self.tests.first().map(|test| test.fate(index)) {
            Some(Some(Fate::Kept(kept))) => Some(kept),
            _ => None,
        }
    }

    /// Whether visits that the item at this index won can have another winner.
    pub(crate) fn concerns(&self, index: usize) -> bool {
        self.tests.iter().any(|test| match test {
            Test::Redraw => true,
            Test::Straws { fates, challengers, .. } => match fates.get(index) {
                Some(Fate::Kept(kept)) => challengers.iter().any(|other| other != kept),
                _ => true,
            },
        })
    }

    /// Whether one of the challengers wins a visit over an item that is kept (by its index among
    /// the new items).
    pub(crate) fn is_beaten(&self, visit: Visit, kept: usize) -> bool {
        match self.tests.first() {
            Some(Test::Straws { straws, challengers, .. }) => {
                is_beaten(straws, challengers, visit, kept)
            }
            _ => true,
        }
    }

    /// Whether a visit that the item at this index won has another winner.
    #[inline]
    pub(crate) fn changes(
        &self,
        visit: Visit,
        position: usize,
        index: usize,
        workspace: &mut Workspace,
    ) -> bool {
        let test = self.tests.get(position).or(self.tests.last());
        if let Some(Test::Straws { straws, fates, challengers }) = test {
            match fates.get(index) {
                Some(Fate::Kept(kept)) => return is_beaten(straws, challengers, visit, *kept),
                Some(Fate::Worse) => {}
                Some(Fate::Gone) | None => return true,
            }
        }
        let winner = self.new.winner(visit, self.new_arg, position, workspace);
        winner != self.old.items.get(index).copied()
    }
}

/// Whether one of the challengers draws better than a kept item, or as well and comes before it.
fn is_beaten(straws: &Straws<'_>, challengers: &[usize], visit: Visit, kept: usize) -> bool {
    let draw = straws.draw(kept, visit);
    challengers.iter().any(|other| {
        let rival = straws.draw(*other, visit);
        rival > draw || rival == draw && *other < kept
    })
}

impl<'a> Test<'a> {
    fn fate(&self, index: usize) -> Option<Fate> {
        match self {
            Test::Straws { fates, .. } => fates.get(index).copied(),
            Test::Redraw => None,
        }
    }

    /// `None` where the items that stay are in another order, which decides between equal draws.
    fn by_straws(
        old: &Bucket,
        new: &Bucket,
        (old_straws, new_straws): (Straws<'a>, Straws<'a>),
    ) -> Option<Test<'a>> {
        let places: HashMap<i32, usize> = (new.items.iter().copied()).zip(0..).collect();
        if places.len() != new.items.len() {
            return None;
        }
        let mut is_challenger = vec![true; new.items.len()];
        let mut last = None;
        let mut fates = Vec::with_capacity(old.items.len());
        for (index, item) in old.items.iter().enumerate() {
            let Some(place) = places.get(item).copied() else {
                fates.push(Fate::Gone);
                continue;
            };
            if last >= Some(place) {
                return None;
            }
            last = Some(place);
            let (id, weight) = old_straws.straw(index)?;
            let (new_id, new_weight) = new_straws.straw(place)?;
            let is_kept = id == new_id && weight <= new_weight;
            is_challenger[place] = id != new_id || weight < new_weight;
            fates.push(if is_kept { Fate::Kept(place) } else { Fate::Worse });
        }
        let challengers = (0..new.items.len()).filter(|place| is_challenger[*place]).collect();
        Some(Test::Straws { straws: new_straws, fates, challengers })
    }
}
