//! `mail trace`: what was promised to an address, and what became of it. It shows no secret: none is stored.

use jiff::Timestamp;
use platform::fault::Fault;
use platform::store::{Consistency, Item, Stored};
use portal::account::{Account, Member};
use portal::address_change::AddressChange;
use portal::audit::Act;
use portal::contact::Contact;
use portal::desk::Target;
use portal::login::{self, Login};
use portal::mail::{Content, Promise};
use portal::password_reset::{PasswordReset, Recipient};
use portal::registration::{self, Registration};
use portal::time::{DAY, minus};
use portal::values::{EmailAddress, FlowId};
use serde_json::Value;

use crate::cli::Look;
use crate::desk::Desk;
use crate::exit::Stop;
use crate::look::address;
use crate::report::{Cell, Field, Report, field};
use crate::suppression;
use crate::words::{self, Shown};

/// What is known of a mail.
struct Traced {
    what: &'static str,
    at: Timestamp,
    mail: Option<Promise>,
}

/// The mails of the last day to an address, the latest first: the last one of each member, and the codes.
pub async fn trace(desk: &Desk, typed: &str, look: &Look) -> Result<Report, Stop> {
    let (to, deed) = (address(typed)?, look.deed()?);
    let key = to.key();
    desk.looks(&deed, &Target::Address(key.clone()), None).await?;
    let account: Option<Stored<Account>> = desk.table.get(&key, Consistency::Strong).await?;
    let members = account.iter().flat_map(|stored| stored.item.members());
    let of_members = members.filter_map(Member::promised).cloned();
    let mut mails: Vec<Traced> = of_members
        .map(|mail| Traced {
            what: mail.content.subject(),
            at: mail.promised_at,
            mail: Some(mail),
        })
        .collect();
    for subject in [
        format!("{}#{}", Account::KIND, key.as_str()),
        format!("{}#{}", Contact::KIND, key.as_str()),
    ] {
        let since = minus(desk.clock.now(), DAY);
        for record in desk.records.of_subject(&subject, since).await? {
            let text = |name: &str| record.get(name).and_then(Value::as_str);
            let at = text("at").and_then(|at| at.parse().ok());
            let act = text("act").and_then(Act::parse);
            if let (Some(at), Some(act)) = (at, act) {
                let by = text("by").map(FlowId::new);
                mails.extend(of_flow(desk, act, by.as_ref(), at, &to).await?);
            }
        }
    }
    mails.sort_by_key(|mail| std::cmp::Reverse(mail.at));
    let account = account.map(|stored| stored.item);
    let [suppressed, why, since] = suppression::of(desk, &to, account.as_ref()).await;
    let registered = account.is_some_and(|account| account.members().next().is_some());
    Ok(Report {
        head: vec![
            field("email", "メールアドレス", look.shown().address(&to)),
            field("registered", "利用者の登録", Cell::Flag(registered)),
            suppressed,
            why,
            since,
        ],
        rows_key: "mails",
        rows: mails.iter().map(|mail| row(mail, look.shown())).collect(),
    })
}

/// What a code is for.
#[derive(Debug, Clone, Copy)]
enum CodeOf {
    Login,
    Reset,
    Registration,
    AddressChange,
}

impl CodeOf {
    /// What this act promised a code for.
    fn promised_by(act: Act) -> Option<Self> {
        let all = [
            (Act::LoginCodePromised, Self::Login),
            (Act::ResetAsked, Self::Reset),
            (Act::RegistrationCodePromised, Self::Registration),
            (Act::AddressCodePromised, Self::AddressChange),
        ];
        all.into_iter()
            .find(|(promises, _)| *promises == act)
            .map(|(_, code)| code)
    }

    const fn title(self) -> &'static str {
        match self {
            Self::Login => "ログインのワンタイムパスワード",
            Self::Reset => "再設定のワンタイムパスワード（利用者の登録がないときは送らない）",
            Self::Registration => "初回利用登録のワンタイムパスワード",
            Self::AddressChange => "メールアドレスの変更のワンタイムパスワード",
        }
    }

    /// The mail that the flow of this code promises now.
    async fn mail(self, desk: &Desk, by: &FlowId) -> Result<Option<Promise>, Fault> {
        Ok(match self {
            Self::Login => {
                let flow: Option<Stored<Login>> = desk.table.get(by, Consistency::Eventual).await?;
                flow.and_then(|flow| match flow.item.stage {
                    login::Stage::Otp { challenge } => Some(challenge.mail),
                    login::Stage::NewPassword { .. } | login::Stage::MyPage => None,
                })
            }
            Self::Reset => {
                let flow: Option<Stored<PasswordReset>> = desk.table.get(by, Consistency::Eventual).await?;
                // A reset of an unknown address has a code that is sent to nobody.
                flow.filter(|flow| flow.item.recipient != Recipient::None)
                    .and_then(|flow| flow.item.promise())
            }
            Self::Registration => {
                let flow: Option<Stored<Registration>> = desk.table.get(by, Consistency::Eventual).await?;
                flow.and_then(|flow| match flow.item.stage {
                    registration::Stage::Otp { challenge, .. } => Some(challenge.mail),
                    registration::Stage::SecurityCode { .. }
                    | registration::Stage::Profile { .. }
                    | registration::Stage::Confirm { .. }
                    | registration::Stage::AlreadyRegistered { .. }
                    | registration::Stage::Completed { .. } => None,
                })
            }
            Self::AddressChange => {
                let flow: Option<Stored<AddressChange>> = desk.table.get(by, Consistency::Eventual).await?;
                flow.map(|flow| flow.item.challenge.mail)
            }
        })
    }
}

/// The code that this act promised to the address, if it promised one.
async fn of_flow(
    desk: &Desk,
    act: Act,
    by: Option<&FlowId>,
    at: Timestamp,
    to: &EmailAddress,
) -> Result<Option<Traced>, Fault> {
    let Some(code) = CodeOf::promised_by(act) else {
        return Ok(None);
    };
    let mail = match by {
        None => None,
        Some(by) => code.mail(desk, by).await?,
    };
    let mail = mail.filter(|mail| mail.to.same_as(to));
    // That code goes to the new address, and the record is on the old one.
    if matches!(code, CodeOf::AddressChange) && mail.is_none() {
        return Ok(None);
    }
    Ok(Some(Traced {
        what: code.title(),
        at,
        // A resend replaces the mail before it: of that one only the record is left.
        mail: mail.filter(|mail| mail.promised_at == at),
    }))
}

fn row(traced: &Traced, shown: Shown) -> Vec<Field> {
    let mail = traced.mail.as_ref();
    let label = mail.and_then(|mail| match &mail.content {
        Content::OneTimeCode { label, .. } => Some(label.as_str().to_owned()),
        Content::InitialPassword { .. }
        | Content::InitialPasswordGuide { .. }
        | Content::Notice { .. }
        | Content::InquiryReceipt { .. }
        | Content::InquiryReply(_)
        | Content::TakeOver(_) => None,
    });
    let or_nothing = |cell: Option<Cell>| cell.unwrap_or(Cell::Nothing);
    vec![
        field("what", "種類", Cell::text(traced.what)),
        field("promisedAt", "送ることにした日時", Cell::Time(traced.at)),
        field("to", "宛先", or_nothing(mail.map(|mail| shown.address(&mail.to)))),
        field(
            "delivery",
            "状況",
            mail.map_or_else(
                || Cell::text("手続きが先に進んだか、終わったか、始まらなかったため、この表示ではわからない"),
                |mail| words::delivery(mail.delivery),
            ),
        ),
        field(
            "sentAt",
            "送信日時",
            Cell::time(mail.and_then(|mail| mail.sent_at)),
        ),
        field(
            "expiresAt",
            "有効期限",
            Cell::time(mail.map(|mail| mail.expires_at)),
        ),
        field("label", "照合記号", or_nothing(label.map(Cell::text))),
        field(
            "sends",
            "何通目",
            or_nothing(mail.map(|mail| Cell::Number(u64::from(mail.sends)))),
        ),
    ]
}
