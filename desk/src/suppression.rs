//! `suppression …`: whether SES has stopped mails to an address, because one bounced or was reported, and the end of it.

use aws_sdk_sesv2::Client;
use aws_sdk_sesv2::error::{ProvideErrorMetadata, SdkError};
use jiff::Timestamp;
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
}

fn failed<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>) -> Stop {
    // The code is one of AWS's own; the message may repeat the address.
    let code = error.code().unwrap_or("");
    Stop::Setup(format!(
        "SES（メールを送るサービス）を使えませんでした。（{code}）"
    ))
}

/// The entry of an address on the list, if there is one.
pub async fn entry(ses: &Client, to: &EmailAddress) -> Result<Option<Suppressed>, Stop> {
    let found = ses
        .get_suppressed_destination()
        .email_address(to.in_header())
        .send()
        .await;
    match found {
        Ok(found) => Ok(found.suppressed_destination.map(|entry| Suppressed {
            reason: entry.reason().as_str().to_owned(),
            since: Timestamp::from_second(entry.last_update_time().secs()).ok(),
        })),
        Err(error)
            if error
                .as_service_error()
                .is_some_and(aws_sdk_sesv2::operation::get_suppressed_destination::GetSuppressedDestinationError::is_not_found_exception) =>
        {
            Ok(None)
        }
        Err(error) => Err(failed(&error)),
    }
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

/// Whether mails to this address are stopped.
pub async fn show(desk: &Desk, typed: &str, look: &Look) -> Result<Report, Stop> {
    let to = address(typed)?;
    desk.looks(&look.deed()?, &Target::Address(to.key()), None)
        .await?;
    Ok(report_of(
        &to,
        entry(&desk.ses, &to).await?.as_ref(),
        look.shown(),
    ))
}

/// Shows the entry, and with `--apply` takes it from the list.
///
/// SES is no part of a commit: the record is written first. If the process dies between the two, the command is run again.
pub async fn clear(desk: &Desk, args: &Suppression) -> Result<(Report, Exit), Stop> {
    let reason = args.reason.as_deref().map(reason).transpose()?;
    let to = address(&args.email)?;
    let target = Target::Address(to.key());
    desk.looks(&Deed::Look, &target, None).await?;
    let before = entry(&desk.ses, &to).await?;
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
    if before.is_none() {
        return Ok((told(None, "変更は不要です"), Exit::Done));
    }
    let Some(reason) = reason.filter(|_| args.apply) else {
        return Ok((told(before.as_ref(), "まだ実行していません"), Exit::NeedsApply));
    };
    desk.looks(&Deed::Change(reason), &target, None).await?;
    let removed = desk
        .ses
        .delete_suppressed_destination()
        .email_address(to.in_header())
        .send()
        .await;
    match removed {
        Ok(_) => {}
        // Somebody else was quicker.
        Err(error)
            if error
                .as_service_error()
                .is_some_and(aws_sdk_sesv2::operation::delete_suppressed_destination::DeleteSuppressedDestinationError::is_not_found_exception) => {}
        Err(error) => return Err(failed(&error)),
    }
    Ok((told(None, "実行しました"), Exit::Done))
}
