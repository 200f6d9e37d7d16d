//! CRUSH with all nodes in one bucket, as Ceph edits and maps it.

use crushlab_crush::trace::Event;
use crushlab_crush::{
    Algorithm, Bucket, Map, MapBuilder, Mapper, Observer, Op, RULE_TYPE_REPLICATED, Rule, Step,
    Workspace,
};

use crate::node::{Change, Node, SchemeError};
use crate::scheme::{Cost, Scheme};

const FULL_REWEIGHT: u32 = 0x10000;
/// The bucket's id, and the type that it has.
const ROOT: i32 = -1;
const ROOT_TYPE: u16 = 1;
const STRAW_CALC_VERSION: u8 = 1;

/// One bucket of some algorithm, and the reweights of its devices.
#[derive(Debug)]
pub(crate) struct Crush {
    bucket: Bucket,
    map: Map,
    reweights: Vec<u32>,
    workspace: Workspace,
}

impl Crush {
    /// # Errors
    /// [`SchemeError::WeightSum`] where the bucket's derived numbers do not fit.
    pub(crate) fn new(algorithm: Algorithm, nodes: &[Node]) -> Result<Crush, SchemeError> {
        let items: Vec<i32> = nodes.iter().map(|node| node.id as i32).collect();
        let weights = bucket_weights(algorithm, nodes);
        let bucket = Bucket::new(ROOT, ROOT_TYPE, algorithm, &items, &weights, STRAW_CALC_VERSION)
            .map_err(|_| SchemeError::WeightSum)?;
        let map = map_of(&bucket).ok_or(SchemeError::WeightSum)?;
        let reweights = vec![FULL_REWEIGHT; map.max_devices() as usize];
        Ok(Crush { bucket, map, reweights, workspace: Workspace::new() })
    }

    fn edit(&mut self, change: Change) {
        match change {
            Change::Add(node) => {
                // The sum of the weights was checked, and nothing else can be refused.
                let _ = self.bucket.add_item(node.id as i32, node.weight, STRAW_CALC_VERSION);
            }
            Change::Remove(id) => {
                self.bucket.remove_item(id as i32, STRAW_CALC_VERSION);
            }
            Change::Reweight(node) if !self.is_uniform() => {
                self.bucket.set_item_weight(node.id as i32, node.weight, STRAW_CALC_VERSION);
            }
            Change::Reweight(_) => {}
            Change::Fail(id) => self.reweights[id as usize] = 0,
        }
    }

    fn is_uniform(&self) -> bool {
        self.bucket.algorithm() == Algorithm::Uniform
    }
}

/// The weights as the bucket takes them: a uniform bucket has one for all items, their mean.
fn bucket_weights(algorithm: Algorithm, nodes: &[Node]) -> Vec<u32> {
    let mut weights: Vec<u32> = nodes.iter().map(|node| node.weight).collect();
    if algorithm == Algorithm::Uniform {
        let sum: u64 = weights.iter().map(|weight| u64::from(*weight)).sum();
        let mean = sum / weights.len().max(1) as u64;
        weights.fill(mean as u32);
    }
    weights
}

/// The map with this bucket and a rule that chooses devices from it.
fn map_of(bucket: &Bucket) -> Option<Map> {
    let mut builder = MapBuilder::new();
    builder.max_devices = bucket.items.iter().max().map_or(0, |item| item + 1);
    builder.insert_bucket(bucket.clone()).ok()?;
    let steps = [(Op::Take, ROOT), (Op::ChooseFirstn, 0), (Op::Emit, 0)];
    let steps = steps.map(|(op, arg1)| Step::new(op, arg1, 0)).to_vec();
    builder.rules.push(Some(Rule::new(RULE_TYPE_REPLICATED, steps)));
    builder.build().ok()
}

/// Counts what a mapping works out.
#[derive(Default)]
struct Counter(Cost);

impl Observer for Counter {
    fn observe(&mut self, event: Event) {
        if let Event::Draw { .. } = event {
            self.0.add(Cost { hashes: 1, reads: 1 });
        }
    }
}

impl Scheme for Crush {
    fn change(&mut self, change: Change) {
        self.edit(change);
        if let Some(map) = map_of(&self.bucket) {
            self.reweights.resize(map.max_devices() as usize, FULL_REWEIGHT);
            self.map = map;
        }
    }

    fn place(&mut self, key: u32, replicas: usize, found: &mut Vec<u32>) -> Cost {
        found.clear();
        let Some(mapper) = Mapper::new(&self.map, 0, replicas, &self.reweights) else {
            return Cost::default();
        };
        let mut counter = Counter::default();
        let placed = mapper.place_observed(key, &mut self.workspace, &mut counter);
        found.extend(placed.iter().map(|device| *device as u32));
        counter.0
    }

    fn table_bytes(&self) -> usize {
        // An item's id and weight; straw keeps its straws, list its sums, tree its inner nodes.
        let words = match self.bucket.algorithm() {
            Algorithm::Uniform => 1,
            Algorithm::Straw2 => 2,
            Algorithm::List | Algorithm::Straw | Algorithm::Tree => 3,
        };
        self.bucket.items.len() * words * size_of::<u32>()
    }
}
