//! The draws behind a choice, one by one, for an observer. Works out again what the algorithms
//! next door work out fast; never called when nobody listens.

use super::choose::Replacement;
use super::permutations::Permutations;
use super::{Bucket, Contents, Draw, list, straw, straw2, tree};
use crate::ln::DISTANCE;
use crate::trace::{DrawLength, Event, Observer};

impl Bucket {
    /// Tells the observer of every draw of a choice made by the bucket's algorithm.
    pub(crate) fn observe_draws(
        &self,
        draw: Draw,
        replacement: Replacement<'_>,
        permutations: &mut Permutations,
        observer: &mut impl Observer,
    ) {
        let Draw { x, r } = draw;
        match &self.contents {
            Contents::Uniform { .. } => self.observe_permutation(draw, permutations, observer),
            Contents::List { weights, sums } => {
                for index in (0..self.items.len()).rev() {
                    let id = self.items[index];
                    let hash = self.hash4(x, id as u32, r, self.id as u32) & 0xffff;
                    let point = list::draw(self, sums[index], index, x, r);
                    observe(observer, id, weights[index], hash, DrawLength::List(point));
                    if point < u64::from(weights[index]) {
                        break;
                    }
                }
            }
            Contents::Tree { node_weights } => self.observe_walk(draw, node_weights, observer),
            Contents::Straw { weights, straws } => {
                for (index, id) in self.items.iter().enumerate() {
                    let hash = self.hash3(x, *id as u32, r) & 0xffff;
                    let length = straw::draw(self, straws[index], index, x, r);
                    observe(observer, *id, weights[index], hash, DrawLength::Straw(length));
                }
            }
            Contents::Straw2 { weights } => {
                let (ids, weights) = replacement.resolve(&self.items, weights);
                for (index, item) in self.items.iter().enumerate() {
                    let (id, weight) = (ids[index], weights[index]);
                    let hash = self.hash3(x, id as u32, r) & 0xffff;
                    let length =
                        (weight != 0).then(|| straw2::draw(DISTANCE[hash as usize], weight));
                    observe(observer, *item, weight, hash, DrawLength::Straw2(length));
                }
            }
        }
    }

    /// Tells the observer of the permutation up to the item that is chosen.
    pub(crate) fn observe_permutation(
        &self,
        draw: Draw,
        permutations: &mut Permutations,
        observer: &mut impl Observer,
    ) {
        for rank in 0..=(draw.r as usize % self.items.len()) {
            let index = permutations.position(self, draw.x, rank);
            let hash = self.hash3(draw.x, self.id as u32, rank as u32);
            let weight = self.item_weight(index).unwrap_or(0);
            let length = DrawLength::Permutation { rank: rank as u32 };
            observe(observer, self.items[index], weight, hash, length);
        }
    }

    fn observe_walk(&self, draw: Draw, node_weights: &[u32], observer: &mut impl Observer) {
        let Draw { x, r } = draw;
        let chosen = self.chosen(tree::choose(self, node_weights, x, r));
        let mut node = node_weights.len() / 2;
        while node & 1 == 0 {
            let (left, right) = tree::children(node);
            let hash = self.hash4(x, node as u32, r, self.id as u32);
            let point = tree::point(self, node_weights[node], node, x, r);
            let left_weight = node_weights[left];
            let length = DrawLength::Tree { node: node as u32, point, left_weight };
            observe(observer, chosen, node_weights[node], hash, length);
            node = if point < u64::from(left_weight) { left } else { right };
        }
    }
}

fn observe(observer: &mut impl Observer, item: i32, weight: u32, hash: u32, length: DrawLength) {
    observer.observe(Event::Draw { item, weight, hash, length });
}
