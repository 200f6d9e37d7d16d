//! Which PGs a change of conditions can touch.

use std::fmt;
use std::sync::Arc;

use crushlab_crush::{Bucket, ChooseArg, ChooseArgs};

use super::block::Block;
use super::bucket_change::BucketChange;
use super::conditions::Conditions;
use super::record::Record;
use super::regular::Regular;
use super::rejections::Rejections;
use super::visits::find_other_winners;
use super::walks::Walks;
use crate::change::is_in;

/// Which PGs a change of conditions can touch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Affected {
    /// None but these, by rising number.
    Pgs(Vec<u32>),
    /// Any.
    Every(EveryPg),
}

/// Why any PG may change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EveryPg {
    /// The rule is another one, or there is none any more.
    OtherRule,
    /// The number of replicas or shards differs.
    OtherSize,
    /// The tunables differ.
    OtherTunables,
    /// A bucket has another type, or what the rule takes is not there any more.
    OtherTypes,
    /// Devices in the map are beyond its new largest id.
    FewerDevices,
    /// The rule has several blocks, or is one of multi-step retry.
    ManifoldRule,
    /// Results do not tell how they came about: an item has several parents, or the rule ends at
    /// buckets, or it cuts off what its first steps choose.
    HiddenWalks,
}

impl fmt::Display for EveryPg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            EveryPg::OtherRule => "the rule differs",
            EveryPg::OtherSize => "the number of replicas or shards differs",
            EveryPg::OtherTunables => "the tunables differ",
            EveryPg::OtherTypes => "a bucket has another type, or what the rule takes is gone",
            EveryPg::FewerDevices => "the map's largest device id is below devices that are in it",
            EveryPg::ManifoldRule => "the rule has several blocks or is one of multi-step retry",
            EveryPg::HiddenWalks => "results of the rule do not tell which buckets it visited",
        })
    }
}

/// What has to be found out about a record only where a change asks for it. `None` when that was
/// cancelled.
pub(crate) trait Knowledge {
    /// Which PGs never had to try twice.
    fn regular(&self, walks: &Walks) -> Option<&Regular>;
    /// Which PGs rejected which OSDs.
    fn rejections(&self) -> Option<&Rejections>;
}

/// The PGs of a record that a change of conditions can touch; `None` when finding out was
/// cancelled.
pub(crate) fn affected(
    record: &Record,
    after: &Conditions,
    knowledge: &impl Knowledge,
) -> Result<Option<Vec<u32>>, EveryPg> {
    let before = record.conditions();
    let rule = before.map.rule(before.rule).ok_or(EveryPg::OtherRule)?;
    if after.map.rule(after.rule) != Some(rule) {
        return Err(EveryPg::OtherRule);
    }
    if before.result_max != after.result_max {
        return Err(EveryPg::OtherSize);
    }
    if before.map.tunables() != after.map.tunables() {
        return Err(EveryPg::OtherTunables);
    }
    let block = Block::of(rule, before.map.tunables()).ok_or(EveryPg::ManifoldRule)?;
    let mut pgs = Vec::new();
    if find_retested(record, after, knowledge, &mut pgs).is_none() {
        return Ok(None);
    }
    let is_same_map =
        Arc::ptr_eq(&before.map, &after.map) && before.choose_args_of == after.choose_args_of;
    if !is_same_map {
        let walks = Walks::of(&before.map, &block, before.result_max);
        let walks = walks.ok_or(EveryPg::HiddenWalks)?;
        let changes = bucket_changes(before, after, &walks)?;
        if !changes.is_empty() {
            let Some(regular) = knowledge.regular(&walks) else { return Ok(None) };
            pgs.extend_from_slice(regular.irregular());
            for change in &changes {
                find_other_winners(record, change, &walks, regular, &mut pgs);
            }
        }
    }
    pgs.sort_unstable();
    pgs.dedup();
    Ok(Some(pgs))
}

/// Adds the PGs whose test of an OSD comes out otherwise. CRUSH rejects an OSD by its reweight and
/// the PG's input alone, and the lower the reweight the more PGs (mapper.c, `is_out`). So those
/// that reject it now are among those that hold it, and those that take it now are among those
/// that rejected it.
fn find_retested(
    record: &Record,
    after: &Conditions,
    knowledge: &impl Knowledge,
    pgs: &mut Vec<u32>,
) -> Option<()> {
    let (old, new) = (&record.conditions().reweights, &after.reweights);
    if Arc::ptr_eq(old, new) {
        return Some(());
    }
    let reweight = |reweights: &[u32], osd: usize| reweights.get(osd).copied().unwrap_or(0);
    for osd in 0..old.len().max(new.len()) {
        let (before, after) = (reweight(old, osd), reweight(new, osd));
        let osd = osd as i32;
        let takes = |pg: &u32| is_in(new, osd, record.input(*pg));
        if after < before {
            pgs.extend(record.osd_pgs().of(osd).iter().copied().filter(|pg| !takes(pg)));
        } else if after > before {
            pgs.extend(knowledge.rejections()?.of(osd).iter().copied().filter(takes));
        }
    }
    Some(())
}

/// The buckets that are visited and draw otherwise.
fn bucket_changes<'a>(
    before: &'a Conditions,
    after: &'a Conditions,
    walks: &Walks,
) -> Result<Vec<BucketChange<'a>>, EveryPg> {
    let (old_args, new_args) = (before.choose_args(), after.choose_args());
    let mut changes = Vec::new();
    for id in walks.buckets() {
        let Some(old) = before.map.bucket(id) else { continue };
        let Some(new) = after.map.bucket(id) else {
            // Whoever visits it now visits its parent, which has lost it. What is taken has none.
            if id == walks.take {
                return Err(EveryPg::OtherTypes);
            }
            continue;
        };
        if old.type_id != new.type_id {
            return Err(EveryPg::OtherTypes);
        }
        let (old, new) = ((old, arg_of(old_args, id)), (new, arg_of(new_args, id)));
        changes.extend(BucketChange::between(old, new));
    }
    let is_beyond =
        |bucket: &Bucket| bucket.items.iter().any(|item| *item >= after.map.max_devices());
    let has_fewer = after.map.max_devices() < before.map.max_devices();
    if has_fewer && after.map.buckets().any(is_beyond) {
        return Err(EveryPg::FewerDevices);
    }
    Ok(changes)
}

fn arg_of(args: Option<&ChooseArgs>, bucket: i32) -> Option<&ChooseArg> {
    args?.get(&usize::try_from(-1 - bucket).ok()?)
}
