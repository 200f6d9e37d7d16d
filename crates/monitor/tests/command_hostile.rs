//! No line, however wrong, ends the process, and no refused command changes anything.

mod command_support;

use command_support::{cluster, run};
use crushlab_monitor::command::{Command, apply, commands};
use crushlab_monitor::config::{Config, Context};
use crushlab_monitor::event::{Downtime, fail, osds_of, pass_time, recover};
use crushlab_monitor::staging::next_step;
use crushlab_osdmap::OsdMap;

/// Words that mean something somewhere, and words that mean nothing anywhere.
const WORDS: &[&str] = &[
    "0",
    "1",
    "3",
    "osd.2",
    "osd.7",
    "11",
    "12",
    "99",
    "-1",
    "65536",
    "2147483647",
    "9999999999999",
    "0.5",
    "1.5",
    "1e300",
    "nan",
    "1.0",
    "1.1f",
    "1.ffffffff",
    "2.3",
    "all",
    "any",
    "*",
    "rep",
    "ec",
    "thin",
    "host0",
    "host3",
    "rack0",
    "default",
    "host=host0",
    "host=new",
    "rack=rack1",
    "root=default",
    "host=",
    "=",
    "osd.0",
    "hdd",
    "ssd",
    "replicated_rule",
    "ecrule",
    "erasure",
    "replicated",
    "ec21",
    "k=2",
    "m=1",
    "k=255",
    "m=255",
    "plugin=clay",
    "plugin=lrc",
    "plugin=isa",
    "l=0",
    "d=254",
    "stripe_unit=18446744073709551615",
    "stripe_unit=4K",
    "technique=cauchy_good",
    "packetsize=0",
    "w=0",
    "size",
    "min_size",
    "pg_num",
    "pgp_num",
    "pg_num_actual",
    "pgp_num_actual",
    "crush_rule",
    "hashpspool",
    "target_size_bytes",
    "noout",
    "noout,noin",
    "max_bytes",
    "max_objects",
    "10G",
    "99999999999E",
    "host",
    "rack",
    "osd",
    "root",
    "firstn",
    "indep",
    "flat",
    "positional",
    "hammer",
    "jewel",
    "default~ssd",
    "",
    " ",
    "\u{1f980}",
    "a b",
    "host0~hdd",
    "11111111-1111-4111-8111-111111111111",
    "{\"0\": \"1\"}",
    "--force",
    "--yes-i-really-mean-it",
    "--yes-i-really-really-mean-it",
    "--size=4",
    "--bulk",
    "--nothing",
    "--",
    "true",
    "luminous",
];

fn context() -> Context {
    let config = Config {
        mon_allow_pool_delete: true,
        mon_allow_pool_size_one: true,
        mon_max_pg_per_osd: 1000,
        ..Config::default()
    };
    Context { config, ..Context::default() }
}

fn start() -> OsdMap {
    let map = cluster(12, 2, 2);
    let map = run(&map, "ceph osd crush set-device-class hdd 0 2 4 6 8 10");
    let map = run(&map, "ceph osd crush set-device-class ssd 1 3 5");
    let map = run(&map, "ceph osd pool create rep 16 --autoscale-mode off");
    run(&map, "ceph osd pool create ec 8 8 erasure --autoscale-mode off")
}

fn random_line(random: &mut fastrand::Rng) -> String {
    let all = commands();
    let mut words: Vec<String> = vec!["ceph".to_owned()];
    words.extend(all[random.usize(..all.len())].words.split(' ').map(str::to_owned));
    for _ in 0..random.usize(..6) {
        let word = WORDS[random.usize(..WORDS.len())];
        words.push(shlex::try_quote(word).expect("no NUL").into_owned());
    }
    words.join(" ")
}

#[test]
fn random_commands_are_taken_or_refused() {
    let mut random = fastrand::Rng::with_seed(20_260_701);
    let context = context();
    let (mut map, mut taken) = (start(), 0);
    for tried in 0..30_000 {
        // Now and then anew, as little is left after many commands.
        if tried % 200 == 0 {
            map = start();
        }
        let line = random_line(&mut random);
        let Ok(command) = Command::parse(&line) else { continue };
        let Ok(applied) = apply(&map, &command, &context) else { continue };
        assert!(applied.map.epoch == map.epoch || applied.map.epoch == map.epoch + 1, "{line}");
        applied.map.crush.map().unwrap_or_else(|error| panic!("{line}: {error}"));
        taken += 1;
        map = applied.map;
        let osds = osds_of(&map, WORDS[random.usize(..WORDS.len())]).unwrap_or_default();
        match random.u8(..20) {
            0 => map = fail(&map, &osds, &context).map,
            1 => map = recover(&map, &osds, &context).map,
            2 => map = pass_time(&map, &Downtime::default(), random.u64(..), &context).map,
            3 => map = next_step(&map, &context).map_or(map, |step| step.map),
            _ => {}
        }
    }
    assert!(taken > 3_000, "{taken} commands were taken: too few to show anything");
}

#[test]
fn random_text_is_no_command() {
    let mut random = fastrand::Rng::with_seed(7);
    for _ in 0..50_000 {
        let line: String = (0..random.usize(..40)).map(|_| random.char(..)).collect();
        assert!(Command::parse(&line).is_err(), "{line:?}");
        let ascii: String = (0..random.usize(..40)).map(|_| random.char(' '..'~')).collect();
        assert!(Command::parse(&ascii).is_err(), "{ascii:?}");
    }
}
