//! The command line: the only place that reads flags and the environment.

use axum::http::Uri;
use clap::{Args, Parser, Subcommand};
use portal_local::{
    clock::Advance, faults::Plan, front::FrontOptions, problem::ProblemPages, stack::StackOptions,
};
use std::{io, net::SocketAddr, path::PathBuf, time::Duration};
use tracing_subscriber::filter::Targets;

/// A local replacement for AWS
#[derive(Debug, Parser)]
#[command(name = "portal-local", version)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Serve the local stack until it is stopped
    Serve(Serve),
}

#[derive(Debug, Args)]
pub(crate) struct Serve {
    /// Address of the browser's origin; with 127.0.0.1, [`::1`] is served as well
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,

    /// Address of DynamoDB and its streams
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8001")]
    dynamodb_listen: SocketAddr,

    /// Address of SES
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8002")]
    ses_listen: SocketAddr,

    /// Faults on the way to the table, to SES and to the claims system [default: none]
    #[arg(long, value_name = "PLAN", long_help = Plan::HELP)]
    faults: Option<Plan>,

    /// Address of the claims system behind the fault layer; only with --faults
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8003")]
    claims_listen: SocketAddr,

    /// Address of `cargo lambda watch`
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:9000", value_parser = http_url)]
    functions: Uri,

    /// Folder that keeps items, mails and the stream's position over a restart [default: in memory]
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,

    /// Folder of the built front; a placeholder page is served while it does not exist
    #[arg(long, value_name = "DIR", default_value = "web/dist")]
    web: PathBuf,

    /// Serve the origin over HTTPS, with a certificate that is created and kept in this folder
    #[arg(long, value_name = "DIR")]
    tls: Option<PathBuf>,

    /// File with the seconds by which the functions' time is advanced; without it, the clock cannot be advanced
    #[arg(long, value_name = "FILE", env = "CLOCK_ADVANCE_FILE")]
    clock: Option<PathBuf>,

    /// Reload the front's pages after a build, and link them to the mails
    #[arg(long)]
    reload: bool,

    /// A JSON object with the settings in force, for /_dev/settings
    #[arg(long, value_name = "FILE")]
    settings: Option<PathBuf>,

    /// File in which `keep-audit` stores the acts, for /_dev/audit [default: DATA/audit.jsonl]
    #[arg(long, value_name = "FILE", env = "AUDIT_FILE")]
    audit: Option<PathBuf>,

    /// README that the start page links to, if it exists
    #[arg(long, value_name = "FILE", default_value = "README.md")]
    readme: PathBuf,

    /// Base URL of the problem pages, the same as the functions have
    #[arg(
        long,
        value_name = "URL",
        env = "PROBLEM_BASE",
        default_value = "https://www.kaigo-kiban-portal.jp/problems/"
    )]
    problem_base: String,

    /// Retries of a record before it becomes a dead letter. With waits of up to 2 s, 300 take as long as a one-time
    /// code is valid, so that a throttled mail is sent as soon as possible.
    #[arg(long, value_name = "COUNT", default_value_t = 300)]
    retries: u32,

    /// Lanes of the mapping to `deliver-mail`. AWS has 10; with more it is unlikely that two people share one
    #[arg(long, value_name = "COUNT", default_value_t = 256)]
    lanes: usize,

    /// Maximum seconds of an invocation
    #[arg(long, value_name = "SECONDS", default_value_t = 120)]
    invoke_timeout: u64,

    /// Milliseconds after which SES reports the delivery of a mail
    #[arg(long, value_name = "MS", default_value_t = 250)]
    event_delay: u64,

    /// Stop when standard input is closed, so that a stack ends with the process that started it
    #[arg(long)]
    pub(crate) exit_with_stdin: bool,

    /// Log filter, in the syntax of `RUST_LOG`: a level, or `target=level` pairs, separated by commas
    #[arg(long, value_name = "FILTER", env = "RUST_LOG", default_value = "info")]
    pub(crate) log: Targets,
}

impl Serve {
    /// The options of the stack.
    pub(crate) fn into_options(self) -> io::Result<StackOptions> {
        let beside_the_data = self.data.as_ref().map(|folder| folder.join("audit.jsonl"));
        // An empty variable counts as unset.
        let given = |file: &PathBuf| !file.as_os_str().is_empty();
        let clock = self.clock.filter(given);
        let advance = clock.map(|file| Advance::open(&file)).transpose()?;
        Ok(StackOptions {
            listen: self.listen,
            dynamodb_listen: self.dynamodb_listen,
            ses_listen: self.ses_listen,
            functions: self.functions,
            faults: self.faults.map(|plan| (plan, self.claims_listen)),
            front: FrontOptions {
                web: Some(self.web),
                builds: None,
                settings: self.settings,
                audit: self.audit.filter(given).or(beside_the_data),
                advance,
                tls: self.tls.is_some(),
                readme: Some(self.readme),
                problems: ProblemPages::below(&self.problem_base),
            },
            tls: self.tls,
            reload: self.reload,
            data: self.data,
            retries: self.retries,
            lanes: self.lanes,
            invoke_timeout: Duration::from_secs(self.invoke_timeout),
            event_delay: Duration::from_millis(self.event_delay),
        })
    }
}

fn http_url(text: &str) -> Result<Uri, String> {
    let uri: Uri = text.parse().map_err(|error| format!("{error}"))?;
    if uri.scheme_str() == Some("http") && uri.authority().is_some() {
        Ok(uri)
    } else {
        Err("an address beginning with http:// is needed".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn only_plain_http_is_taken_for_the_functions() {
        assert!(http_url("http://127.0.0.1:9000").is_ok());
        assert!(http_url("https://127.0.0.1:9000").is_err());
        assert!(http_url("127.0.0.1:9000").is_err());
    }
}
