//! Prints the limits in force in this environment, as the JSON object that the local stack shows at `/_dev/settings`.
#![expect(clippy::print_stdout, reason = "printing is what it is for")]

use std::process::ExitCode;

use platform::config::Config;
use serde_json::{Map, Value};

fn main() -> ExitCode {
    match Config::from_env(&[]) {
        Ok(config) => {
            println!("{}", object(&config));
            ExitCode::SUCCESS
        }
        Err(problem) => {
            eprintln!("{problem}");
            ExitCode::FAILURE
        }
    }
}

fn object(config: &Config) -> Value {
    let numbers = config.limits.in_force().into_iter();
    numbers
        .map(|(name, value)| (name.to_owned(), value.into()))
        .collect::<Map<_, _>>()
        .into()
}
