//! Ids of placement groups.

use std::fmt;
use std::str::FromStr;

/// A placement group: its pool and its number there (`pg_t`). Printed as Ceph prints it, the
/// number in hexadecimal: `3.1f`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PgId {
    /// Id of the pool.
    pub pool: i64,
    /// Number of the PG, below the pool's `pg_num`.
    pub seed: u32,
}

impl PgId {
    /// A PG of a pool.
    pub const fn new(pool: i64, seed: u32) -> PgId {
        PgId { pool, seed }
    }
}

impl fmt::Display for PgId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:x}", self.pool, self.seed)
    }
}

/// A text that is no PG id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParsePgIdError {
    found: String,
}

impl fmt::Display for ParsePgIdError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let found = self.found.escape_debug();
        write!(f, "found \"{found}\", expected a PG id: POOL.HEX, such as 3.1f")
    }
}

impl std::error::Error for ParsePgIdError {}

impl FromStr for PgId {
    type Err = ParsePgIdError;

    fn from_str(text: &str) -> Result<PgId, ParsePgIdError> {
        let parsed = || {
            let (pool, seed) = text.split_once('.')?;
            let digits = !seed.is_empty() && seed.bytes().all(|byte| byte.is_ascii_hexdigit());
            let pool = pool.parse().ok().filter(|pool| *pool >= 0)?;
            Some(PgId { pool, seed: u32::from_str_radix(seed, 16).ok().filter(|_| digits)? })
        };
        parsed().ok_or_else(|| ParsePgIdError { found: text.chars().take(40).collect() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_printed_and_read_in_hexadecimal() {
        let pg = PgId::new(3, 0x1f);
        assert_eq!(pg.to_string(), "3.1f");
        assert_eq!("3.1f".parse(), Ok(pg));
    }

    #[test]
    fn what_is_no_pg_id_is_refused() {
        for text in ["", "3", "3.", ".1", "-1.0", "3.+1", "3.1g", "3.100000000", "a.0"] {
            assert!(text.parse::<PgId>().is_err(), "{text}");
        }
    }
}
