//! How much each pool grows.

/// How fast a pool grows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Growth {
    /// By so many stored bytes every month, each object counted once; below 0 it shrinks.
    BytesPerMonth(f64),
    /// By this part of what it holds, every month: 0.05 for 5 %.
    PartPerMonth(f64),
}

/// How fast one pool grows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PoolGrowth {
    /// Id of the pool.
    pub pool: i64,
    /// How fast.
    pub growth: Growth,
}

impl Growth {
    /// Bytes stored after so many months, of so many at the start; never below 0.
    pub fn stored_after(self, stored_bytes: f64, months: u32) -> f64 {
        let stored = match self {
            Growth::BytesPerMonth(bytes) => stored_bytes + bytes * f64::from(months),
            Growth::PartPerMonth(part) => {
                stored_bytes * (1.0 + part).powi(i32::try_from(months).unwrap_or(i32::MAX))
            }
        };
        stored.max(0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_add_up_and_parts_compound() {
        assert_eq!(Growth::BytesPerMonth(2.0).stored_after(10.0, 3), 16.0);
        assert_eq!(Growth::BytesPerMonth(-4.0).stored_after(10.0, 3), 0.0);
        assert_eq!(Growth::PartPerMonth(0.5).stored_after(8.0, 2), 18.0);
        assert_eq!(Growth::PartPerMonth(0.5).stored_after(8.0, 0), 8.0);
    }
}
