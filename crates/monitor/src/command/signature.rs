//! How a command is declared: its words, its arguments, and what it does.

use crushlab_osdmap::model::Release;

use super::arguments::Arguments;
use super::error::Refusal;
use super::pending::Pending;
use super::value::Argument;

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
    /// Number of the first release that has the command; 0 for all that are known here.
    pub first_release: Release,
    pub(super) run: Run,
}

impl Signature {
    pub(super) const fn new(
        words: &'static str,
        arguments: &'static [Argument],
        help: &'static str,
        run: Run,
    ) -> Signature {
        let (not_followed, changes_nothing, first_release) = (None, None, Release::of_number(0));
        Signature { words, arguments, help, not_followed, changes_nothing, first_release, run }
    }

    /// The same of a command that came with this release.
    pub(super) const fn since(self, first_release: Release) -> Signature {
        Signature { first_release, ..self }
    }

    /// A command that changes nothing here.
    pub(super) const fn idle(
        words: &'static str,
        arguments: &'static [Argument],
        help: &'static str,
        reason: &'static str,
    ) -> Signature {
        Signature {
            changes_nothing: Some(reason),
            ..Signature::new(words, arguments, help, nothing)
        }
    }

    pub(super) const fn not_followed(words: &'static str, reason: &'static str) -> Signature {
        let help = "Not followed here.";
        Signature { not_followed: Some(reason), ..Signature::new(words, &[], help, nothing) }
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

/// What a command does that changes nothing.
fn nothing(_: &mut Pending<'_>, _: &Arguments) -> Result<(), Refusal> {
    Ok(())
}
