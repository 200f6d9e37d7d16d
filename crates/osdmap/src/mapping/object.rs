//! Where an object belongs.

use crate::model::{OsdMap, PgId};

/// What an object is found by (`object_t` and `object_locator_t`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ObjectName<'a> {
    /// Its name; any bytes.
    pub name: &'a [u8],
    /// Its namespace; empty for the default one.
    pub namespace: &'a [u8],
    /// Locator key: hashed in place of the name; empty for none.
    pub key: &'a [u8],
    /// Place among the hashes, used in place of any hash.
    pub hash: Option<u32>,
}

impl<'a> ObjectName<'a> {
    /// An object in the default namespace, found by its name.
    pub fn new(name: &'a [u8]) -> ObjectName<'a> {
        ObjectName { name, ..ObjectName::default() }
    }
}

/// Where an object belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Location {
    /// Its hash.
    pub hash: u32,
    /// Its PG.
    pub pg: PgId,
}

/// What a client wants of an object. Where a pool has a cache tier in front of it, it tells which
/// pool the request goes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Reading.
    Read,
    /// Writing.
    Write,
}

impl OsdMap {
    /// The PG that an object of a pool belongs to (`object_locator_to_pg`). `None` where there is
    /// no such pool, or it has no PGs.
    pub fn locate(&self, pool: i64, object: &ObjectName<'_>) -> Option<Location> {
        let found = self.pools.get(&pool).filter(|pool| pool.pg_num > 0)?;
        let key = if object.key.is_empty() { object.name } else { object.key };
        let hash = object.hash.unwrap_or_else(|| found.hash_key(key, object.namespace));
        Some(Location { hash, pg: PgId { pool, seed: found.seed_of_hash(hash) } })
    }

    /// The pool that requests to a pool go to: its cache tier, where it has one, else itself
    /// (`Objecter::_calc_target`).
    pub fn overlay(&self, pool: i64, access: Access) -> i64 {
        let tier = self.pools.get(&pool).map(|found| match access {
            Access::Read => found.read_tier,
            Access::Write => found.write_tier,
        });
        tier.filter(|tier| *tier >= 0).unwrap_or(pool)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Pool;

    fn map() -> OsdMap {
        let mut map = OsdMap::default();
        let pool = Pool { pg_num: 48, pgp_num: 48, write_tier: 7, ..Pool::default() };
        map.pools.insert(4, pool);
        map
    }

    #[test]
    fn name_key_and_hash_lead_to_a_pg() {
        let name = b"default.4439.1_operate.py";
        let expected = Location { hash: 0x309c_3ed6, pg: PgId::new(4, 0x16) };
        assert_eq!(map().locate(4, &ObjectName::new(name)), Some(expected));
        let by_key = ObjectName { key: name, ..ObjectName::new(b"other") };
        assert_eq!(map().locate(4, &by_key), Some(expected));
        let by_hash = ObjectName { hash: Some(0x309c_3ed6), ..ObjectName::new(b"other") };
        assert_eq!(map().locate(4, &by_hash), Some(expected));
        assert_eq!(map().locate(5, &ObjectName::new(name)), None);
    }

    #[test]
    fn the_overlay_is_followed_for_the_access_that_it_serves() {
        assert_eq!(map().overlay(4, Access::Read), 4);
        assert_eq!(map().overlay(4, Access::Write), 7);
        assert_eq!(map().overlay(9, Access::Write), 9);
    }
}
