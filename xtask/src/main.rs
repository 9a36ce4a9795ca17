//! The tasks of the workspace: `cargo xtask --help`.

mod browser;
mod children;
mod concurrency;
mod data;
mod dev;
mod faults;
mod functions;
mod fuzz;
mod generate;
mod keeper;
mod model;
mod mutants;
mod new_step;
mod npm;
mod portal;
mod publish_front;
mod refusals;
mod registers;
mod rehearse;
mod runner;
mod schemathesis;
mod seeded;
mod settings;
mod stack;
mod terminal;
mod test;
mod timing;
mod tools;
mod warm;
mod workspace;

use std::{ffi::OsString, path::PathBuf, process::ExitCode};

use anyhow::Result;
use clap::{Parser, Subcommand};

use crate::{children::Interrupt, workspace::Workspace};

#[derive(Parser)]
#[command(
    name = "cargo xtask",
    bin_name = "cargo xtask",
    about = "The tasks of the workspace"
)]
struct Cli {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Run the whole portal on this machine, and reload it when code changes
    Dev(dev::Args),
    /// Run every check, in the order and with the tools of CI
    Test(test::Args),
    /// Inject every kind of fault into every call of every journey, one at a time, and print the results
    Faults(faults::Args),
    /// Make known bugs in a copy of the tree, one at a time, and check that a test notices each
    Seeded(seeded::Args),
    /// Generate requests from openapi.yaml, and send them to the whole portal
    Schemathesis(schemathesis::Args),
    /// Search for input that breaks a law, with a fuzzer if one is available
    Fuzz(fuzz::Args),
    /// Mutate every rule, one mutation at a time, and check that a test notices each
    Mutants(mutants::Args),
    /// Take a picture of every screen of the front
    Screens(browser::Args),
    /// Test the front in Firefox and WebKit, as `test` does in Chromium
    Engines,
    /// Write the files that are generated from the code
    Gen(generate::Args),
    /// Write what a new step needs: its function, its row, its role, a first test; and say what is left to do
    NewStep(new_step::Args),
    /// Explore the procedure with every interleaving, crash and lost message
    Model(model::Args),
    /// Send many requests at once to every step, for longer than the tests do
    Concurrency(concurrency::Args),
    /// Measure whether the response time of a refused log-in reveals the reason
    Timing(timing::Args),
    /// Publish the front to the bucket of CloudFront, or roll it back
    PublishFront(publish_front::Args),
    /// Rehearse the deployment and the operator's tasks without an AWS account
    Rehearse(rehearse::Args),
    /// Remove a local data directory
    Reset {
        /// The directory that was given to `cargo xtask dev --data`
        #[arg(long, value_name = "DIR")]
        data: PathBuf,
        /// Only list what would be removed
        #[arg(long)]
        dry_run: bool,
    },
    /// Run one child, and end it with all its descendants when standard input closes
    #[command(hide = true)]
    Keep {
        #[arg(last = true, required = true)]
        command: Vec<OsString>,
    },
    /// Stand in for the cargo of cargo-lambda
    #[command(hide = true)]
    Function(runner::Args),
    /// Become the command, and end together with the parent process
    #[command(hide = true)]
    Leash {
        #[arg(last = true, required = true)]
        command: Vec<OsString>,
    },
}

fn main() -> ExitCode {
    run(Cli::parse().task).unwrap_or_else(|error| {
        terminal::warn(format_args!("error: {error:#}"));
        ExitCode::FAILURE
    })
}

fn run(task: Task) -> Result<ExitCode> {
    match task {
        Task::Dev(args) => dev::run(args, &Workspace::find()?, &Interrupt::install()?),
        Task::Test(args) => test::run(&args, &Workspace::find()?, &Interrupt::install()?),
        Task::Faults(args) => faults::run(&args, &Workspace::find()?, &Interrupt::install()?),
        Task::Seeded(args) => seeded::run(&args, &Workspace::find()?, &Interrupt::install()?),
        Task::Schemathesis(args) => schemathesis::run(&args, &Workspace::find()?, &Interrupt::install()?),
        Task::Fuzz(args) => fuzz::run(&args, &Workspace::find()?, &Interrupt::install()?),
        Task::Mutants(args) => mutants::run(&args, &Workspace::find()?, &Interrupt::install()?),
        Task::Screens(args) => browser::run(&args, &Workspace::find()?, &Interrupt::install()?),
        Task::Engines => browser::engines(&Workspace::find()?, &Interrupt::install()?),
        Task::Gen(args) => generate::run(&args, &Workspace::find()?, &Interrupt::install()?),
        Task::NewStep(args) => new_step::run(&args, &Workspace::find()?),
        Task::Model(args) => model::run(&args, &Workspace::find()?, &Interrupt::install()?),
        Task::Concurrency(args) => concurrency::run(&args, &Workspace::find()?, &Interrupt::install()?),
        Task::Timing(args) => timing::run(&args, &Workspace::find()?, &Interrupt::install()?),
        Task::PublishFront(args) => publish_front::run(&args, &Workspace::find()?, &Interrupt::install()?),
        Task::Rehearse(args) => rehearse::run(&args, &Workspace::find()?, &Interrupt::install()?),
        Task::Reset { data, dry_run } => data::reset(&data, dry_run),
        Task::Keep { command } => keeper::keep(&command),
        Task::Function(args) => runner::run(&args),
        Task::Leash { command } => keeper::leash(&command),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }
}
