//! The table of commands: parsing, help and completion all come from it.

use std::collections::HashMap;
use std::sync::LazyLock;

use crushlab_osdmap::PgId;

use super::error::CommandError;
use super::signature::Signature;
use super::{
    autoscale, config, crush_bucket, crush_class, crush_item, crush_map, crush_rule, crush_tunable,
    crush_weight, crush_weight_set, erasure_profile, flags, look, orch, osd_life, osd_state, pg,
    pool, pool_create, pool_set, pool_stretch, reweight_by, tier,
};

/// All commands, in the order of their words.
pub fn commands() -> &'static [Signature] {
    static ALL: LazyLock<Vec<Signature>> = LazyLock::new(|| {
        let families = [
            autoscale::COMMANDS,
            crush_bucket::COMMANDS,
            crush_class::COMMANDS,
            crush_item::COMMANDS,
            crush_rule::COMMANDS,
            crush_tunable::COMMANDS,
            crush_weight::COMMANDS,
            crush_weight_set::COMMANDS,
            config::COMMANDS,
            crush_map::COMMANDS,
            erasure_profile::COMMANDS,
            flags::COMMANDS,
            look::COMMANDS,
            osd_life::COMMANDS,
            osd_state::COMMANDS,
            orch::COMMANDS,
            pg::COMMANDS,
            pool::COMMANDS,
            pool_create::COMMANDS,
            pool_set::COMMANDS,
            pool_stretch::COMMANDS,
            reweight_by::COMMANDS,
            tier::COMMANDS,
        ];
        let mut all: Vec<Signature> = families.concat();
        all.sort_by_key(|signature| signature.words);
        all
    });
    &ALL
}

/// The words that may come after these, for completion: the next words of commands that begin so.
pub fn next_words(words: &[&str]) -> Vec<&'static str> {
    let mut next: Vec<&str> = commands()
        .iter()
        .filter(|signature| signature.not_followed.is_none())
        .filter_map(|signature| {
            let mut own = signature.words.split(' ');
            words.iter().all(|word| own.next() == Some(word)).then(|| own.next()).flatten()
        })
        .collect();
    next.dedup();
    next
}

/// The command of exactly these words.
pub(super) fn named(words: &str) -> Option<&'static Signature> {
    static BY_WORDS: LazyLock<HashMap<&str, &Signature>> =
        LazyLock::new(|| commands().iter().map(|one| (one.words, one)).collect());
    BY_WORDS.get(words).copied()
}

/// The command that begins with these words, with the number of words left for its arguments. Of
/// several the one with most words: `osd crush rule rm` before `osd crush rm`.
pub(super) fn find(words: &[String]) -> Result<(&'static Signature, usize), CommandError> {
    // What is asked of one PG has the PG's id first: pg 1.2f query.
    if let [first, pg, ..] = words
        && first == "pg"
        && pg.parse::<PgId>().is_ok()
        && let Some(signature) = named("pg query")
    {
        return Ok((signature, words.len() - 1));
    }
    static MOST_WORDS: LazyLock<usize> = LazyLock::new(|| {
        commands().iter().map(|one| one.words.split(' ').count()).max().unwrap_or(0)
    });
    let known = |count: usize| Some((named(&words.get(..count)?.join(" "))?, count));
    match (1..=words.len().min(*MOST_WORDS)).rev().find_map(known) {
        Some((signature, count)) => Ok((signature, words.len() - count)),
        None => {
            // A long line is no help: its first words are what went wrong.
            let found = words.iter().take(4).map(String::as_str).collect::<Vec<_>>().join(" ");
            Err(CommandError::Unknown { nearest: nearest(words), found })
        }
    }
}

/// The command that looks most like what was typed, if any comes close.
fn nearest(words: &[String]) -> Option<String> {
    let distance = |signature: &Signature| {
        let count = signature.words.split(' ').count();
        let typed = words.iter().take(count).map(String::as_str).collect::<Vec<_>>().join(" ");
        strsim::damerau_levenshtein(&typed, signature.words)
    };
    let (distance, words) =
        commands().iter().map(|one| (distance(one), one.words)).min_by_key(|(far, _)| *far)?;
    (distance <= words.len() / 3).then(|| format!("ceph {words}"))
}
