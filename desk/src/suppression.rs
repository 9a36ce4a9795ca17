//! `suppression …`: whether SES has stopped mails to an address, because one bounced or was reported, and the end of it.

use std::collections::BTreeSet;

use aws_sdk_sesv2::Client;
use aws_sdk_sesv2::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_sesv2::operation::delete_suppressed_destination::DeleteSuppressedDestinationError;
use aws_sdk_sesv2::operation::get_suppressed_destination::GetSuppressedDestinationError;
use jiff::Timestamp;
use platform::store::{Consistency, Stored};
use portal::account::{Account, Member};
use portal::desk::{Deed, Target};
use portal::values::EmailAddress;

use crate::cli::{Look, Suppression};
use crate::desk::{Desk, reason};
use crate::exit::{Exit, Stop};
use crate::look::address;
use crate::report::{Cell, Field, Report, field};
use crate::words::Shown;

/// Why and since when SES sends nothing to an address.
#[derive(Debug, Clone)]
pub struct Suppressed {
    reason: String,
    since: Option<Timestamp>,
    /// The address as SES has it.
    spelling: String,
}

fn failed<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>) -> Stop {
    // The code is one of AWS's own; the message may repeat the address.
    let why = error.code().unwrap_or("接続できないか、時間切れ");
    Stop::Setup(format!(
        "SES（メールを送るサービス）を使えませんでした。（{why}）"
    ))
}

/// The spellings under which SES may have the address: it keeps that of the mail that bounced, and finds an entry by exactly
/// that, though it suppresses all of them.
fn spellings(to: &EmailAddress, account: Option<&Account>) -> BTreeSet<String> {
    let members = account.into_iter().flat_map(Account::members);
    let of_member = |member: &Member| {
        let mailed = member.promised().map(|mail| mail.to.in_header().into_owned());
        [Some(member.profile.email.in_header().into_owned()), mailed]
    };
    [to.in_header().into_owned(), to.in_header().to_ascii_lowercase()]
        .into_iter()
        .chain(members.flat_map(of_member).flatten())
        .collect()
}

/// The entry of an address on the list, if there is one.
pub async fn entry(
    ses: &Client,
    to: &EmailAddress,
    account: Option<&Account>,
) -> Result<Option<Suppressed>, Stop> {
    for spelling in spellings(to, account) {
        let asked = ses.get_suppressed_destination().email_address(&spelling);
        match asked.send().await {
            Ok(found) => {
                return Ok(found.suppressed_destination.map(|entry| Suppressed {
                    reason: entry.reason().as_str().to_owned(),
                    since: Timestamp::from_second(entry.last_update_time().secs()).ok(),
                    spelling,
                }));
            }
            Err(error) => {
                let refusal = error.as_service_error();
                if !refusal.is_some_and(GetSuppressedDestinationError::is_not_found_exception) {
                    return Err(failed(&error));
                }
            }
        }
    }
    Ok(None)
}

/// Whether mails to an address are stopped, for a command that is about something else: it goes on if SES does not answer.
pub async fn of(desk: &Desk, to: &EmailAddress, account: Option<&Account>) -> [Field; 3] {
    if let Ok(entry) = entry(&desk.ses, to, account).await {
        return fields(entry.as_ref());
    }
    let [mut suppressed, why, since] = fields(None);
    suppressed.cell = Cell::text("わからない（SES を使えなかった）");
    [suppressed, why, since]
}

/// What is shown of an entry.
pub fn fields(entry: Option<&Suppressed>) -> [Field; 3] {
    let why = |entry: &Suppressed| match entry.reason.as_str() {
        "BOUNCE" => Cell::text("届かなかった（宛先不明など）"),
        "COMPLAINT" => Cell::text("迷惑メールとして報告された"),
        other => Cell::text(other),
    };
    [
        field(
            "suppressed",
            "SES が送信を止めている",
            Cell::Flag(entry.is_some()),
        ),
        field("suppressedFor", "止めた理由", entry.map_or(Cell::Nothing, why)),
        field(
            "suppressedSince",
            "止めた日時",
            Cell::time(entry.and_then(|entry| entry.since)),
        ),
    ]
}

fn report_of(to: &EmailAddress, entry: Option<&Suppressed>, shown: Shown) -> Report {
    let mut head = vec![field("email", "メールアドレス", shown.address(to))];
    head.extend(fields(entry));
    Report {
        head,
        rows_key: "rows",
        rows: Vec::new(),
    }
}

async fn current(desk: &Desk, to: &EmailAddress) -> Result<Option<Suppressed>, Stop> {
    let account: Option<Stored<Account>> = desk.table.get(&to.key(), Consistency::Eventual).await?;
    entry(&desk.ses, to, account.as_ref().map(|stored| &stored.item)).await
}

/// Whether mails to this address are stopped.
pub async fn show(desk: &Desk, typed: &str, look: &Look) -> Result<Report, Stop> {
    let to = address(typed)?;
    desk.looks(&look.deed()?, &Target::Address(to.key()), None)
        .await?;
    let entry = current(desk, &to).await?;
    Ok(report_of(&to, entry.as_ref(), look.shown()))
}

/// Shows the entry, and with `--apply` takes it from the list.
///
/// SES is no part of a commit: the record is written first. If the process dies between the two, the command is run again.
pub async fn clear(desk: &Desk, args: &Suppression) -> Result<(Report, Exit), Stop> {
    let reason = args.reason.as_deref().map(reason).transpose()?;
    let to = address(&args.email)?;
    let target = Target::Address(to.key());
    desk.looks(&Deed::Look, &target, None).await?;
    let before = current(desk, &to).await?;
    let told = |entry: Option<&Suppressed>, outcome: &'static str| {
        let mut report = report_of(&to, entry, Shown::Masked);
        report
            .head
            .insert(0, field("change", "操作", Cell::text("送信の停止を解除する")));
        report
            .head
            .insert(1, field("outcome", "結果", Cell::text(outcome)));
        report
    };
    let Some(before) = before else {
        return Ok((told(None, "変更は不要です"), Exit::Done));
    };
    let Some(reason) = reason.filter(|_| args.apply) else {
        return Ok((told(Some(&before), "まだ実行していません"), Exit::NeedsApply));
    };
    desk.looks(&Deed::Change(reason), &target, None).await?;
    let removed = desk
        .ses
        .delete_suppressed_destination()
        .email_address(&before.spelling)
        .send()
        .await;
    if let Err(error) = removed {
        // If it is gone, somebody else was quicker.
        let refusal = error.as_service_error();
        if !refusal.is_some_and(DeleteSuppressedDestinationError::is_not_found_exception) {
            return Err(failed(&error));
        }
    }
    Ok((told(None, "実行しました"), Exit::Done))
}
