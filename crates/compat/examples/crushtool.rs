//! The drop-in crushtool as a program of its own, on the process's streams and arguments.

use std::io::{self, IsTerminal};
use std::process::ExitCode;

use crushlab_compat::Io;
use crushlab_compat::crushtool::run;

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args_os().skip(1).collect();
    let mut io = Io {
        stdin: &mut io::stdin(),
        stdin_is_terminal: io::stdin().is_terminal(),
        stdout: &mut io::stdout(),
        stderr: &mut io::stderr(),
    };
    ExitCode::from(run(&arguments, &mut io) as u8)
}
