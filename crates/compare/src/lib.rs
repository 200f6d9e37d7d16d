//! What two states of a cluster differ in.
//!
//! A state is an OSDMap and where the data is. [`compare()`] maps every PG of both and works out
//! what Ceph does in between: right after the change the OSDs that have a PG's data go on to serve
//! it; when all has moved, those that should hold it do.
//!
//! The state before is mapped once and kept for the next question ([`baseline`]). Most PGs are
//! plain: their OSDs are all there, up, and have the data. Plain PGs are counted once. A question
//! looks at those that the change can touch ([`index`]) and at those that are not plain, takes the
//! former out of the sums and puts in what it finds. From step to step the baseline follows the
//! changes. Threads take blocks of PGs and count into tallies of their own, in whole numbers, so
//! that the number of threads changes no answer.
//!
//! | module | what lives there |
//! | --- | --- |
//! | [`history`] | what was recorded of PGs that no map can tell |
//! | [`state`], [`holders`] | one state of a cluster, and whose data is elsewhere |
//! | [`baseline`] | a state that was mapped once, for many questions |
//! | [`compare()`], `options`, `found` | what differs, on several threads |
//! | `pool_side`, `pool_pair`, `pg_compare` | a pool, and one PG of it, before and after |
//! | `settle`, [`acting`] | what a PG does after a change, and who serves it |
//! | `touched`, `search` | which PGs a change can touch |
//! | `resize` | other numbers of PGs of one pool, step after step |
//! | [`copies`], [`pg_state`] | degraded and misplaced copies, and states, as Ceph has them |
//! | [`data`], `amounts` | objects and bytes of PGs, also of those split or merged |
//! | [`backfill`] | which data can move: what flags hold, what waits for room |
//! | `moves`, `tally` | what is copied, and the least that could be |
//! | `topology` | whether a PG's OSDs are where its rule wants them |
//! | [`mapped_states`](mod@mapped_states) | states of PGs of one map |
//! | [`fill`] | how full OSDs are before, at worst, and after |
//! | [`report`], [`rows`], [`fold`] | the answer: numbers, PGs, matrices |
//! | [`index`] | recorded placements: the PGs of each OSD, and what a change touches |
//! | [`change`] | what one PG's two placements differ in, and the least they could |
//! | [`share`] | how much of a rule's data the weights ask each OSD to hold |
//! | [`seeds`], [`place_many()`] | which input x stands for which PG; many inputs at once |
//! | [`progress`], [`blocks`] | how far long work is; the one loop that spreads it over threads |

pub mod acting;
pub mod amounts;
pub mod backfill;
pub mod baseline;
pub mod blocks;
pub mod change;
pub mod compare;
pub mod copies;
pub mod data;
pub mod fill;
pub mod fold;
mod found;
pub mod history;
pub mod holders;
pub mod index;
pub mod mapped_states;
pub mod moves;
mod options;
pub mod pg_compare;
pub mod pg_state;
pub mod place_many;
mod pool_pair;
mod pool_side;
pub mod progress;
pub mod report;
pub mod resize;
pub mod rows;
mod search;
pub mod seeds;
pub mod settle;
pub mod shape;
pub mod share;
pub mod state;
mod tally;
mod topology;
mod touched;

pub use amounts::DataBasis;
pub use backfill::{Hold, TooFull};
pub use baseline::Baseline;
pub use compare::{
    AfterState, Cancelled, Comparison, Onward, Options, PoolWork, compare, compare_onward,
    compare_with, units_to_compare,
};
pub use copies::Copies;
pub use data::ClusterData;
pub use fill::{Fill, FillLevel};
pub use fold::fold_moves;
pub use history::History;
pub use holders::Holders;
pub use mapped_states::mapped_states;
pub use pg_state::PgState;
pub use place_many::{Inputs, place_many};
pub use progress::Progress;
pub use report::{ClusterMove, ClusterReport, OsdChange, PgSums, Summary};
pub use rows::{PgChange, PgChanges, PgView};
pub use seeds::Seeds;
pub use state::ClusterState;
pub use touched::WhyEvery;
