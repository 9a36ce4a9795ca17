//! Prints every written file, as one JSON object of paths and texts.
#![expect(clippy::print_stdout, reason = "printing is what it is for")]

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::ExitCode;

use reference::Written;

fn main() -> ExitCode {
    // `cargo xtask gen` writes what stands here.
    let root = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."));
    let written = Written::ALL.map(|written| Ok((written.path(), written.text(&root)?)));
    match written.into_iter().collect::<Result<BTreeMap<_, _>, String>>() {
        Ok(files) => {
            println!("{}", serde_json::json!(files));
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
