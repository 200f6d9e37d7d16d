//! Bit-exact CRUSH placement.
//!
//! A [`Map`] says which buckets hold which items, and which rules choose among them. A
//! [`Mapper`] combines a map with one rule, a number of replicas, the reweights of the devices
//! and (optionally) one choose_args set, and answers for any input x which devices hold it:
//!
//! ```
//! use crushlab_crush::{Algorithm, Bucket, MapBuilder, Mapper, Op, Rule, Step, Workspace};
//!
//! let mut builder = MapBuilder::new();
//! let weights = [0x10000, 0x10000, 0x20000];
//! builder.insert_bucket(Bucket::new(-1, 1, Algorithm::Straw2, &[0, 1, 2], &weights, 1)?)?;
//! builder.max_devices = 3;
//! builder.rules.push(Some(Rule::new(1, vec![
//!     Step::new(Op::Take, -1, 0),
//!     Step::new(Op::ChooseFirstn, 0, 0),
//!     Step::new(Op::Emit, 0, 0),
//! ])));
//! let map = builder.build()?;
//!
//! let reweights = [0x10000; 3];
//! let mapper = Mapper::new(&map, 0, 2, &reweights).expect("rule 0 was just added");
//! assert_eq!(mapper.place(7, &mut Workspace::new()), [2, 0]);
//! # Ok::<(), crushlab_crush::BuildError>(())
//! ```
//!
//! | module | what lives there |
//! | --- | --- |
//! | [`map`] | `Map`, `Rule`, `Step`, `Tunables`; `MapBuilder` is the only door in |
//! | `choose_args` | ids and weights in the place of a bucket's own |
//! | `derived` | what a map keeps for those who derive it, unseen |
//! | [`effort`] | how much work a mapping may take, and how many mappings are ended |
//! | [`bucket`] | the five bucket algorithms: how one draws, how its derived numbers are made |
//! | [`hash`], [`name_hash`] | rjenkins1 over words, and over the bytes of an object's name |
//! | [`ln`] | the fixed-point logarithm of straw2 |
//! | `choose` | firstn, indep and MSR: retries and collisions |
//! | `rule_tunables` | the tunables as the steps of a rule set them |
//! | [`rule`] | runs the steps of a rule: the definition of a mapping |
//! | [`trace`] | what an observer of a mapping is told |
//! | [`weight`] | 16.16 fixed point |
//!
//! What maps many inputs side by side is a crate of its own, crushlab-kernel: it uses this one and
//! has to agree with it, so nothing here can come to depend on a kernel.

pub mod bucket;
mod choose;
mod choose_args;
mod derived;
pub mod effort;
pub mod error;
pub mod hash;
mod item;
pub mod ln;
mod ln_table;
pub mod map;
pub mod name_hash;
pub mod rule;
mod rule_tunables;
pub mod trace;
mod validate;
pub mod weight;
mod workspace;

pub use bucket::visit::{Straws, Visit};
pub use bucket::{Algorithm, Bucket, Contents, TREE_MAX_ITEMS};
pub use choose_args::{ChooseArg, ChooseArgs};
pub use error::{BuildError, MAX_DEPTH};
pub use item::{NONE, UNDEFINED};
pub use map::{
    Map, MapBuilder, Op, RULE_TYPE_ERASURE, RULE_TYPE_MSR_FIRSTN, RULE_TYPE_MSR_INDEP,
    RULE_TYPE_REPLICATED, Rule, Step, Tunables, TypeOrder,
};
pub use rule::Mapper;
pub use rule_tunables::RuleTunables;
pub use trace::{NoObserver, Observer};
pub use workspace::Workspace;
