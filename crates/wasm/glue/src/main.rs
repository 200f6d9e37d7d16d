//! `crushlab-wasm-glue FILE.wasm FOLDER`: writes the JavaScript module for what cargo compiled, and
//! the WebAssembly that belongs to it, as the wasm-bindgen command would.

#![forbid(unsafe_code)]

use std::error::Error;
use std::process::ExitCode;

use wasm_bindgen_cli_support::Bindgen;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [input, folder] = arguments.as_slice() else {
        eprintln!("usage: crushlab-wasm-glue FILE.wasm FOLDER");
        return ExitCode::from(2);
    };
    match write_module(input, folder) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("crushlab-wasm-glue: {input}: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Types are left out: they are those of `crates/node`.
fn write_module(input: &str, folder: &str) -> Result<(), Box<dyn Error>> {
    let mut bindgen = Bindgen::new();
    bindgen.input_path(input).out_name("crushlab").web(true)?.typescript(false);
    bindgen.remove_name_section(true).remove_producers_section(true);
    Ok(bindgen.generate(folder)?)
}
