//! Points in time.

/// A point in time, or a span (`utime_t`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time {
    /// Seconds since 1970, UTC.
    pub seconds: u32,
    /// Nanoseconds of the second.
    pub nanoseconds: u32,
}
