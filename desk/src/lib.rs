//! 窓口 — the operators' tool (`docs/desk.md`): it looks at the portal's table and changes it by the portal's own rules,
//! and everything that it does is in the audit with who did it.
//!
//! The commands work on a [`Desk`] and write to what they are given, so that a test runs them in its own process.

pub mod audit;
pub mod change;
pub mod cli;
pub mod connect;
pub mod desk;
pub mod exit;
pub mod inquiry;
pub mod look;
pub mod report;
pub mod safe;
pub mod suppression;
pub mod trace;
pub mod words;

use std::io::{self, Write};

use clap::CommandFactory as _;
use portal::keys::KeyId;

use self::change::Change;
use self::cli::{
    AuditCommand, ChangeArgs, Cli, Command, InquiryCommand, MailCommand, MemberCommand, OfficeCommand,
    ReportCommand, SuppressionCommand, Words,
};
use self::desk::Desk;
use self::exit::{Exit, Stop};
use self::report::Report;

/// What needs no table: the completions and the man page. `false` if the command is another one.
pub fn writes_about_itself(cli: &Cli, out: &mut dyn Write) -> io::Result<bool> {
    match &cli.command {
        Command::Completions { shell } => {
            let mut text = Vec::new();
            clap_complete::generate(*shell, &mut Cli::command(), "desk", &mut text);
            out.write_all(&text)?;
        }
        Command::Man => {
            let mut text = Vec::new();
            clap_mangen::Man::new(Cli::command()).render(&mut text)?;
            out.write_all(&text)?;
        }
        Command::Office(_)
        | Command::Member(_)
        | Command::Mail(_)
        | Command::Inquiry(_)
        | Command::Suppression(_)
        | Command::Audit(_)
        | Command::Report(_) => return Ok(false),
    }
    Ok(true)
}

/// Runs a command at this desk, and writes its result to `out`.
pub async fn run(cli: &Cli, desk: &Desk, out: &mut (dyn Write + Send)) -> Result<Exit, Stop> {
    let shown = |report: Result<Report, Stop>| report.map(|report| (report, Exit::Done));
    let (report, exit) = match &cli.command {
        Command::Office(OfficeCommand::Show { number, look }) => {
            shown(look::office(desk, number, look).await)?
        }
        Command::Member(command) => match command {
            MemberCommand::Show { whom, look } => shown(look::member(desk, whom, look).await)?,
            MemberCommand::Unlock(args) => changes(desk, &Change::Unlock, args).await?,
            MemberCommand::Disable(args) => changes(desk, &Change::Disable, args).await?,
            MemberCommand::Enable(args) => changes(desk, &Change::Enable, args).await?,
            MemberCommand::SignOut(args) => changes(desk, &Change::SignOut, args).await?,
            MemberCommand::Reissue { change, key_id } => {
                let key = key_id.as_ref().map(KeyId::new).or_else(|| desk.key.clone());
                let key = key.ok_or_else(|| {
                    Stop::Usage(
                        "鍵束のいまの鍵の名前を --key-id か DESK_KEY_ID で指定してください。".to_owned(),
                    )
                })?;
                changes(desk, &Change::Reissue(key), change).await?
            }
        },
        Command::Mail(MailCommand::Trace { email, look }) => shown(trace::trace(desk, email, look).await)?,
        Command::Inquiry(command) => match command {
            InquiryCommand::List(args) => shown(inquiry::list(desk, args).await)?,
            InquiryCommand::Show { number, look } => shown(inquiry::show(desk, number, look).await)?,
            InquiryCommand::Assign(change) => {
                inquiry::run(desk, inquiry::Kind::Assign, change, &Words::default()).await?
            }
            InquiryCommand::Answer { change, words } => {
                inquiry::run(desk, inquiry::Kind::Answer, change, words).await?
            }
            InquiryCommand::Return { change, words } => {
                inquiry::run(desk, inquiry::Kind::Return, change, words).await?
            }
            InquiryCommand::Close { change, words } => {
                inquiry::run(desk, inquiry::Kind::Close, change, words).await?
            }
        },
        Command::Suppression(SuppressionCommand::Show { email, look }) => {
            shown(suppression::show(desk, email, look).await)?
        }
        Command::Suppression(SuppressionCommand::Clear(args)) => suppression::clear(desk, args).await?,
        Command::Report(ReportCommand::Inquiries) => shown(inquiry::count(desk).await)?,
        Command::Audit(AuditCommand::Search(args)) => shown(audit::search(desk, args).await)?,
        Command::Completions { .. } | Command::Man => {
            writes_about_itself(cli, out)?;
            return Ok(Exit::Done);
        }
    };
    report.write(cli.format, out)?;
    Ok(exit)
}

async fn changes(desk: &Desk, change: &Change, args: &ChangeArgs) -> Result<(Report, Exit), Stop> {
    change::run(desk, change, args).await
}
