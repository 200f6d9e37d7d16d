//! Tests of where objects and PGs go.

use crushlab_crush::{Map, NONE};
use crushlab_osdmap::mapping::{NO_OSD, ObjectName};
use crushlab_osdmap::{
    BlockMapper, BlockWorkspace, OsdMap, PgId, PgMapping, PgWorkspace, PoolMapper,
};

use super::decoded::placing_release;
use super::names::list;
use super::options::Options;
use super::tree::share;
use super::usage::usage;
use crate::console::Console;
use crate::number::{STREAM_DIGITS, general};
use crate::stop::{Outcome, Stop};

/// How often `--test-crush` maps each PG.
const ATTEMPTS: usize = 100;

/// Makes all tests that the options ask for. `--pg_num` stays in the map.
pub(crate) fn test(map: &mut OsdMap, options: &Options, console: &mut Console<'_>) -> Outcome {
    let pgs = options.test_pgs || options.test_pgs_dump || options.test_pgs_dump_all;
    let tests = pgs || options.test_crush;
    if !tests && options.test_object.is_empty() && options.test_pg.is_empty() {
        return Ok(());
    }
    let crush = map.crush.map().map_err(|problem| {
        Stop::error(format!("osdmaptool: the CRUSH map cannot be used: {problem}"))
    })?;
    let required = map.require_osd_release;
    map.require_osd_release = placing_release(map, options.release);
    let tested = test_with(map, &crush, options, console);
    map.require_osd_release = required;
    tested
}

fn test_with(
    map: &mut OsdMap,
    crush: &Map,
    options: &Options,
    console: &mut Console<'_>,
) -> Outcome {
    let pgs = options.test_pgs || options.test_pgs_dump || options.test_pgs_dump_all;
    if !options.test_object.is_empty() {
        test_object(map, crush, options, console)?;
    }
    if !options.test_pg.is_empty() {
        test_pg(map, crush, options, console)?;
    }
    if pgs {
        test_pgs(map, crush, options, console)?;
    }
    if options.test_crush {
        test_crush(map, crush, console)?;
    }
    Ok(())
}

fn no_pool(pool: i64) -> Stop {
    Stop::error(format!("There is no pool {pool}"))
}

fn test_object(map: &OsdMap, crush: &Map, options: &Options, console: &mut Console<'_>) -> Outcome {
    let mut pool = i64::from(options.pool);
    if pool == -1 {
        console.line("osdmaptool: assuming pool 1 (use --pool to override)")?;
        pool = 1;
    }
    let object = ObjectName::new(options.test_object.as_bytes());
    let pg = map.locate(pool, &object).ok_or_else(|| no_pool(pool))?.pg;
    let mapper = PoolMapper::new(map, crush, pool).map_err(|_| no_pool(pool))?;
    let mut workspace = PgWorkspace::new();
    let acting = list(mapper.map_pg(pg.seed, &mut workspace).acting);
    console.line(&format!(" object '{}' -> {pg} -> {acting}", options.test_object))
}

fn test_pg(map: &OsdMap, crush: &Map, options: &Options, console: &mut Console<'_>) -> Outcome {
    let text = &options.test_pg;
    let Some(pg) = parse_pg(text) else {
        let problem = format!("osdmaptool: failed to parse pg '{text}");
        return usage(&problem, options.release, console);
    };
    console.line(&format!(" parsed '{text}' -> {pg}"))?;
    let none =
        PgMapping { raw: &[], up: &[], up_primary: NO_OSD, acting: &[], acting_primary: NO_OSD };
    let mut workspace = PgWorkspace::new();
    match PoolMapper::new(map, crush, pg.pool) {
        Ok(mapper) => {
            let seed = mapper.pool().seed_of_hash(pg.seed);
            console.line(&all_sets(pg, &mapper.map_pg(seed, &mut workspace)))
        }
        Err(_) => console.line(&all_sets(pg, &none)),
    }
}

/// A PG's id; whatever is behind it does not matter (`pg_t::parse`, which scans `%llu.%x`).
fn parse_pg(text: &str) -> Option<PgId> {
    let (pool, rest) = text.split_once('.')?;
    let hex = rest.trim_start_matches("0x");
    let end = hex.find(|digit: char| !digit.is_ascii_hexdigit()).unwrap_or(hex.len());
    let seed = u64::from_str_radix(hex.get(..end)?, 16).ok()?;
    Some(PgId::new(pool.trim_start().parse().ok()?, seed as u32))
}

/// All sets of OSDs of a PG.
fn all_sets(pg: PgId, mapping: &PgMapping<'_>) -> String {
    let raw_primary = mapping.raw.iter().copied().find(|osd| *osd != NONE).unwrap_or(NO_OSD);
    format!(
        "{pg} raw ({}, p{raw_primary}) up ({}, p{}) acting ({}, p{})",
        list(mapping.raw),
        list(mapping.up),
        mapping.up_primary,
        list(mapping.acting),
        mapping.acting_primary
    )
}

/// PGs by OSD, and by the number of their OSDs.
struct Counts {
    all: Vec<u64>,
    first: Vec<u64>,
    primary: Vec<u64>,
    sizes: Vec<u64>,
}

impl Counts {
    fn add(&mut self, osds: &[i32], primary: i32) {
        let count = |counts: &mut [u64], osd: i32| {
            if let Some(count) = usize::try_from(osd).ok().and_then(|osd| counts.get_mut(osd)) {
                *count += 1;
            }
        };
        osds.iter().for_each(|osd| count(&mut self.all, *osd));
        osds.first().into_iter().for_each(|osd| count(&mut self.first, *osd));
        count(&mut self.primary, primary);
        if self.sizes.len() <= osds.len() {
            self.sizes.resize(osds.len() + 1, 0);
        }
        self.sizes[osds.len()] += 1;
    }
}

fn test_pgs(
    map: &mut OsdMap,
    crush: &Map,
    options: &Options,
    console: &mut Console<'_>,
) -> Outcome {
    let wanted = i64::from(options.pool);
    if wanted != -1 && !map.pools.contains_key(&wanted) {
        return Err(no_pool(wanted));
    }
    let zeros = || vec![0; map.max_osd()];
    let mut counts = Counts { all: zeros(), first: zeros(), primary: zeros(), sizes: Vec::new() };
    let ids: Vec<i64> =
        map.pools.keys().copied().filter(|id| [-1, *id].contains(&wanted)).collect();
    let mut workspace = BlockWorkspace::new();
    for id in ids {
        if let (1.., Some(pool)) = (options.pg_num, map.pools.get_mut(&id)) {
            pool.pg_num = options.pg_num as u32;
            pool.pg_num_pending = pool.pg_num;
        }
        let mapper = PoolMapper::new(map, crush, id).map_err(|_| no_pool(id))?;
        let pg_num = mapper.pool().pg_num;
        console.line(&format!("pool {id} pg_num {pg_num}"))?;
        let blocks = BlockMapper::new(&mapper);
        blocks.map_block(0..pg_num, &mut workspace, |seed, mapping| {
            let pg = PgId::new(id, seed);
            if options.test_random {
                let osds = random_osds(map, usize::from(mapper.pool().size), pg);
                let primary = osds.first().copied().unwrap_or(NO_OSD);
                report(pg, &mapping, &osds, primary, options, console)?;
                counts.add(&osds, primary);
            } else {
                let (osds, primary) = (mapping.acting, mapping.acting_primary);
                report(pg, &mapping, osds, primary, options, console)?;
                counts.add(osds, primary);
            }
            Outcome::Ok(())
        })?;
    }
    summary(map, &counts, console)
}

/// OSDs that are drawn and not mapped. The tool's own draws differ from run to run.
fn random_osds(map: &OsdMap, size: usize, pg: PgId) -> Vec<i32> {
    let draw = |position: usize| {
        let hash = crushlab_crush::hash::hash3(pg.pool as u32, pg.seed, position as u32);
        (u64::from(hash) % map.max_osd().max(1) as u64) as i32
    };
    (0..size).map(draw).collect()
}

fn report(
    pg: PgId,
    mapping: &PgMapping<'_>,
    osds: &[i32],
    primary: i32,
    options: &Options,
    console: &mut Console<'_>,
) -> Outcome {
    if options.test_pgs_dump {
        console.line(&format!("{pg}\t{}\t{primary}", list(osds)))
    } else if options.test_pgs_dump_all {
        console.line(&all_sets(pg, mapping))
    } else {
        Ok(())
    }
}

fn summary(map: &OsdMap, counts: &Counts, console: &mut Console<'_>) -> Outcome {
    console.line("#osd\tcount\tfirst\tprimary\tc wt\twt")?;
    let holds = |osd: &usize| {
        let weight = map.crush.item_weight(*osd as i32).unwrap_or(0) as i32;
        map.is_in(*osd as i32) && weight > 0
    };
    let osds: Vec<usize> = (0..map.max_osd()).filter(holds).collect();
    for osd in &osds {
        let crush_weight = share(map.crush.item_weight(*osd as i32).unwrap_or(0));
        let [crush_weight, reweight] = [crush_weight, share(map.osd_weight(*osd as i32))]
            .map(|weight| general(weight.into(), STREAM_DIGITS));
        let (all, first) = (counts.all[*osd], counts.first[*osd]);
        let primary = counts.primary[*osd];
        console
            .line(&format!("osd.{osd}\t{all}\t{first}\t{primary}\t{crush_weight}\t{reweight}"))?;
    }
    let number = osds.len() as f64;
    let total: u64 = osds.iter().map(|osd| counts.all[*osd]).sum();
    let average = total.checked_div(osds.len() as u64).unwrap_or(0);
    let squares = osds.iter().map(|osd| average.abs_diff(counts.all[*osd]).pow(2) as f64);
    let deviation = (quotient(squares.sum(), number)).sqrt();
    let mean = quotient(total as f64, number);
    let expected = (mean * (1.0 - 1.0 / number)).sqrt();
    let [deviation_share, expected_share] =
        [deviation, expected].map(|deviation| quotient(deviation, average as f64));
    console.line(&format!(" in {}", osds.len()))?;
    let [deviation, deviation_share, expected, expected_share] =
        [deviation, deviation_share, expected, expected_share]
            .map(|value| general(if value.is_nan() { -f64::NAN } else { value }, STREAM_DIGITS));
    console.line(&format!(
        " avg {average} stddev {deviation} ({deviation_share}x) \
         (expected {expected} {expected_share}x))"
    ))?;
    let used = || osds.iter().filter(|osd| counts.all[**osd] > 0);
    // Of several the first is named.
    if let Some(osd) = used().min_by_key(|osd| counts.all[**osd]) {
        console.line(&format!(" min osd.{osd} {}", counts.all[*osd]))?;
    }
    if let Some(osd) = used().rev().max_by_key(|osd| counts.all[**osd]) {
        console.line(&format!(" max osd.{osd} {}", counts.all[*osd]))?;
    }
    for (size, count) in counts.sizes.iter().enumerate().filter(|(_, count)| **count > 0) {
        console.line(&format!("size {size}\t{count}"))?;
    }
    Ok(())
}

/// A quotient as x86 has it: 0/0 is a negative NaN.
fn quotient(dividend: f64, divisor: f64) -> f64 {
    if dividend == 0.0 && divisor == 0.0 { -f64::NAN } else { dividend / divisor }
}

/// Maps everything again and again, until nobody reads any more.
fn test_crush(map: &OsdMap, crush: &Map, console: &mut Console<'_>) -> Outcome {
    let mut workspace = PgWorkspace::new();
    for pass in 1u64.. {
        console.line(&format!("pass {pass}"))?;
        for id in map.pools.keys() {
            let mapper = PoolMapper::new(map, crush, *id).map_err(|_| no_pool(*id))?;
            for seed in 0..mapper.pool().pg_num {
                let pg = PgId::new(*id, seed);
                for attempt in 0..ATTEMPTS {
                    mapper.map_pg(seed, &mut workspace);
                    console.line(&format!("{pg} attempt {attempt}"))?;
                }
            }
        }
    }
    Ok(())
}
