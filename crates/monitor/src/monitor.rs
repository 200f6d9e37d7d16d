//! A monitor: one OSDMap that commands, failures and time change one after another.

use std::borrow::Cow;

use crushlab_osdmap::OsdMap;

use crate::adjust_pgs;
use crate::command::clean::{self, Derived, Unchecked};
use crate::command::pending::Pending;
use crate::command::{Command, Refusal, RefusedCommand};
use crate::config::{Config, Context};
use crate::event::down_out::{self, Downtime};
use crate::event::mark;

/// Commands whose PGs are placed ahead, side by side.
const COMMANDS_AHEAD: usize = 4096;

/// The monitor of a cluster: its map and settings, which changes are made to one after another.
///
/// Each change is whole: a command that is refused leaves everything as it was. A change costs
/// what it changes. The map is not copied, what is made of the CRUSH map is kept until that
/// changes, and exceptions of PGs (upmaps, pg_temp) are looked at again only where the change can
/// have made them unfit.
#[derive(Debug)]
pub struct Monitor<'a> {
    map: OsdMap,
    context: &'a Context,
    config: Cow<'a, Config>,
    derived: Derived,
    unchecked: Unchecked,
}

impl<'a> Monitor<'a> {
    /// The monitor of a cluster with this map; `context` has its settings, and what is known of its
    /// data.
    pub fn new(map: OsdMap, context: &'a Context) -> Monitor<'a> {
        Monitor {
            map,
            context,
            config: Cow::Borrowed(&context.config),
            derived: Derived::default(),
            unchecked: Unchecked::all(),
        }
    }

    /// The map as it is now.
    pub fn map(&self) -> &OsdMap {
        &self.map
    }

    /// The map as it is now.
    pub fn into_map(self) -> OsdMap {
        self.map
    }

    /// The settings as they are now: those of the context, until a command makes others.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// The settings, if a command has made others than those of the context.
    pub fn new_config(&self) -> Option<&Config> {
        match &self.config {
            Cow::Borrowed(_) => None,
            Cow::Owned(config) => Some(config),
        }
    }

    /// Runs a command. Returns what the cluster says to it, and what a person should know.
    ///
    /// # Errors
    /// [`Refusal`]: Ceph's error number, and why; nothing has changed then.
    pub fn run(&mut self, command: &Command) -> Result<Vec<String>, Refusal> {
        self.change(|pending| command.prepare(pending))
    }

    /// Runs commands one after another. Returns for each what [`run`](Monitor::run) returns.
    ///
    /// # Errors
    /// [`RefusedCommand`]: the first that is refused; those before it stay done.
    pub fn run_all(&mut self, commands: &[Command]) -> Result<Vec<Vec<String>>, RefusedCommand> {
        let mut notes = Vec::with_capacity(commands.len());
        for ahead in commands.chunks(COMMANDS_AHEAD) {
            let pgs = ahead.iter().filter_map(Command::pg).collect();
            self.derived.place_ahead(&self.map, &pgs);
            for command in ahead {
                let index = notes.len();
                let said = self.run(command);
                notes.push(said.map_err(|refusal| RefusedCommand { index, refusal })?);
            }
            self.derived.forget_placed();
        }
        Ok(notes)
    }

    /// OSDs fail ([`fail`](crate::event::fail)). Returns what became of each.
    pub fn fail(&mut self, osds: &[i32]) -> Vec<String> {
        self.happen(|pending| mark::prepare_failure(pending, osds))
    }

    /// OSDs come back ([`recover`](crate::event::recover)). Returns what became of each.
    pub fn recover(&mut self, osds: &[i32]) -> Vec<String> {
        self.happen(|pending| mark::prepare_recovery(pending, osds))
    }

    /// Time passes ([`pass_time`](crate::event::pass_time)): `downtime` is brought up to date.
    /// Returns what happened when.
    pub fn pass_time(&mut self, downtime: &mut Downtime, seconds: u64) -> Vec<String> {
        self.happen(|pending| down_out::prepare(pending, downtime, seconds))
    }

    /// Pools take the next step on the way to their `pg_num` ([`staging`](crate::staging)). Returns
    /// what the step is; `None` when all are there.
    pub fn next_pg_num_step(&mut self) -> Option<Vec<String>> {
        let epoch = self.map.epoch;
        let notes = self.happen(adjust_pgs::prepare);
        (self.map.epoch != epoch).then_some(notes)
    }

    /// Pools take all steps to their `pg_num`. Returns what each step was.
    pub fn settle_pg_num(&mut self) -> Vec<Vec<String>> {
        let mut steps = Vec::new();
        while steps.len() < adjust_pgs::MAX_STEPS {
            let Some(step) = self.next_pg_num_step() else { break };
            steps.push(step);
        }
        steps
    }

    /// Makes a change that cannot be refused.
    fn happen(&mut self, prepare: impl FnOnce(&mut Pending<'_>)) -> Vec<String> {
        let prepare = |pending: &mut Pending<'_>| {
            prepare(pending);
            Ok(())
        };
        self.change(prepare).unwrap_or_default()
    }

    /// Makes a change: all that is prepared, or nothing where that fails.
    fn change(
        &mut self,
        prepare: impl FnOnce(&mut Pending<'_>) -> Result<(), Refusal>,
    ) -> Result<Vec<String>, Refusal> {
        let mut pending = Pending::new(&self.map, self.context, &self.config, &mut self.derived);
        prepare(&mut pending)?;
        pending.check_crush_clients()?;
        let prepared = pending.finish();
        let mut notes = prepared.notes;
        if let Some(config) = prepared.config {
            self.config = Cow::Owned(config);
        }
        let Some(change) = prepared.change else { return Ok(notes) };
        let unchecked = Unchecked::after(&self.map, &change);
        self.derived.forget(change.crush.is_some(), &unchecked);
        self.unchecked.add(unchecked);
        change.apply(&mut self.map);
        self.map.epoch = self.map.epoch.saturating_add(1);
        if prepared.is_crush_proposed {
            self.map.crush_version = self.map.crush_version.saturating_add(1);
        }
        clean::clean(&mut self.map, &mut self.derived, &mut self.unchecked, &mut notes);
        Ok(notes)
    }
}
