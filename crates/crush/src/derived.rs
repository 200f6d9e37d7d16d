//! What a map keeps for others that derive it.

use std::any::Any;
use std::sync::{Arc, OnceLock};

/// One value of any type, made once.
///
/// Batches read a map in a layout of their own, which takes longer to make than some batches take.
/// It has to be made once for a map and be there for all batches after it, on any thread; but the
/// plain mapper, which defines what is right, must not know of layouts. So the map keeps a value
/// without looking at it. Were it kept outside, in a wrapper around the map, everybody who hands a
/// map on would have to know of batches, and who did not would lose what was made.
///
/// It can be trusted since a map never changes: there is nothing to make anew, and copies share it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Derived(OnceLock<Arc<dyn Any + Send + Sync>>);

impl Derived {
    /// The value, made by the first call; `None` if that was of another type.
    pub(crate) fn get_or_init<T: Any + Send + Sync>(&self, make: impl FnOnce() -> T) -> Option<&T> {
        self.0.get_or_init(|| Arc::new(make())).downcast_ref()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_value_stays_and_is_found_by_its_type_alone() {
        let derived = Derived::default();
        assert_eq!(derived.get_or_init(|| 7u8), Some(&7));
        assert_eq!(derived.get_or_init(|| 8u8), Some(&7));
        assert_eq!(derived.get_or_init(|| "another type"), None);
        assert_eq!(derived.clone().get_or_init(|| 9u8), Some(&7));
    }
}
