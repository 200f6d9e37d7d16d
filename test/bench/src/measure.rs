//! Timing that noise on a shared machine hurts least: what is compared runs in turn, several times.

use std::time::{Duration, Instant};

use serde::Serialize;

/// How much to measure.
pub struct Extent {
    /// Runs of everything.
    pub rounds: usize,
    /// How much shorter than usual each run is.
    pub shortened: u32,
    /// All maps and reweights, or a few.
    pub all: bool,
}

/// Several values of one thing.
#[derive(Clone, Debug, Serialize)]
pub struct Spread {
    /// The one in the middle.
    pub median: f64,
    /// The least.
    pub least: f64,
    /// The most.
    pub most: f64,
}

impl Spread {
    /// Of these values; of nothing, nothing but zeros.
    pub fn of(mut values: Vec<f64>) -> Spread {
        values.sort_by(f64::total_cmp);
        let at = |index: usize| values.get(index).copied().unwrap_or(0.0);
        let last = values.len().saturating_sub(1);
        let median = (at(last / 2) + at(last.div_ceil(2))) / 2.0;
        Spread { median, least: at(0), most: at(last) }
    }
}

/// How long something took.
#[derive(Clone, Copy, Debug, Default)]
pub struct Took {
    /// On the clock.
    pub wall: Duration,
    /// Of one processor, where that is known: others on the machine do not add to it.
    pub processor: Option<Duration>,
}

/// What a call on this thread gives, and how long it took.
pub fn timed<T>(call: impl FnOnce() -> T) -> (Took, T) {
    let (start, busy) = (Instant::now(), thread_time());
    let result = call();
    let wall = start.elapsed();
    (Took { wall, processor: since(busy, thread_time()) }, result)
}

/// The same for a call that starts a process and waits for its end.
pub fn timed_child<T>(call: impl FnOnce() -> T) -> (Took, T) {
    let (start, busy) = (Instant::now(), children_time());
    let result = call();
    let wall = start.elapsed();
    (Took { wall, processor: since(busy, children_time()) }, result)
}

fn since(before: Option<Duration>, after: Option<Duration>) -> Option<Duration> {
    after?.checked_sub(before?).filter(|took| !took.is_zero())
}

/// Processor time of this thread (proc(5), `schedstat`: nanoseconds).
fn thread_time() -> Option<Duration> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    text.split_whitespace().next()?.parse().ok().map(Duration::from_nanos)
}

/// Processor time of all processes that were started and waited for (proc(5), `stat`: fields 16
/// and 17, in hundredths of a second).
fn children_time() -> Option<Duration> {
    let text = std::fs::read_to_string("/proc/self/stat").ok()?;
    // The name in brackets may hold anything; what follows it begins with the third field.
    let (_, fields) = text.rsplit_once(") ")?;
    let ticks = fields.split_whitespace().skip(13).take(2).map(str::parse::<u64>);
    Some(Duration::from_millis(10 * ticks.sum::<Result<u64, _>>().ok()?))
}

/// Something that is measured: `amount` of work takes what `run` gives.
pub struct Contender<'a> {
    /// Work done in a run, such as mappings.
    pub amount: f64,
    /// Runs once; gives how long it took.
    pub run: Box<dyn FnMut() -> Result<Took, String> + 'a>,
}

/// What a contender's work came to.
#[derive(Clone, Debug, Serialize)]
pub struct Rate {
    /// Work in a second.
    pub per_second: Spread,
    /// Work in a second over that of the first contender in the same round.
    pub ratio: Spread,
    /// The same by processor time, where that is known.
    pub processor_ratio: Option<Spread>,
}

/// Runs all contenders one after another, `rounds` times.
///
/// # Errors
/// Whatever a run fails of.
pub fn in_turn(rounds: usize, mut contenders: Vec<Contender<'_>>) -> Result<Vec<Rate>, String> {
    let mut all = vec![Vec::with_capacity(rounds); contenders.len()];
    for _ in 0..rounds {
        for (contender, found) in contenders.iter_mut().zip(&mut all) {
            let took = (contender.run)()?;
            let rate = |time: Duration| contender.amount / time.as_secs_f64();
            found.push((rate(took.wall), took.processor.map(rate)));
        }
    }
    let first = all.first().cloned().unwrap_or_default();
    let rate = |found: Vec<(f64, Option<f64>)>| {
        let rounds = || found.iter().zip(&first);
        let by_processor: Option<Vec<f64>> =
            rounds().map(|(own, base)| Some(own.1? / base.1?)).collect();
        Rate {
            ratio: Spread::of(rounds().map(|(own, base)| own.0 / base.0).collect()),
            processor_ratio: by_processor.map(Spread::of),
            per_second: Spread::of(found.iter().map(|(rate, _)| *rate).collect()),
        }
    };
    Ok(all.into_iter().map(rate).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn medians_and_ratios_are_of_the_same_round() {
        // The machine halves its speed after the first round; the ratio does not notice.
        let took = |all: [u64; 3]| {
            let mut rounds = all.into_iter();
            let took = |wall| Took { wall: Duration::from_millis(wall), processor: None };
            move || rounds.next().map(took).ok_or_else(|| "too often".to_owned())
        };
        let slow = Contender { amount: 10.0, run: Box::new(took([1000, 2000, 2000])) };
        let fast = Contender { amount: 100.0, run: Box::new(took([500, 1000, 1000])) };
        let rates = in_turn(3, vec![slow, fast]).expect("there are enough rounds");
        let medians: Vec<f64> = rates.iter().map(|rate| rate.per_second.median).collect();
        assert_eq!(medians, [5.0, 100.0]);
        let Spread { median, least, most } = rates[1].ratio;
        assert_eq!([median, least, most], [20.0; 3]);
        assert!(rates[1].processor_ratio.is_none());
        assert_eq!(Spread::of(vec![4.0, 1.0]).median, 2.5);
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn processor_time_is_of_work_and_not_of_waiting() {
        let (took, _) = timed(|| std::thread::sleep(Duration::from_millis(50)));
        assert!(took.wall >= Duration::from_millis(50));
        assert!(took.processor.unwrap_or_default() < Duration::from_millis(25), "{took:?}");
    }
}
