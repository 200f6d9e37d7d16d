//! The schemes by name, and how one is made.

use crushlab_crush::Algorithm;

use crate::crush::Crush;
use crate::elastic::Elastic;
use crate::jump::Jump;
use crate::maglev::Maglev;
use crate::modulo::Modulo;
use crate::node::{Node, SchemeError, check};
use crate::rendezvous::Rendezvous;
use crate::ring::Ring;
use crate::scheme::Scheme;

/// A way to place keys on nodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// CRUSH with a straw2 bucket.
    Straw2,
    /// CRUSH with a straw bucket.
    Straw,
    /// CRUSH with a tree bucket.
    Tree,
    /// CRUSH with a list bucket.
    List,
    /// CRUSH with a uniform bucket.
    Uniform,
    /// The hash modulo the number of nodes.
    Modulo,
    /// A consistent-hash ring with virtual nodes.
    Ring,
    /// Rendezvous (highest random weight) hashing.
    Rendezvous,
    /// Jump consistent hash.
    Jump,
    /// Maglev hashing.
    Maglev,
    /// Elastic hashing as Gluster's.
    Elastic,
}

impl Kind {
    /// Every scheme, CRUSH first.
    pub const ALL: [Kind; 11] = [
        Kind::Straw2,
        Kind::Straw,
        Kind::Tree,
        Kind::List,
        Kind::Uniform,
        Kind::Modulo,
        Kind::Ring,
        Kind::Rendezvous,
        Kind::Jump,
        Kind::Maglev,
        Kind::Elastic,
    ];

    /// Its name in lower case.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Straw2 => "straw2",
            Kind::Straw => "straw",
            Kind::Tree => "tree",
            Kind::List => "list",
            Kind::Uniform => "uniform",
            Kind::Modulo => "modulo",
            Kind::Ring => "ring",
            Kind::Rendezvous => "rendezvous",
            Kind::Jump => "jump",
            Kind::Maglev => "maglev",
            Kind::Elastic => "elastic",
        }
    }

    /// The scheme of this name.
    pub fn from_name(name: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Whether nodes get data by their weights.
    pub fn follows_weights(self) -> bool {
        !matches!(self, Kind::Uniform | Kind::Modulo | Kind::Jump)
    }

    /// The scheme over these nodes.
    ///
    /// # Errors
    /// What [`check`] finds.
    pub fn build(self, nodes: &[Node]) -> Result<Box<dyn Scheme>, SchemeError> {
        check(nodes)?;
        let crush = |algorithm| Crush::new(algorithm, nodes);
        Ok(match self {
            Kind::Straw2 => Box::new(crush(Algorithm::Straw2)?),
            Kind::Straw => Box::new(crush(Algorithm::Straw)?),
            Kind::Tree => Box::new(crush(Algorithm::Tree)?),
            Kind::List => Box::new(crush(Algorithm::List)?),
            Kind::Uniform => Box::new(crush(Algorithm::Uniform)?),
            Kind::Modulo => Box::new(Modulo::new(nodes)),
            Kind::Ring => Box::new(Ring::new(nodes)),
            Kind::Rendezvous => Box::new(Rendezvous::new(nodes)),
            Kind::Jump => Box::new(Jump::new(nodes)),
            Kind::Maglev => Box::new(Maglev::new(nodes)),
            Kind::Elastic => Box::new(Elastic::new(nodes)),
        })
    }
}
