//! Data on its way: what it takes of devices and networks, and how far it is.

use crushlab_crush::NONE;

use super::state::{Engine, Event, Phase, Run, Target, Work, resource};
use crate::mclock;
use crate::priority::DEGRADED;
use crate::sharing::{Resource, Use};

/// Part of a device that recovery gets under wpq however busy clients are: its priority among all
/// (`osd_recovery_op_priority` 3, `osd_client_op_priority` 63).
const WPQ_SHARE_MIN: f64 = 3.0 / 66.0;
/// Time for one object beside reading, sending and writing it, in seconds.
const ROUND_TRIP_SECONDS: f64 = 0.001;

/// What one step takes, put together.
struct Uses(Vec<Use>);

impl Uses {
    fn add(&mut self, resource: Resource, amount: f64) {
        match self.0.iter_mut().find(|one| one.resource == resource) {
            Some(one) => one.amount += amount,
            None if amount > 0.0 => self.0.push(Use { resource, amount }),
            None => {}
        }
    }
}

impl Engine<'_> {
    /// Capacities of everything, as the settings of this stage have them.
    pub(crate) fn set_capacities(&mut self) {
        let (rates, factor) = (self.choice.rates, self.choice.factor);
        for osd in 0..self.course.kinds.len() as i32 {
            let settings = *self.settings().of(self.course.kinds[osd as usize]);
            let pace = match settings.sleep_seconds {
                0.0 => f64::MAX,
                sleep => factor.min(1.0) / sleep,
            };
            let active = f64::from(settings.max_active) * factor;
            let device = (1.0 - rates.client_share).max(WPQ_SHARE_MIN) * factor;
            for (which, capacity) in
                [(resource::PACE, pace), (resource::ACTIVE, active), (resource::DEVICE, device)]
            {
                self.set_capacity(resource::of_osd(osd, which), capacity);
            }
            self.set_class_capacities(osd);
        }
        let osds = self.course.kinds.len();
        for host in 0..self.course.host_names.len() as u32 {
            for direction in [0, 1] {
                let resource = resource::of_host(osds, host, direction);
                self.set_capacity(resource, rates.network_bytes * factor);
            }
        }
    }

    fn set_capacity(&mut self, resource: Resource, capacity: f64) {
        if self.sharing.set_capacity(resource, capacity) {
            self.dirty.push(resource);
        }
    }

    /// What an OSD's scheduler gives to the two classes, given which have something to do.
    fn set_class_capacities(&mut self, osd: i32) {
        let settings = self.settings().of(self.course.kinds[osd as usize]);
        let Some(mclock) = settings.mclock else { return };
        let [recovery, best_effort] =
            [resource::RECOVERY, resource::BEST_EFFORT].map(|which| resource::of_osd(osd, which));
        let has = |resource| self.sharing.is_used(resource);
        let client_share = self.choice.rates.client_share;
        let shares = mclock::shares(mclock.profile, client_share, has(recovery), has(best_effort));
        let factor = self.choice.factor;
        let device = (1.0 - client_share).max(shares.iter().sum()) * factor;
        self.set_capacity(resource::of_osd(osd, resource::DEVICE), device);
        for (resource, share) in [recovery, best_effort].into_iter().zip(shares) {
            self.set_capacity(resource, share * mclock.bandwidth_bytes * factor.min(1.0));
        }
    }

    /// A PG begins to copy.
    pub(crate) fn start(&mut self, pg: usize) {
        self.set_phase(pg, Phase::Copies);
        let uses = self.uses(pg);
        self.dirty.extend(uses.iter().map(|one| one.resource));
        self.sharing.add(pg as u32, uses);
        let now = self.now;
        let one = &mut self.pgs[pg];
        one.runs.push(Run { from: now, to: now });
        if let Some(work) = &mut one.work {
            (work.updated_at, work.rate) = (now, 0.0);
        }
        self.busy += 1;
        self.stall_or_go_on(pg);
    }

    /// A PG that has to do with an OSD that does not answer stands still; one that stood still goes
    /// on when all answer again.
    pub(crate) fn stall_or_go_on(&mut self, pg: usize) {
        let one = &self.pgs[pg];
        if one.phase != Phase::Copies {
            return;
        }
        let Some(work) = &one.work else { return };
        let osds = one.view.acting.iter().chain(&work.remotes);
        let is_stalled = osds.copied().any(|osd| self.is_silent(osd));
        let takes_part = self.sharing.takes_part(pg as u32);
        if !is_stalled && !takes_part {
            let uses = self.uses(pg);
            self.dirty.extend(uses.iter().map(|one| one.resource));
            self.sharing.add(pg as u32, uses);
        }
        if is_stalled && takes_part {
            let uses = self.sharing.remove(pg as u32);
            self.dirty.extend(uses.iter().map(|one| one.resource));
            self.progress(pg);
            self.pgs[pg].stamp += 1;
            if let Some(work) = &mut self.pgs[pg].work {
                (work.rate, work.limit) = (0.0, None);
            }
        }
    }

    /// A PG copies no longer, whether or not it has got to the end.
    pub(crate) fn stop(&mut self, pg: usize) {
        if self.pgs[pg].phase != Phase::Copies {
            return;
        }
        self.progress(pg);
        let uses = self.sharing.remove(pg as u32);
        self.dirty.extend(uses.iter().map(|one| one.resource));
        let now = self.now;
        if let Some(run) = self.pgs[pg].runs.last_mut() {
            run.to = now;
        }
        self.busy -= 1;
        self.set_phase(pg, Phase::Rests);
    }

    /// A PG has copied everything: it is served by those that should hold it.
    pub(crate) fn finish(&mut self, pg: usize) {
        self.stop(pg);
        self.release(pg);
        self.record.settled_at = self.now;
        let is_erasure = self.course.pool(self.stage, pg).is_some_and(|pool| pool.shape.is_erasure);
        let one = &mut self.pgs[pg];
        let Some(work) = one.work.take() else { return };
        let is_target = |osd: i32, place: usize| {
            work.targets.iter().any(|target| (target.osd, target.place) == (osd, place))
        };
        one.partials.retain(|part| !is_target(part.osd, part.place));
        let mut left = Vec::new();
        for Target { osd, place, .. } in &work.targets {
            if !is_erasure {
                if !one.holders.contains(osd) {
                    one.holders.push(*osd);
                }
                continue;
            }
            if one.holders.len() <= *place {
                one.holders.resize(place + 1, NONE);
            }
            let old = std::mem::replace(&mut one.holders[*place], *osd);
            if old != NONE && old != *osd {
                left.push((old, *place));
            }
        }
        for (osd, place) in left {
            self.leave_behind(pg, osd, place);
        }
        self.settle(pg, None);
        self.count(pg);
        self.begin_work(pg);
        self.give_back_space();
    }

    /// Brings what a PG has copied up to date.
    pub(crate) fn progress(&mut self, pg: usize) {
        let (now, object_bytes) = (self.now, self.object_bytes(pg));
        let one = &mut self.pgs[pg];
        let Some(work) = &mut one.work else { return };
        let seconds = now - work.updated_at;
        work.updated_at = now;
        if seconds <= 0.0 {
            return;
        }
        if let Some(limit) = work.limit {
            match one.limits.iter_mut().find(|(resource, _)| *resource == limit) {
                Some((_, sum)) => *sum += seconds,
                None => one.limits.push((limit, seconds)),
            }
        }
        let steps = (work.rate * seconds).min(work.steps_left);
        work.steps_left -= steps;
        for target in &work.targets {
            let key = (target.osd, target.place);
            let part = one.partials.iter_mut().find(|part| (part.osd, part.place) == key);
            let Some(part) = part else { continue };
            let objects = (steps * target.objects_per_step).min(part.lacks);
            part.lacks -= objects;
            let (osd, bytes) = (target.osd as usize, objects * object_bytes);
            self.used[osd] += bytes;
            self.received[osd] += bytes;
            self.record.moved_bytes += bytes;
            if work.promised > 0 {
                self.promised[osd] = (self.promised[osd] - bytes).max(0.0);
            }
            if self.used[osd] > self.peaks[osd].0 {
                self.peaks[osd] = (self.used[osd], now);
            }
        }
    }

    /// Reckons the pace of all that share something with what has begun or ended.
    pub(crate) fn balance(&mut self) {
        if self.dirty.is_empty() {
            return;
        }
        let end = resource::of_osd(self.course.kinds.len() as i32, 0);
        let is_class = |one: &&Resource| {
            let which = **one % resource::PER_OSD;
            **one < end && (which == resource::RECOVERY || which == resource::BEST_EFFORT)
        };
        let mut osds: Vec<i32> = self
            .dirty
            .iter()
            .filter(is_class)
            .map(|one| (one / resource::PER_OSD) as i32)
            .collect();
        osds.sort_unstable();
        osds.dedup();
        for osd in osds {
            self.set_class_capacities(osd);
        }
        let dirty = std::mem::take(&mut self.dirty);
        let mut affected = Vec::new();
        self.sharing.balance(&dirty, &mut affected);
        for flow in affected {
            self.go_on(flow as usize);
        }
    }

    /// Lets a PG go on at the pace that it has now.
    fn go_on(&mut self, pg: usize) {
        let (rate, limit) = self.sharing.pace(pg as u32);
        let Some(work) = &self.pgs[pg].work else { return };
        if work.rate == rate && work.limit == limit {
            return;
        }
        self.progress(pg);
        let one = &mut self.pgs[pg];
        let Some(work) = &mut one.work else { return };
        (work.rate, work.limit) = (rate, limit);
        one.stamp += 1;
        let (stamp, left) = (one.stamp, work.steps_left);
        if rate > 0.0 {
            self.plan(self.now + left / rate, Event::Copied(pg, stamp));
        }
    }

    /// What one step of a PG's copying takes.
    fn uses(&self, pg: usize) -> Vec<Use> {
        let one = &self.pgs[pg];
        let mut uses = Uses(Vec::new());
        let (Some(work), Some(pool)) = (&one.work, self.course.pool(self.stage, pg)) else {
            return uses.0;
        };
        let primary = work.primary;
        let bytes = self.object_bytes(pg);
        let objects = work.targets.iter().map(|one| one.objects_per_step).fold(0.0, f64::max);
        if self.settings().of(self.course.kinds[primary as usize]).sleep_seconds > 0.0 {
            uses.add(resource::of_osd(primary, resource::PACE), 1.0);
        }
        let mut latency = ROUND_TRIP_SECONDS;
        let reads =
            if pool.shape.is_erasure { self.shard_reads(pg, work) } else { vec![(primary, 1.0)] };
        let mut slowest: f64 = 0.0;
        for (osd, part) in reads {
            let seconds = self.device_seconds(osd, bytes * part);
            slowest = slowest.max(seconds);
            uses.add(resource::of_osd(osd, resource::DEVICE), seconds * objects);
            self.send(&mut uses, osd, primary, bytes * part * objects);
        }
        latency += slowest * objects;
        self.schedule(&mut uses, primary, work.priority, bytes, objects);
        slowest = 0.0;
        for target in &work.targets {
            let seconds = self.device_seconds(target.osd, bytes);
            slowest = slowest.max(seconds * target.objects_per_step);
            let device = resource::of_osd(target.osd, resource::DEVICE);
            uses.add(device, seconds * target.objects_per_step);
            self.send(&mut uses, primary, target.osd, bytes * target.objects_per_step);
            self.schedule(&mut uses, target.osd, work.priority, bytes, target.objects_per_step);
        }
        latency += slowest + bytes * objects / self.choice.rates.network_bytes;
        uses.add(resource::of_osd(primary, resource::ACTIVE), latency);
        uses.0
    }

    /// OSDs that a PG of shards reads from, and which part of a shard. A shard that somebody still
    /// has is read there alone; lost ones are made again from others.
    fn shard_reads(&self, pg: usize, work: &Work) -> Vec<(i32, f64)> {
        let one = &self.pgs[pg];
        let acting = &one.view.acting;
        let source = |target: &Target| {
            acting.get(target.place).copied().filter(|osd| *osd != NONE && *osd != target.osd)
        };
        let sources: Vec<Option<i32>> = work.targets.iter().map(source).collect();
        let lost = sources.iter().filter(|source| source.is_none()).count();
        if lost == 0 {
            return sources.into_iter().flatten().map(|osd| (osd, 1.0)).collect();
        }
        let stale = |osd: i32| work.targets.iter().any(|target| target.osd == osd);
        let there: Vec<i32> =
            acting.iter().map(|osd| if stale(*osd) { NONE } else { *osd }).collect();
        self.course.pool(self.stage, pg).map_or(Vec::new(), |pool| pool.repair.reads(&there, lost))
    }

    fn device_seconds(&self, osd: i32, bytes: f64) -> f64 {
        self.choice.rates.device(self.course.kinds[osd as usize]).seconds(bytes)
    }

    /// Bytes from one OSD to another: nothing where both are on one host.
    fn send(&self, uses: &mut Uses, from: i32, to: i32, bytes: f64) {
        let (hosts, osds) = (&self.course.hosts, self.course.kinds.len());
        let (from, to) = (hosts[from as usize], hosts[to as usize]);
        if from != to {
            uses.add(resource::of_host(osds, from, 0), bytes);
            uses.add(resource::of_host(osds, to, 1), bytes);
        }
    }

    /// What mClock charges an OSD for objects: their bytes, or what it could have done in the time
    /// of an operation, if that is more (`mClockScheduler::calc_scaled_cost`).
    fn schedule(&self, uses: &mut Uses, osd: i32, priority: u8, bytes: f64, objects: f64) {
        let settings = self.settings().of(self.course.kinds[osd as usize]);
        let Some(mclock) = settings.mclock else { return };
        let class = if priority >= DEGRADED { resource::RECOVERY } else { resource::BEST_EFFORT };
        let cost = bytes.max(mclock.bandwidth_bytes / mclock.iops);
        uses.add(resource::of_osd(osd, class), cost * objects);
    }
}
