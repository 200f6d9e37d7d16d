//! Last stage: the changed map is written.

use crushlab_crushmap::CrushMap;

use super::options::Options;
use crate::console::Console;
use crate::files;
use crate::stop::Outcome;

/// Writes the changed map to the output file, or says that there is none.
pub(crate) fn save(map: &CrushMap, options: &Options, console: &mut Console<'_>) -> Outcome {
    if options.output.is_empty() {
        return console.line(
            "crushtool successfully built or modified map.  Use '-o <file>' to write it out.",
        );
    }
    files::write(&options.output, &map.to_binary_as(options.release))?;
    if options.verbose {
        console.line(&format!("wrote crush map to {}", options.output.to_string_lossy()))?;
    }
    Ok(())
}
