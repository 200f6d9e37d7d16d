//! First stage: the map is read, compiled or built.

use std::ffi::OsStr;
use std::fs::File;

use crushlab_crush::Algorithm;
use crushlab_crushmap::edit::Errno;
use crushlab_crushmap::{CrushMap, EditError, Layer};

use super::modify::refused;
use super::options::{LayerArgument, Options};
use crate::console::Console;
use crate::files::{self, named, read};
use crate::stop::{Outcome, Stop};

/// The map that the options speak of, and whether it was made and not read.
pub(crate) fn map(options: &Options, console: &mut Console<'_>) -> Outcome<(CrushMap, bool)> {
    let mut map = CrushMap::default();
    if !options.input.is_empty() {
        map = match options.input == "-" {
            true => decode(&stdin(console)?, &options.input)?,
            false => binary(&options.input)?,
        }
        .as_read_by(options.release);
    }
    if let Some(source) = &options.source {
        return Ok((compile(source)?.as_read_by(options.release), true));
    }
    if options.build {
        return Ok((build(options, console)?, true));
    }
    Ok((map, false))
}

/// The binary map in a file.
pub(crate) fn binary(path: &OsStr) -> Outcome<CrushMap> {
    let failed = |reason| {
        let file = path.to_string_lossy();
        Stop::error(format!("crushtool: error reading '{file}': {reason}"))
    };
    decode(&files::read_file(path).map_err(failed)?, path)
}

fn decode(bytes: &[u8], path: &OsStr) -> Outcome<CrushMap> {
    CrushMap::from_binary(bytes).map_err(|error| {
        let file = path.to_string_lossy();
        Stop::error(format!("crushtool: unable to decode {file}: {error}"))
    })
}

fn stdin(console: &mut Console<'_>) -> Outcome<Vec<u8>> {
    if console.stdin_is_terminal {
        return Err(Stop::error("stdin must not be from a tty"));
    }
    let failed = |error| Stop::error(format!("error reading data from STDIN: {}", named(&error)));
    read(&mut *console.stdin).map_err(failed)
}

fn compile(path: &OsStr) -> Outcome<CrushMap> {
    let file = path.to_string_lossy();
    let opened = File::open(path).map_err(|error| {
        Stop::errno(Errno::Enoent, format!("input file {file} not found: {}", named(&error)))
    })?;
    let bytes = read(opened)
        .map_err(|error| Stop::error(format!("error reading '{file}': {}", named(&error))))?;
    // Names are ASCII, so other bytes can only be in comments, or are refused with their place.
    let text = String::from_utf8_lossy(&bytes);
    CrushMap::from_text(&text).map_err(|error| Stop::error(format!("{file}:{error}")))
}

fn build(options: &Options, console: &mut Console<'_>) -> Outcome<CrushMap> {
    let Some(last) = options.layers.last() else {
        return Err(Stop::error("crushtool: must specify at least one layer"));
    };
    let layers = options.layers.iter().map(layer).collect::<Outcome<Vec<Layer>>>()?;
    let device_count = usize::try_from(options.device_count).unwrap_or(0);
    let map = CrushMap::build_layers(device_count, &layers).map_err(|error| match &error {
        EditError::Bucket { .. } => refused(&error),
        _ => Stop::error(error.to_string()),
    })?;
    let roots = map.roots().len();
    if roots > 1 {
        let root = if last.size == 0 { last.name.clone() } else { format!("{}0", last.name) };
        console.warn(&format!(
            "The crush rulesets will use the root {root}\nand ignore the others.\n\
             There are {roots} roots, they can be\n\
             grouped into a single root by appending something like:\n  root straw 0\n"
        ));
    }
    Ok(map)
}

fn layer(layer: &LayerArgument) -> Outcome<Layer> {
    let LayerArgument { name, algorithm, size } = layer;
    let algorithm = Algorithm::from_name(algorithm)
        .ok_or_else(|| Stop::error(format!("unknown bucket type '{algorithm}'")))?;
    let size = usize::try_from(*size).map_err(|_| {
        let problem = format!("layer '{name}' has size {size}: expected 0 or above");
        Stop::error(format!("crushtool: {problem}"))
    })?;
    Ok(Layer { name: name.clone(), algorithm, size })
}
