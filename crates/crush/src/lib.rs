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
//! | [`map`] | `Map`, `Rule`, `Step`, `Tunables`, `ChooseArgs`; `MapBuilder` is the only door in |
//! | [`bucket`] | the five bucket algorithms: how one draws, how its derived numbers are made |
//! | [`hash`], [`name_hash`] | rjenkins1 over words, and over the bytes of an object's name |
//! | [`ln`] | the fixed-point logarithm of straw2 |
//! | `choose` | firstn, indep and MSR: retries and collisions |
//! | [`rule`] | runs the steps of a rule: the definition of a mapping |
//! | [`batch`] | many inputs into one flat buffer: the door to the fast kernels |
//! | `arch`, `flat` | the kernels by instruction set, and the map laid out for them |
//! | [`trace`] | what an observer of a mapping is told |
//! | [`weight`] | 16.16 fixed point |

#[path = "../../kernel/src/arch/mod.rs"]
mod arch;
#[path = "../../kernel/src/batch/mod.rs"]
pub mod batch;
pub mod bucket;
mod choose;
pub mod error;
#[path = "../../kernel/src/flat.rs"]
mod flat;
pub mod hash;
pub mod ln;
mod ln_table;
pub mod map;
pub mod name_hash;
pub mod rule;
pub mod trace;
mod validate;
pub mod weight;
mod workspace;

pub use bucket::{Algorithm, Bucket, Contents, Straws, TREE_MAX_ITEMS, Visit};
pub use error::BuildError;
pub use map::{ChooseArg, ChooseArgs, Map, MapBuilder, Op, Rule, Step, Tunables, TypeOrder};
pub use rule::Mapper;
pub use trace::{NoObserver, Observer};
pub use workspace::Workspace;

/// Stands in a result for a position that no device could be found for (`CRUSH_ITEM_NONE`).
pub const NONE: i32 = 0x7fff_ffff;

/// Marks a position that has not been decided yet (`CRUSH_ITEM_UNDEF`); never in a result.
pub(crate) const UNDEFINED: i32 = 0x7fff_fffe;

/// Levels of buckets a map may have from a root to a device. Ceph sets no limit; this one keeps a
/// hostile map from exhausting the stack, and is far above what any cluster uses.
pub const MAX_DEPTH: usize = 256;

/// Rule type of replicated pools.
pub const RULE_TYPE_REPLICATED: u8 = 1;
/// Rule type of erasure-coded pools.
pub const RULE_TYPE_ERASURE: u8 = 3;
/// Rule type of multi-step-retry rules that pack their results (Squid and later).
pub const RULE_TYPE_MSR_FIRSTN: u8 = 4;
/// Rule type of multi-step-retry rules that keep positions (Squid and later).
pub const RULE_TYPE_MSR_INDEP: u8 = 5;
