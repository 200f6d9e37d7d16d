//! Bit-exact CRUSH placement of many inputs side by side.
//!
//! The plain mapper of `crushlab-crush` defines what is right: one input at a time, readable, and
//! never in a hurry. A [`Batch`] is the only door to anything faster, and gives the same answers:
//!
//! ```
//! use std::num::NonZeroUsize;
//!
//! use crushlab_crush::{Algorithm, Bucket, MapBuilder, Mapper, Op, Rule, Step};
//! use crushlab_kernel::{Batch, Kernel};
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
//! let placements = Batch::new(mapper, Kernel::default()).place(&[7], NonZeroUsize::MIN);
//! assert_eq!(placements.get(0), Some(&[2, 0][..]));
//! # Ok::<(), crushlab_crush::BuildError>(())
//! ```
//!
//! | module | what lives there |
//! | --- | --- |
//! | `batch` | many inputs into flat buffers: which way they go, and the rule in vector lanes |
//! | `arch` | the draws of all lanes, by instruction set |
//! | `flat` | a map laid out for them |
//! | `visit` | hashes of many visits, for those who know which bucket was visited |
//! | `workspace` | scratch memory that batches reuse |

mod arch;
mod batch;
mod flat;
mod visit;
mod workspace;

pub use batch::{
    Batch, Irregular, KERNEL_VARIABLE, Kernel, KernelError, MAX_RESULT, NoRecorder, Path,
    Placements, Reason, Recorder,
};
pub use visit::HashVisits;
pub use workspace::Workspace;
