//! `crushtool` as in Ceph 16.2.15, 18.2.7 or 20.2.4: the same arguments, the same bytes on standard
//! output, the same exit code.
//!
//! A run has five stages, one after the other whatever the order of the arguments is: input or
//! build, tunables, modifications, display and test, output (crushtool.cc, `main`).
//!
//! | file | what it does |
//! | --- | --- |
//! | `options` | what the arguments ask for |
//! | `input`, `output` | reads, compiles or builds the map; writes it |
//! | `modify` | tunables and modifications |
//! | `display` | `--show-location`, `--bucket-tree`, `--dump`, `--check` |
//! | `tree` | the table of `--tree` |
//! | `tester` | `--test` and `--compare` |
//!
//! What differs, on purpose: where crushtool crashes or never ends (a count of 0 it divides by, a
//! rule without a name, a result that is no device, more replicas than its stack holds) this one
//! goes on or says what is wrong; output files are replaced in one piece; `-c` after `-i` forgets
//! the names of the map that was read, and an item that was renamed is not found by its old name
//! any more; a map whose weights do not fit into 32 bits is refused.

mod display;
mod input;
mod modify;
mod options;
mod output;
mod tester;
mod tree;

use std::ffi::OsStr;

use crushlab_crushmap::Release;
use options::Options;

use crate::arguments::Arguments;
use crate::console::Console;
use crate::stop::{Outcome, Stop};
use crate::{Io, release};

/// Runs the tool with these arguments (without the program's name) on these streams; gives its
/// exit code. `--release` in front of the tool's own arguments says which release it stands for.
///
/// Files are read and written as the arguments say; nothing else outside is touched.
pub fn run<S: AsRef<OsStr>>(arguments: &[S], io: &mut Io<'_>) -> i32 {
    Console::new(io).run(|console| stages(arguments, console))
}

/// How the tool of this release is used.
fn help(release: Release) -> String {
    const HELP: &str = include_str!("help.txt");
    const RULE_SETS: &str = "[--rule r] [--ruleset rs]\n      [--num-rep n]";
    const REPLICAS: &str = "[--rule r]\n      [--min-rep n] [--max-rep n] [--num-rep n]";
    match release.has_rule_sizes() {
        true => HELP.to_owned(),
        false => HELP.replace(RULE_SETS, REPLICAS),
    }
}

fn stages<S: AsRef<OsStr>>(arguments: &[S], console: &mut Console<'_>) -> Outcome {
    let (release, arguments) = release::split(arguments)?;
    if arguments.is_empty() {
        return Err(Stop::error("crushtool: -h or --help for usage"));
    }
    if arguments
        .iter()
        .any(|argument| ["-h", "--help"].map(OsStr::new).contains(&argument.as_ref()))
    {
        return console.text(&help(release));
    }
    let options = Options::parse(Arguments::new(arguments), release, console)?;
    let (mut map, made) = input::map(&options, console)?;
    let tuned = modify::set_tunables(&mut map, &options);
    let modified = modify::modify(&mut map, &options, console)?;
    display::show(&map, &options, console)?;
    if options.test {
        options.tester.check_replicas()?;
        tester::test(&map, &options.tester, console)?;
    }
    if !options.compare.is_empty() {
        let other = input::binary(&options.compare)?;
        tester::compare(&map, &other, &options.tester, console)?;
    }
    if made || tuned || modified {
        output::save(&map, &options, console)?;
    }
    Ok(())
}
