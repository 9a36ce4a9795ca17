//! `audit search`: the records of one subject. They name no user, so nothing of them is masked.

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use platform::members::roster_at_desk;
use platform::store::{Item, Key, pk};
use portal::account::Account;
use portal::claims_record::ClaimsRecord;
use portal::contact::Contact;
use portal::desk::{AtDesk, Deed, Operator, Target};
use portal::inquiry::Inquiry;
use portal::take_over::TakeOver;
use portal::time::{DAY, Seconds, minus, plus};
use portal::values::{ClaimsUserId, OperatorId};
use serde_json::{Map, Value};

use crate::cli::AuditSearch;
use crate::desk::Desk;
use crate::exit::Stop;
use crate::inquiry::receipt_number;
use crate::look::{address, office_number};
use crate::report::{Cell, Field, JAPAN, Report, field};

/// How far back is searched unless a day is given.
const DAYS: u64 = 30;

/// The fields of a record that are shown, and their headings. The instant comes before them.
const SHOWN: [(&str, &str); 9] = [
    ("act", "できごと（docs/audit.md）"),
    ("subject", "対象の記録"),
    ("office", "事業所番号"),
    ("member", "ユーザのID"),
    ("by", "手続き・操作のID（同じものは1つの操作）"),
    ("operator", "担当者"),
    ("target", "操作の対象"),
    ("reason", "理由"),
    ("claimsUser", "電子請求受付システムのID"),
];

/// What was counted after the act, where it counts something.
const COUNTS: [(&str, &str); 4] = [
    ("wrongPasswords", "続けて間違えたパスワード"),
    ("wrongCodes", "間違えたコード"),
    ("tries", "このコードを試した回数"),
    ("mails", "数えているメール"),
];

/// What is searched for.
struct Sought {
    target: Target,
    subjects: BTreeSet<String>,
}

fn sought(args: &AuditSearch) -> Result<Sought, Stop> {
    let one = |target, keys: Vec<Key>| Sought {
        target,
        subjects: keys.iter().map(pk).collect(),
    };
    let subject = &args.subject;
    if let Some(typed) = &subject.email {
        let key = address(typed)?.key();
        let keys = vec![Account::key(&key), Contact::key(&key)];
        return Ok(one(Target::Address(key), keys));
    }
    if let Some(typed) = &subject.claims_user {
        let user = ClaimsUserId::parse(typed).map_err(|_| {
            Stop::Usage("電子請求受付システムのIDは、KJから始まるIDで指定してください。".to_owned())
        })?;
        let keys = vec![ClaimsRecord::key(&user)];
        return Ok(one(Target::ClaimsUser(user), keys));
    }
    if let Some(typed) = &subject.inquiry {
        let number = receipt_number(typed)?;
        let keys = vec![Inquiry::key(&number)];
        return Ok(one(Target::Inquiry(number), keys));
    }
    if let Some(typed) = &subject.operator_id {
        let id = operator_id(typed)?;
        let keys = vec![Operator::key(&id)];
        return Ok(one(Target::Operator(id), keys));
    }
    let typed = subject.office.as_deref().unwrap_or_default();
    let number = office_number(typed)?;
    Ok(one(Target::Office(number.clone()), vec![TakeOver::key(&number)]))
}

/// The id of an operator, as in the audit records. A mail address is refused: the record of this look would keep it for years.
fn operator_id(typed: &str) -> Result<OperatorId, Stop> {
    let typed = typed.trim();
    let is_one = typed.split_once(':').is_some_and(|(role, name)| {
        let is_role = !role.is_empty() && role.chars().all(|c| c.is_ascii_alphanumeric());
        is_role && !name.is_empty() && name.len() <= 64 && !name.chars().any(char::is_whitespace)
    });
    if is_one {
        Ok(OperatorId::new(typed))
    } else {
        Err(Stop::Usage(
            "担当者のIDは、AROA…:ユーザ名 の形で指定してください（手元では local:名前）。".to_owned(),
        ))
    }
}

/// The instants between which is searched: whole days in Japan.
fn span(args: &AuditSearch, now: Timestamp) -> Result<(Timestamp, Timestamp), Stop> {
    let begins = |typed: &str| {
        let day: Option<Date> = typed.parse().ok();
        let start = day.and_then(|day| day.to_zoned(TimeZone::fixed(JAPAN)).ok());
        start
            .map(|start| start.timestamp())
            .ok_or_else(|| Stop::Usage("日付は 2026-04-01 のように指定してください。".to_owned()))
    };
    let since = args.since.as_deref().map(begins).transpose()?;
    let until = args.until.as_deref().map(begins).transpose()?;
    // The day itself belongs to it.
    let until = until.map_or(now, |until| minus(plus(until, DAY), Seconds::new(1)));
    let since = since.unwrap_or_else(|| minus(until, DAY.times(DAYS)));
    if until < since {
        return Err(Stop::Usage(
            "--until は --since より前にはできません。".to_owned(),
        ));
    }
    Ok((since, until))
}

/// The records, the oldest first.
pub async fn search(desk: &Desk, args: &AuditSearch) -> Result<Report, Stop> {
    let now = desk.clock.now();
    let (since, until) = span(args, now)?;
    let mut sought = sought(args)?;
    desk.looks(&Deed::Look, &sought.target, None).await?;
    if let Target::Office(number) = &sought.target {
        // What an office's users did is recorded on their accounts.
        let roster = roster_at_desk(&desk.table, number, &AtDesk(desk.operation()?)).await?;
        let seated = roster.iter().flat_map(|roster| &roster.seated);
        let accounts = seated.map(|seated| pk(&Account::key(&seated.account.item.key)));
        sought.subjects.extend(accounts);
    }
    let number = match &sought.target {
        Target::Office(number) => Some(number),
        _ => None,
    };
    let mut found: Vec<(Timestamp, Map<String, Value>)> = Vec::new();
    for subject in &sought.subjects {
        for record in desk.records.of_subject(subject, since).await? {
            // An address may be claimed by several offices.
            let is_of_another = |office: &str| number.is_some_and(|number| number.as_str() != office);
            if text(&record, "office").is_some_and(is_of_another) {
                continue;
            }
            let at = text(&record, "at").and_then(|at| at.parse().ok());
            if let Some(at) = at.filter(|at| *at <= until) {
                found.push((at, record));
            }
        }
    }
    // Of one second each subject's records stay in their order.
    found.sort_by_key(|(at, _)| *at);
    let count = u64::try_from(found.len()).unwrap_or(u64::MAX);
    Ok(Report {
        head: vec![
            field("since", "いつから", Cell::Time(since)),
            field("until", "いつまで", Cell::Time(until)),
            field("count", "件数", Cell::Number(count)),
        ],
        rows_key: "records",
        rows: found.iter().map(|(at, record)| row(*at, record)).collect(),
    })
}

fn text<'r>(record: &'r Map<String, Value>, name: &str) -> Option<&'r str> {
    record.get(name).and_then(Value::as_str)
}

fn row(at: Timestamp, record: &Map<String, Value>) -> Vec<Field> {
    let shown = SHOWN.map(|(name, title)| {
        let cell = text(record, name).map_or(Cell::Nothing, Cell::text);
        field(name, title, cell)
    });
    let counted = COUNTS.map(|(name, title)| {
        let count = record.get(name).and_then(Value::as_u64);
        field(name, title, count.map_or(Cell::Nothing, Cell::Number))
    });
    [field("at", "日時", Cell::Time(at))]
        .into_iter()
        .chain(shown)
        .chain(counted)
        .collect()
}
