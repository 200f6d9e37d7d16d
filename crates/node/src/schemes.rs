//! Placement schemes side by side.

use crushlab_schemes::{Change, Comparison, Cost, Kind, Node, Question, compare};
use napi::bindgen_prelude::{AsyncTask, Float64Array, Int32Array, Uint32Array};
use napi::{Env, Result, Task};
use napi_derive::napi;

use crate::error::{Failure, guarded};

/// Something that holds data.
#[napi(object)]
#[derive(Clone, Copy)]
pub struct NativeNode {
    /// Its name.
    pub id: u32,
    /// 16.16 fixed point.
    pub weight: u32,
}

impl NativeNode {
    fn node(self) -> Node {
        Node { id: self.id, weight: self.weight }
    }
}

/// What happens to the nodes: exactly one of these is set.
#[napi(object)]
pub struct NativeSchemeChange {
    /// A node comes.
    pub add: Option<NativeNode>,
    /// A node goes.
    pub remove: Option<u32>,
    /// A node gets this weight.
    pub reweight: Option<NativeNode>,
    /// A node fails.
    pub fail: Option<u32>,
}

impl NativeSchemeChange {
    fn change(&self) -> Option<Change> {
        let add = self.add.map(|node| Change::Add(node.node()));
        let reweight = || self.reweight.map(|node| Change::Reweight(node.node()));
        add.or_else(reweight)
            .or_else(|| self.remove.map(Change::Remove))
            .or_else(|| self.fail.map(Change::Fail))
    }
}

/// How one scheme answers; see `crushlab_schemes::Comparison`.
#[napi(object)]
pub struct NativeSchemeReport {
    /// The scheme's name.
    pub scheme: String,
    /// Whether nodes get data by their weights.
    pub follows_weights: bool,
    /// Keys times replicas.
    pub copies: f64,
    /// Copies on another node than before.
    pub moved_copies: f64,
    /// Copies that had to move.
    pub least_copies: f64,
    /// Fullest node over what its weight asks for.
    pub fullest_before: f64,
    /// The same after.
    pub fullest_after: f64,
    /// Standard deviation of that ratio before.
    pub deviation_before: f64,
    /// Hashes worked out for a lookup.
    pub hashes_per_lookup: f64,
    /// Entries of tables read for a lookup.
    pub reads_per_lookup: f64,
    /// Bytes that a client has to keep.
    pub table_bytes: f64,
    /// Nodes of both times.
    pub ids: Uint32Array,
    /// Copies on each node before.
    pub before: Float64Array,
    /// Copies on each node after.
    pub after: Float64Array,
    /// Copies that each node's weight asks for before.
    pub asked_before: Float64Array,
    /// Copies that each node's weight asks for after.
    pub asked_after: Float64Array,
    /// Main nodes of the first keys before, -1 for none.
    pub sample_before: Int32Array,
    /// The same after.
    pub sample_after: Int32Array,
}

/// Compares schemes on another thread than JavaScript's.
pub struct CompareSchemes {
    kinds: Vec<Kind>,
    nodes: Vec<Node>,
    change: Change,
    keys: u32,
    replicas: usize,
}

impl Task for CompareSchemes {
    type Output = std::result::Result<Vec<Comparison>, Failure>;
    type JsValue = Vec<NativeSchemeReport>;

    fn compute(&mut self) -> Result<Self::Output> {
        let CompareSchemes { nodes, change, keys, replicas, .. } = self;
        let question = Question { nodes, change: *change, keys: *keys, replicas: *replicas };
        let answer = |kind: &Kind| compare(*kind, &question).map_err(refused);
        Ok(guarded(|| self.kinds.iter().map(answer).collect()))
    }

    fn resolve(&mut self, env: Env, output: Self::Output) -> Result<Self::JsValue> {
        let answers = output.map_err(|failure| failure.into_error(&env))?;
        Ok(answers.into_iter().map(report).collect())
    }
}

fn refused(error: impl ToString) -> Failure {
    Failure::new("invalid_argument", error)
}

fn report(answer: Comparison) -> NativeSchemeReport {
    let lookups = f64::from(answer.keys.max(1));
    let Cost { hashes, reads } = answer.cost;
    let column = |of: fn(&crushlab_schemes::NodeCopies) -> f64| {
        Float64Array::new(answer.nodes.iter().map(of).collect())
    };
    let sample = |when: usize| {
        // Ids are below 2^20.
        let id = |owners: &[Option<u32>; 2]| owners[when].map_or(-1, |id| id as i32);
        Int32Array::new(answer.sample.iter().map(id).collect())
    };
    NativeSchemeReport {
        scheme: answer.kind.name().to_owned(),
        follows_weights: answer.kind.follows_weights(),
        copies: answer.copies as f64,
        moved_copies: answer.moved_copies as f64,
        least_copies: answer.least_copies,
        fullest_before: answer.fullest_before(),
        fullest_after: answer.fullest_after(),
        deviation_before: answer.deviation_before(),
        hashes_per_lookup: hashes as f64 / lookups,
        reads_per_lookup: reads as f64 / lookups,
        table_bytes: answer.table_bytes as f64,
        ids: Uint32Array::new(answer.nodes.iter().map(|node| node.id).collect()),
        before: column(|node| node.before as f64),
        after: column(|node| node.after as f64),
        asked_before: column(|node| node.asked_before),
        asked_after: column(|node| node.asked_after),
        sample_before: sample(0),
        sample_after: sample(1),
    }
}

/// The names of all schemes.
#[napi]
pub fn scheme_names() -> Vec<String> {
    Kind::ALL.iter().map(|kind| kind.name().to_owned()).collect()
}

/// Places keys before and after a change with each scheme.
#[napi(ts_return_type = "Promise<NativeSchemeReport[]>")]
pub fn compare_schemes(
    env: &Env,
    schemes: Vec<String>,
    nodes: Vec<NativeNode>,
    change: NativeSchemeChange,
    keys: u32,
    replicas: u32,
) -> Result<AsyncTask<CompareSchemes>> {
    let kind = |name: &String| {
        Kind::from_name(name).ok_or_else(|| refused(format!("there is no scheme {name}")))
    };
    let kinds: std::result::Result<Vec<Kind>, Failure> = schemes.iter().map(kind).collect();
    let change = change.change().ok_or_else(|| refused("the change is empty"));
    let (kinds, change) =
        kinds.and_then(|kinds| Ok((kinds, change?))).map_err(|failure| failure.into_error(env))?;
    let nodes = nodes.into_iter().map(NativeNode::node).collect();
    Ok(AsyncTask::new(CompareSchemes { kinds, nodes, change, keys, replicas: replicas as usize }))
}
