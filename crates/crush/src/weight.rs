//! 16.16 fixed point, the form of every weight in a map.

/// 1.0.
pub const ONE: u32 = 0x10000;

/// The weight that a number becomes: 32-bit floating point times 65536, cut off, as Ceph converts
/// it. Negative numbers and numbers of 65536 or more have none.
pub fn from_f32(weight: f32) -> Option<u32> {
    let scaled = weight * ONE as f32;
    (0.0..4_294_967_296.0).contains(&scaled).then_some(scaled as u32)
}

/// The number that a weight stands for, in 32-bit floating point as Ceph prints it.
pub fn to_f32(weight: u32) -> f32 {
    weight as f32 / ONE as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conversion_cuts_off_and_knows_its_range() {
        assert_eq!(from_f32(1.0), Some(ONE));
        assert_eq!(from_f32(0.000_03), Some(1));
        assert_eq!(from_f32(3.638_99), Some(238_484));
        assert_eq!(from_f32(-0.5), None);
        assert_eq!(from_f32(f32::NAN), None);
        assert_eq!(from_f32(65_536.0), None);
        assert_eq!(to_f32(0x18000), 1.5);
    }
}
