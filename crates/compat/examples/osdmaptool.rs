//! The drop-in osdmaptool as a program of its own, on the process's streams and arguments.
//! `--release` in front of them, or the variable `CRUSHLAB_RELEASE`, says which release's it is.

use std::io::{self, IsTerminal};
use std::process::ExitCode;

use crushlab_compat::release::{RELEASE_VARIABLE, with_release};
use crushlab_compat::{Io, osdmaptool};

fn main() -> ExitCode {
    let release = std::env::var_os(RELEASE_VARIABLE);
    let arguments = with_release(std::env::args_os().skip(1).collect(), release);
    let mut io = Io {
        stdin: &mut io::stdin(),
        stdin_is_terminal: io::stdin().is_terminal(),
        stdout: &mut io::stdout(),
        stderr: &mut io::stderr(),
    };
    ExitCode::from(osdmaptool::run(&arguments, &mut io) as u8)
}
