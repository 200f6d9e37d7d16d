//! Choosing items below a bucket: what firstn and indep share.

pub(crate) mod firstn;
pub(crate) mod indep;
pub(crate) mod msr;

use crate::bucket::choose::Replacement;
use crate::bucket::permutations::Permutations;
use crate::bucket::{Bucket, Draw};
use crate::choose_args::ChooseArgs;
use crate::effort::Spending;
use crate::hash::hash2;
use crate::map::Map;
use crate::trace::{Event, Observer};

/// One input on its way through a rule.
pub(crate) struct Chooser<'a, 'w, O> {
    pub(crate) map: &'a Map,
    pub(crate) reweights: &'a [u32],
    pub(crate) choose_args: Option<&'a ChooseArgs>,
    pub(crate) distances: &'a [u64; 65536],
    pub(crate) permutations: &'w mut Permutations,
    pub(crate) spending: &'w mut Spending,
    pub(crate) observer: &'w mut O,
    pub(crate) x: u32,
}

/// What a drawn item is to a search for items of one type.
enum Drawn<'a> {
    /// Of the type that is looked for.
    Found(i32),
    /// A bucket of another type: look inside.
    Inside(&'a Bucket),
    /// Nothing that could ever be used.
    Useless(i32),
}

impl<'a, O: Observer> Chooser<'a, '_, O> {
    /// Draws one item from a bucket that is not empty.
    #[inline]
    fn draw(&mut self, bucket: &'a Bucket, r: u32, position: usize) -> i32 {
        let draw = Draw { x: self.x, r };
        let arg = self.choose_args.and_then(|args| args.get(&((-1 - bucket.id) as usize)));
        let replacement = Replacement { arg, position };
        if O::ENABLED {
            bucket.observe_draws(draw, replacement, self.permutations, self.observer);
        }
        let index = bucket.choose(draw, replacement, self.distances, self.permutations);
        self.chose(bucket, index)
    }

    /// Draws one item by permutation from a bucket that is not empty.
    fn draw_by_permutation(&mut self, bucket: &'a Bucket, r: u32) -> i32 {
        let draw = Draw { x: self.x, r };
        if O::ENABLED {
            bucket.observe_permutation(draw, self.permutations, self.observer);
        }
        let index = bucket.choose_by_permutation(draw, self.permutations);
        self.chose(bucket, index)
    }

    fn chose(&mut self, bucket: &Bucket, index: usize) -> i32 {
        let item = bucket.chosen(index);
        self.tell(Event::Chose { bucket: bucket.id, item });
        item
    }

    /// Sorts a drawn item by what it is to a search for items of `type_id`.
    #[inline]
    fn classify(&self, item: i32, type_id: i32) -> Drawn<'a> {
        if item >= self.map.max_devices() {
            return Drawn::Useless(item);
        }
        match self.map.bucket(item) {
            Some(bucket) if i32::from(bucket.type_id) != type_id => Drawn::Inside(bucket),
            None if type_id != 0 => Drawn::Useless(item),
            _ => Drawn::Found(item),
        }
    }

    /// The reweight test: whether a device is to be passed over for this input
    /// (mapper.c, `is_out`).
    #[inline]
    fn is_out(&self, device: i32) -> bool {
        match self.reweights.get(device as usize) {
            None | Some(0) => true,
            Some(reweight) if *reweight >= 0x10000 => false,
            Some(reweight) => hash2(self.x, device as u32) & 0xffff >= *reweight,
        }
    }

    #[inline(always)]
    pub(crate) fn tell(&mut self, event: Event) {
        if O::ENABLED {
            self.observer.observe(event);
        }
    }
}
