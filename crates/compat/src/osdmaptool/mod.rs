//! `osdmaptool` as in Ceph 16.2.15, 18.2.7 or 20.2.4: the same arguments, the same bytes on
//! standard output, the same exit code.
//!
//! A run reads or makes a map, changes it, tests it, prints it and, where a change is kept, writes
//! it, in this order whatever the order of the arguments is (osdmaptool.cc, `main`).
//!
//! | file | what it does |
//! | --- | --- |
//! | `options` | what the arguments ask for |
//! | `usage` | how the tool is used |
//! | `settings` | the configuration that `--create-from-conf` and new pools follow |
//! | `create` | `--createsimple`, `--create-from-conf` |
//! | `decoded` | what a release makes of a map when it reads it |
//! | `modify` | marks, CRUSH weights, temps, `--import-crush`, `--export-crush` |
//! | `upmap` | `--upmap`, `--upmap-cleanup` |
//! | `place` | `--test-map-object`, `--test-map-pg`, `--test-map-pgs`, `--test-crush` |
//! | `health` | `--health` |
//! | `print`, `pool_line` | `--print` |
//! | `dump`, `dump_pool` | `--dump` in the structured formats |
//! | `read_balance` | `read_balance_score` of Reef and later |
//! | `tree` | `--tree` |
//! | `names`, `blocklist` | how Ceph names states, flags, releases, addresses; their order |
//!
//! Times are printed in UTC. What differs, on purpose: where osdmaptool crashes (numbers that are
//! none, maps that cannot be decoded, `--mark-in` of an OSD that there is not) this one says what
//! is wrong or goes on; a file is replaced in one piece; of Ceph's configuration only
//! what `settings` names is taken, from the arguments or the file that `-c` names.

mod blocklist;
mod create;
mod decoded;
mod dump;
mod dump_pool;
mod health;
mod health_down;
mod modify;
mod names;
mod options;
mod place;
mod pool_line;
mod print;
mod read_balance;
mod settings;
mod tree;
mod upmap;
mod usage;

use std::ffi::OsStr;
use std::path::Path;

use crushlab_osdmap::OsdMap;
use crushlab_osdmap::model::Release;

use crate::arguments::Arguments;
use crate::console::Console;
use crate::stop::{Outcome, Stop};
use crate::{Io, files, formatter, release};
use options::Options;
use usage::usage;

/// Exit code of a program that returns -1.
const MINUS_ONE: i32 = 255;

/// Runs the tool with these arguments (without the program's name) on these streams; gives its
/// exit code. `--release` in front of the tool's own arguments says which release it stands for.
///
/// Files are read and written as the arguments say; nothing else outside is touched.
/// `--test-crush` does not end before its output cannot be written any more.
pub fn run<S: AsRef<OsStr>>(arguments: &[S], io: &mut Io<'_>) -> i32 {
    Console::new(io).run(|console| stages(arguments, console))
}

fn stages<S: AsRef<OsStr>>(arguments: &[S], console: &mut Console<'_>) -> Outcome {
    let (release, arguments) = release::split(arguments)?;
    if arguments.is_empty() {
        return Err(Stop::error("osdmaptool: -h or --help for usage"));
    }
    let any = |names: [&str; 2]| {
        arguments.iter().any(|argument| names.map(OsStr::new).contains(&argument.as_ref()))
    };
    if any(["-h", "--help"]) {
        return usage("", release, console);
    }
    if any(["-v", "--version"]) {
        return console.line(&release.tool_version_line().unwrap_or_default());
    }
    let options = Options::parse(Arguments::new(arguments), release, console)?;
    if let (0.., 0..) = (options.range_first, options.range_last) {
        return read_range(&options, console);
    }
    let (mut map, mut modified) = input(&options, console)?;
    // Like osdmaptool, marks do not change what the OSDs that are up are known to be able to do.
    let mut features = health::up_features(&map);
    if modify::modify(&mut map, &options, console)? {
        features = health::up_features(&map);
        modified = true;
    }
    place::test(&mut map, &options, console)?;
    if !modified && !options.has_action() {
        return usage("osdmaptool: no action specified?", release, console);
    }
    if modified {
        map.epoch = map.epoch.wrapping_add(1);
    }
    show(&map, features, &options, console)?;
    if modified {
        save(map, &options, console)?;
    }
    Ok(())
}

/// Reads maps that are named by number in a folder, and does nothing with them.
fn read_range(options: &Options, console: &mut Console<'_>) -> Outcome {
    for number in options.range_first..=options.range_last {
        let path = Path::new(&options.file).join(number.to_string());
        let name = format!("{}/{number}", options.file.to_string_lossy());
        let bytes = files::read_file(path.as_os_str())
            .map_err(|reason| Stop::error(format!("unable to read {name}: {reason}")))?;
        console.line(&format!("{name} got {} bytes", bytes.len()))?;
        decode(&bytes, &name, options.release, 1)?;
    }
    Ok(())
}

/// The map that the options speak of, and whether it was made and not read.
fn input(options: &Options, console: &mut Console<'_>) -> Outcome<(OsdMap, bool)> {
    let name = options.file.to_string_lossy();
    console.warn(&format!("osdmaptool: osdmap file '{name}'"));
    let creates = options.create_simple.is_some() || options.create_from_conf;
    if creates && !options.clobber && Path::new(&options.file).exists() {
        let message = format!("osdmaptool: {name} exists, --clobber to overwrite");
        return Err(Stop { code: MINUS_ONE, message });
    }
    if creates {
        return Ok((create::create(options)?, true));
    }
    if options.clobber {
        return Ok((create::empty(), false));
    }
    let bytes = files::read_file(&options.file).map_err(|reason| Stop {
        code: MINUS_ONE,
        message: format!("osdmaptool: couldn't open {name}: {reason}"),
    })?;
    Ok((decode(&bytes, &name, options.release, MINUS_ONE)?, false))
}

fn decode(bytes: &[u8], name: &str, release: Release, code: i32) -> Outcome<OsdMap> {
    let decoded = OsdMap::from_binary(bytes);
    decoded.map(|map| decoded::as_decoded(map, release)).map_err(|error| Stop {
        code,
        message: format!("osdmaptool: error decoding osdmap '{name}': {error}"),
    })
}

fn show(map: &OsdMap, up_features: u64, options: &Options, console: &mut Console<'_>) -> Outcome {
    if options.health {
        console.text(&health::json(map, up_features, options))?;
    }
    let release = options.release;
    match &options.print {
        None => {}
        Some(format) if format.is_empty() || format == "plain" => {
            console.text(&print::text(map, &read_balance::of_pools(map, release), release))?;
        }
        Some(format) => {
            let mut formatter = formatter::by_name(format, "json");
            dump::dump(map, &read_balance::of_pools(map, release), release, formatter.as_mut());
            console.text(&formatter.finish())?;
        }
    }
    match &options.tree {
        None => Ok(()),
        Some(format) if format.is_empty() || format == "plain" => console.text(&tree::table(map)?),
        Some(format) => {
            let mut formatter = formatter::by_name(format, "json");
            tree::dump(map, formatter.as_mut())?;
            console.line(&formatter.finish())
        }
    }
}

/// Writes the map in the form of the tool's release, whatever form it was read in.
fn save(mut map: OsdMap, options: &Options, console: &mut Console<'_>) -> Outcome {
    modify::modernize(&mut map, options.release);
    let name = options.file.to_string_lossy();
    console.line(&format!("osdmaptool: writing epoch {} to {name}", map.epoch))?;
    files::write(&options.file, &map.to_binary())
}
