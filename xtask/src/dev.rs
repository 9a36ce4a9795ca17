//! `cargo xtask dev`: the portal to click through, until Ctrl-C.

use std::{path::PathBuf, process::ExitCode, thread, time::Duration};

use anyhow::Result;
use clap::value_parser;

use crate::{
    children::Interrupt,
    settings::Ports,
    stack::{Front, Plan, Stack},
    terminal::say,
    workspace::Workspace,
};

const PORTAL: u16 = 8080;

#[derive(clap::Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub(crate) struct Args {
    /// Keep the data in this directory (it is in memory otherwise)
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Port of the portal
    #[arg(long, default_value_t = PORTAL, value_parser = value_parser!(u16).range(1..))]
    port: u16,
    /// Port of the functions
    #[arg(long, default_value_t = 9000, value_parser = value_parser!(u16).range(1..))]
    functions_port: u16,
    /// Port of the DynamoDB engine
    #[arg(long, default_value_t = 8001, value_parser = value_parser!(u16).range(1..))]
    dynamodb_port: u16,
    /// Port of the mail service's double
    #[arg(long, default_value_t = 8002, value_parser = value_parser!(u16).range(1..))]
    ses_port: u16,
    /// Break calls to the table, to SES and to the claims system by this plan, e.g.
    /// `dynamodb:throttle@5%,dynamodb.PutItem:lost@2%,ses:error@10%,seed=42`;
    /// `cargo run -p portal-local -- serve --help` says all of it
    #[arg(long, value_name = "PLAN")]
    faults: Option<String>,
    /// Port of the claims system by way of the faults; only with --faults
    #[arg(long, default_value_t = 8003, value_parser = value_parser!(u16).range(1..))]
    claims_port: u16,
    /// Serve the portal over HTTPS, with a certificate made on this machine: Safari keeps the portal's cookies only so
    #[arg(long)]
    tls: bool,
    /// Run optimised builds
    #[arg(long)]
    release: bool,
    /// Do without Node.js: the front is not built, and what was built before is served
    #[arg(long)]
    no_front: bool,
    /// Show no log lines here; they are in the log file all the same
    #[arg(long, short)]
    quiet: bool,
}

pub(crate) fn run(args: Args, workspace: &Workspace, interrupt: &Interrupt) -> Result<ExitCode> {
    let Args {
        data,
        port,
        functions_port,
        dynamodb_port,
        ses_port,
        faults,
        claims_port,
        tls,
        release,
        no_front,
        quiet,
    } = args;
    let front = match release {
        _ if no_front => Front::AsItIs,
        true => Front::Built,
        false => Front::Watched,
    };
    // A second stack has files of its own.
    let place = if port == PORTAL {
        "dev".to_owned()
    } else {
        format!("dev-{port}")
    };
    let plan = Plan {
        ports: Ports {
            portal: port,
            tls,
            functions: functions_port,
            dynamodb: dynamodb_port,
            ses: ses_port,
            claims: faults.is_some().then_some(claims_port),
        },
        faults,
        data,
        release,
        front,
        place: workspace.target.join(place),
        terminal: !quiet,
    };
    let origin = plan.ports.origin("localhost");
    let mut stack = Stack::start(workspace, &plan, interrupt)?;
    say(format_args!(
        "\nThe portal is running. Ctrl-C stops it.\n\n\
         \x20 portal    {origin}\n\
         \x20 offices   {origin}/_dev/offices (try KJ000000000001; its password stands there)\n\
         \x20 mailbox   {origin}/_dev/mailbox\n\
         \x20 audit     {origin}/_dev/audit ({})\n\
         \x20 log       {}\n",
        workspace.short(&stack.audit).display(),
        workspace.short(&plan.log()).display(),
    ));
    while !interrupt.came() {
        stack.check()?;
        thread::sleep(Duration::from_millis(100));
    }
    say("\nstopping …");
    drop(stack);
    say("stopped");
    Ok(ExitCode::SUCCESS)
}
