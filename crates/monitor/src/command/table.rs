//! The table of commands: parsing, help and completion all come from it.

use std::collections::HashMap;
use std::sync::LazyLock;

use crushlab_osdmap::PgId;

use super::arguments::Arguments;
use super::error::{CommandError, Refusal};
use super::pending::Pending;
use super::value::{Argument, Kind, Presence};
use super::{
    config, crush_bucket, crush_class, crush_item, crush_map, crush_rule, crush_tunable,
    crush_weight, crush_weight_set, erasure_profile, flags, look, orch, osd_life, osd_state, pg,
    pool, pool_create, pool_set, reweight_by,
};

/// What a command does to the map that is being prepared.
pub(super) type Run = fn(&mut Pending<'_>, &Arguments) -> Result<(), Refusal>;

/// A command: its words, its arguments, what it is for and what it does.
#[derive(Clone, Copy, Debug)]
pub struct Signature {
    /// Its words, without `ceph`: `osd crush reweight`.
    pub words: &'static str,
    /// Its arguments in order; flags are among them.
    pub arguments: &'static [Argument],
    /// What it does, in one sentence.
    pub help: &'static str,
    /// Why the command is known and yet not followed, if so.
    pub not_followed: Option<&'static str>,
    /// Why the command changes nothing here, if it does not: it only looks, or changes what is no
    /// part of the OSDMap. Its arguments are not looked at then.
    pub changes_nothing: Option<&'static str>,
    pub(super) run: Run,
}

impl Signature {
    pub(super) const fn new(
        words: &'static str,
        arguments: &'static [Argument],
        help: &'static str,
        run: Run,
    ) -> Signature {
        Signature { words, arguments, help, not_followed: None, changes_nothing: None, run }
    }

    /// A command that changes nothing here.
    pub(super) const fn idle(
        words: &'static str,
        arguments: &'static [Argument],
        help: &'static str,
        reason: &'static str,
    ) -> Signature {
        let (run, changes_nothing): (Run, _) = (look::nothing, Some(reason));
        Signature { words, arguments, help, not_followed: None, changes_nothing, run }
    }

    pub(super) const fn not_followed(words: &'static str, reason: &'static str) -> Signature {
        let help = "Not followed here.";
        let (run, not_followed): (Run, _) = (look::nothing, Some(reason));
        Signature { words, arguments: &[], help, not_followed, changes_nothing: None, run }
    }

    /// How the command is written: `ceph osd out <ids>...`.
    pub fn usage(&self) -> String {
        let mut usage = format!("ceph {}", self.words);
        for argument in self.arguments {
            usage.push(' ');
            usage.push_str(&argument.usage());
        }
        usage
    }
}

impl Argument {
    /// How the argument is written: `<weight>`, `[<mode>]`, `[--force]`.
    pub fn usage(&self) -> String {
        let name = match self.kind {
            Kind::Flag => return format!("[--{}]", self.name.replace('_', "-")),
            Kind::Choice(words) if words.len() < 5 => words.join("|"),
            _ => format!("<{}>", self.name),
        };
        match self.presence {
            Presence::Required => name,
            Presence::Several => format!("{name}..."),
            Presence::Optional => format!("[{name}]"),
            Presence::Any => format!("[{name}...]"),
        }
    }
}

/// All commands, in the order of their words.
pub fn commands() -> &'static [Signature] {
    static ALL: LazyLock<Vec<Signature>> = LazyLock::new(|| {
        let families = [
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
            reweight_by::COMMANDS,
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
