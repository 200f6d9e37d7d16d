//! How the tool is used.

use crate::console::Console;
use crate::stop::{Outcome, Stop};

const HELP: &str = include_str!("help.txt");

/// Says what is wrong and how the tool is used, and ends it.
pub(super) fn usage(problem: &str, console: &mut Console<'_>) -> Outcome {
    if !problem.is_empty() {
        console.warn(problem);
    }
    console.text(HELP)?;
    Err(Stop::error(""))
}
