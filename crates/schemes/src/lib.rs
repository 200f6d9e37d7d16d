//! Ways to place keys on nodes, side by side: CRUSH and what people use or propose instead.
//!
//! All schemes see the same [`Node`]s with the same weights, the same keys and the same
//! [`Change`]s, and hash with the same function (rjenkins1), so that their costs can be compared.
//! [`compare()`] places many keys before and after a change and counts what moves:
//!
//! ```
//! use crushlab_schemes::{Change, Kind, Node, Question, compare};
//!
//! let nodes: Vec<Node> = (0..10).map(|id| Node { id, weight: 0x10000 }).collect();
//! let change = Change::Add(Node { id: 10, weight: 0x10000 });
//! let question = Question { nodes: &nodes, change, keys: 10_000, replicas: 1 };
//! let straw2 = compare(Kind::Straw2, &question)?;
//! let modulo = compare(Kind::Modulo, &question)?;
//! assert!(straw2.moved_share() < 0.11);
//! assert!(modulo.moved_share() > 0.89);
//! # Ok::<(), crushlab_schemes::SchemeError>(())
//! ```
//!
//! | module | what lives there |
//! | --- | --- |
//! | [`node`] | nodes, changes of them, and what is wrong with some |
//! | [`kind`] | the schemes by name, and how one is made |
//! | [`scheme`] | what every scheme can do |
//! | `crush` | one CRUSH bucket of each algorithm |
//! | `modulo`, `ring`, `rendezvous`, `jump`, `maglev`, `elastic` | the others, one a file |
//! | [`compare()`], [`share`] | many keys before and after a change; what the weights ask for |

pub mod compare;
mod crush;
mod elastic;
mod jump;
pub mod kind;
mod maglev;
mod modulo;
pub mod node;
mod rendezvous;
mod ring;
pub mod scheme;
pub mod share;

pub use compare::{Comparison, NodeCopies, Question, compare};
pub use kind::Kind;
pub use node::{Change, Node, SchemeError};
pub use scheme::{Cost, Scheme};
