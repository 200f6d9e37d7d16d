//! How the tool is used.

use crushlab_osdmap::model::Release;

use crate::console::Console;
use crate::stop::{Outcome, Stop};

/// The help of Pacific.
const HELP: &str = include_str!("help.txt");

/// Further lines, and the releases that they came with.
const LATER: [(Release, &str); 4] = [
    (
        Release::REEF,
        "   --read <file>           calculate pg upmap entries to balance pg primaries\n",
    ),
    (
        Release::REEF,
        "   --read-pool <poolname>  specify which pool the read balancer should adjust\n",
    ),
    (
        Release::TENTACLE,
        "   --osd-size-aware        account for devices of different sizes, applicable to read \
         mode only\n",
    ),
    (Release::REEF, "   --vstart                prefix upmap and read output with './bin/'\n"),
];

/// Says what is wrong and how the tool is used, and ends it.
pub(super) fn usage(problem: &str, release: Release, console: &mut Console<'_>) -> Outcome {
    if !problem.is_empty() {
        console.warn(problem);
    }
    console.text(HELP)?;
    for (_, line) in LATER.iter().filter(|(since, _)| release >= *since) {
        console.text(line)?;
    }
    Err(Stop::error(""))
}
