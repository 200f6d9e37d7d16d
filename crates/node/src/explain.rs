//! The trace of one mapping.

use crushlab_crush::trace::{DrawLength, EmptyReason, Event, Refusal, RetryFrom};
use crushlab_crush::{Mapper, Observer, Workspace};
use crushlab_osdmap::PoolMapper;
use napi::bindgen_prelude::Int32Array;
use napi::{Env, Result};
use napi_derive::napi;

use crate::cluster::NativeCluster;
use crate::error::{Failure, guarded};
use crate::map::NativeCrushMap;
use crate::map_data::{NativeStep, step_data};
use crate::place::{Ground, NativeRequest};

/// Events that are kept. A rule that cannot be met tries on for as long as its tunables say; the
/// story is told long before that.
const EVENTS_MAX: usize = 1_000_000;

/// A mapping and how it came about.
#[napi(object)]
pub struct NativeTrace {
    /// The input that was hashed: x, or the placement seed of the pool's PG x.
    pub input: u32,
    /// The devices.
    pub osds: Int32Array,
    /// What happened, in order.
    pub events: Vec<NativeEvent>,
    /// Whether there was more than is kept.
    pub truncated: bool,
}

/// One event; see `crushlab_crush::trace::Event`.
#[napi(discriminant = "kind", discriminant_case = "lowercase")]
pub enum NativeEvent {
    #[allow(missing_docs)]
    Step { index: u32, step: NativeStep },
    #[allow(missing_docs)]
    From { bucket: i32 },
    #[allow(missing_docs)]
    Enter { bucket: i32, position: u32, r: u32, tries: u32, leaf: bool },
    #[allow(missing_docs)]
    Draw { item: i32, weight: f64, hash: u32, draw: NativeDraw },
    #[allow(missing_docs)]
    Chose { bucket: i32, item: i32 },
    #[allow(missing_docs)]
    Refused { item: i32, reason: String },
    #[allow(missing_docs)]
    Retry { from: String },
    #[allow(missing_docs)]
    Placed { position: u32, item: i32 },
    #[allow(missing_docs)]
    Empty { position: u32, reason: String },
    #[allow(missing_docs)]
    Tried { tries: u32 },
    #[allow(missing_docs)]
    Emitted { item: i32 },
}

/// What a draw came to; see `crushlab_crush::trace::DrawLength`.
#[napi(object)]
pub struct NativeDraw {
    /// `straw2`, `straw`, `list`, `tree` or `permutation`.
    pub algorithm: String,
    /// The length, point or rank drawn; none for a straw2 item of weight 0.
    pub value: Option<f64>,
    /// tree: the node.
    pub node: Option<u32>,
    /// tree: the weight to its left.
    pub left_weight: Option<f64>,
}

/// Keeps the first events of a mapping.
#[derive(Default)]
struct Recorder {
    events: Vec<Event>,
    truncated: bool,
}

impl Observer for Recorder {
    fn observe(&mut self, event: Event) {
        if self.events.len() < EVENTS_MAX {
            self.events.push(event);
        } else {
            self.truncated = true;
        }
    }
}

/// Places one input and tells how.
#[napi]
pub fn explain(
    env: &Env,
    map: &NativeCrushMap,
    request: NativeRequest,
    x: u32,
) -> Result<NativeTrace> {
    let ground = Ground::new(map, &request);
    let traced = guarded(|| Ok(trace(&ground.mapper()?, ground.input(x))));
    traced.map_err(|failure| failure.into_error(env))
}

#[napi]
impl NativeCluster {
    /// Tells how CRUSH finds the OSDs of the pool's PG with this number. A pool without a rule
    /// that fits it has no events and no OSDs.
    #[napi]
    pub fn explain(&self, env: &Env, pool: i64, seed: u32) -> Result<NativeTrace> {
        let traced = guarded(|| {
            let mapper = PoolMapper::new(self.inner.map(), self.inner.crush(), pool)
                .map_err(|error| Failure::new("unknown_pool", error))?;
            let input = mapper.pool().placement_seed(pool, seed);
            let nothing = || NativeTrace {
                input,
                osds: Int32Array::new(Vec::new()),
                events: Vec::new(),
                truncated: false,
            };
            Ok(mapper.crush().map_or_else(nothing, |crush| trace(crush, input)))
        });
        traced.map_err(|failure| failure.into_error(env))
    }
}

fn trace(mapper: &Mapper<'_>, input: u32) -> NativeTrace {
    let mut recorder = Recorder::default();
    let osds = mapper.place_observed(input, &mut Workspace::new(), &mut recorder).to_vec();
    NativeTrace {
        input,
        osds: Int32Array::new(osds),
        events: recorder.events.into_iter().filter_map(convert).collect(),
        truncated: recorder.truncated,
    }
}

/// `None` for kinds of events that the API does not know.
fn convert(event: Event) -> Option<NativeEvent> {
    Some(match event {
        Event::Step { index, step } => {
            NativeEvent::Step { index: index as u32, step: step_data(&step) }
        }
        Event::From { bucket } => NativeEvent::From { bucket },
        Event::Enter { bucket, position, r, tries, leaf } => {
            NativeEvent::Enter { bucket, position: position as u32, r, tries, leaf }
        }
        Event::Draw { item, weight, hash, length } => NativeEvent::Draw {
            item,
            weight: crate::map_data::weight(weight),
            hash,
            draw: draw_data(length),
        },
        Event::Chose { bucket, item } => NativeEvent::Chose { bucket, item },
        Event::Refused { item, reason } => {
            NativeEvent::Refused { item, reason: refusal_name(reason).to_owned() }
        }
        Event::Retry { from } => NativeEvent::Retry { from: retry_name(from).to_owned() },
        Event::Placed { position, item } => NativeEvent::Placed { position: position as u32, item },
        Event::Empty { position, reason } => {
            NativeEvent::Empty { position: position as u32, reason: empty_name(reason).to_owned() }
        }
        Event::Tried { tries } => NativeEvent::Tried { tries },
        Event::Emitted { item } => NativeEvent::Emitted { item },
        _ => return None,
    })
}

fn draw_data(length: DrawLength) -> NativeDraw {
    let draw = |algorithm: &str, value: Option<f64>| NativeDraw {
        algorithm: algorithm.to_owned(),
        value,
        node: None,
        left_weight: None,
    };
    match length {
        DrawLength::Straw2(value) => draw("straw2", value.map(|value| value as f64)),
        DrawLength::Straw(value) => draw("straw", Some(value as f64)),
        DrawLength::List(point) => draw("list", Some(point as f64)),
        DrawLength::Tree { node, point, left_weight } => NativeDraw {
            node: Some(node),
            left_weight: Some(crate::map_data::weight(left_weight)),
            ..draw("tree", Some(point as f64))
        },
        DrawLength::Permutation { rank } => draw("permutation", Some(f64::from(rank))),
    }
}

fn refusal_name(reason: Refusal) -> &'static str {
    match reason {
        Refusal::Collision => "collision",
        Refusal::Out => "out",
        Refusal::NoLeaf => "no_leaf",
        Refusal::EmptyBucket => "empty_bucket",
        Refusal::WrongItem => "wrong_item",
    }
}

fn retry_name(from: RetryFrom) -> &'static str {
    match from {
        RetryFrom::SameBucket => "same_bucket",
        RetryFrom::Top => "top",
        RetryFrom::NextRound => "next_round",
    }
}

fn empty_name(reason: EmptyReason) -> &'static str {
    match reason {
        EmptyReason::TriesExhausted => "tries_exhausted",
        EmptyReason::WrongItem => "wrong_item",
    }
}
