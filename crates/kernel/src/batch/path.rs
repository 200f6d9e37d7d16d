//! Which way a batch is mapped, and why.

use std::fmt;

use crate::arch::Kernel;
use crate::flat::Irregular;

/// Most devices for an input that are mapped side by side; more are mapped one by one.
pub const MAX_RESULT: usize = 256;

/// How the inputs of a batch are mapped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Path {
    /// Many inputs side by side.
    Fast(Kernel),
    /// One after another, by the plain mapper.
    Plain(Reason),
}

/// Why a batch takes the plain mapper.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reason {
    /// The scalar kernel was asked for.
    Asked,
    /// A multi-step-retry rule.
    MultiStepRetry,
    /// Retries in the same bucket, as in maps before Bobtail.
    LocalRetries,
    /// No device or more than [`MAX_RESULT`] are asked for.
    ResultSize,
    /// A bucket below what the rule takes cannot be laid out.
    Bucket {
        /// Its id.
        bucket: i32,
        /// What is irregular about it.
        irregular: Irregular,
    },
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Path::Fast(kernel) => write!(f, "{kernel}"),
            Path::Plain(reason) => write!(f, "{}: {reason}", Kernel::Scalar),
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Reason::Asked => f.write_str("asked for"),
            Reason::MultiStepRetry => f.write_str("the rule is of a multi-step-retry type"),
            Reason::LocalRetries => {
                f.write_str("choose_local_tries or choose_local_fallback_tries is not 0")
            }
            Reason::ResultSize => {
                write!(f, "the size is not between 1 and {}", MAX_RESULT)
            }
            Reason::Bucket { bucket, irregular } => write!(f, "bucket {bucket}: {irregular}"),
        }
    }
}
