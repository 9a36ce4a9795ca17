//! `office show`, `member show`: looks, each recorded before it is read.

use jiff::Timestamp;
use platform::members::roster_at_desk;
use platform::store::Consistency;
use portal::account::{Account, Member, Status};
use portal::desk::{AtDesk, Deed, Target};
use portal::take_over::TakeOver;
use portal::values::{EmailAddress, Line, MemberId, OfficeNumber};

use crate::cli::{Look, Whom};
use crate::desk::Desk;
use crate::exit::Stop;
use crate::report::{Cell, Field, Report, field};
use crate::suppression;
use crate::words::{self, Shown};

impl Look {
    /// What is shown by it.
    pub const fn shown(&self) -> Shown {
        if self.reveal { Shown::Whole } else { Shown::Masked }
    }
}

/// An office's number, as typed.
pub fn office_number(typed: &str) -> Result<OfficeNumber, Stop> {
    let number = portal::text::compact(&portal::text::folded_width(typed));
    OfficeNumber::parse(&number)
        .ok_or_else(|| Stop::Usage("介護保険事業所番号は、数字10桁で指定してください。".to_owned()))
}

/// A mail address, as typed.
pub fn address(typed: &str) -> Result<EmailAddress, Stop> {
    EmailAddress::parse(typed).map_err(|_| Stop::Usage("メールアドレスの形が正しくありません。".to_owned()))
}

/// 事業所と、席のあるユーザ
pub async fn office(desk: &Desk, number: &str, look: &Look) -> Result<Report, Stop> {
    let number = office_number(number)?;
    let deed = look.deed()?;
    desk.looks(&deed, &Target::Office(number.clone()), None).await?;
    let (now, limits) = (desk.clock.now(), &desk.limits);
    let unused = AtDesk(desk.operation()?);
    let roster = roster_at_desk(&desk.table, &number, &unused).await?;
    let roster = roster.ok_or_else(|| Stop::NotFound("この番号の事業所は登録されていません。".to_owned()))?;
    let take_over = desk.table.get::<TakeOver>(&number, Consistency::Strong).await?;
    let take_over = take_over.and_then(|stored| stored.item.state(now, limits));
    let office = &roster.office.item;
    let mut members: Vec<&Member> = roster
        .seated
        .iter()
        .map(|seated| &seated.member)
        .filter(|member| !member.seat_has_expired(now, limits))
        .collect();
    members.sort_by_key(|member| (member.registered_at, member.id.clone()));
    let count = u64::try_from(members.len()).unwrap_or(u64::MAX);
    Ok(Report {
        head: vec![
            field("number", "事業所番号", Cell::text(office.office.number.as_str())),
            field("name", "事業所名", Cell::text(&*office.office.name)),
            field("registeredAt", "登録日時", Cell::Time(office.founding.at)),
            field("members_count", "ユーザ数", Cell::Number(count)),
            field(
                "members_limit",
                "ユーザ数の上限",
                Cell::Number(limits.office_members),
            ),
            field("takeOver", "引き継ぎ", words::take_over(take_over)),
        ],
        rows_key: "members",
        rows: members
            .into_iter()
            .map(|member| of_member(member, look.shown(), now, desk))
            .collect(),
    })
}

/// Whom a command names: an address, or a member of an office by id.
#[derive(Debug, Clone)]
pub enum Named {
    /// Everybody of this address.
    Address(EmailAddress, Option<OfficeNumber>),
    /// One member of this office.
    Id(MemberId, OfficeNumber),
}

impl Whom {
    /// As typed.
    pub fn named(&self) -> Result<Named, Stop> {
        let office = self.office.as_deref().map(office_number).transpose()?;
        if self.who.contains(['@', '＠']) {
            return Ok(Named::Address(address(&self.who)?, office));
        }
        let office = office.ok_or_else(|| {
            Stop::Usage("メールアドレスか、ユーザのIDで指定してください。IDのときは、--office に事業所番号を付けてください。".to_owned())
        })?;
        // A spreadsheet's guard comes along when an id is copied from one.
        let id = self.who.trim().trim_start_matches('\'');
        Ok(Named::Id(MemberId::new(id), office))
    }
}

/// A found member, with the account.
#[derive(Debug, Clone)]
pub struct Found {
    /// The account.
    pub account: Account,
    /// The members that were named: one, or the claims of several offices on one address.
    pub members: Vec<Member>,
}

impl Found {
    /// Whether SES has stopped mails to them.
    pub async fn stopped(&self, desk: &Desk) -> Vec<Field> {
        match self.members.first() {
            None => Vec::new(),
            Some(member) => {
                let to = &member.profile.email;
                suppression::of(desk, to, Some(&self.account)).await.into()
            }
        }
    }
}

/// Records the look, then finds who is named.
pub async fn find(desk: &Desk, named: &Named, deed: &Deed) -> Result<Found, Stop> {
    let (now, limits) = (desk.clock.now(), &desk.limits);
    let unknown = || Stop::NotFound("この利用者は登録されていません。".to_owned());
    match named {
        Named::Address(address, office) => {
            let key = address.key();
            desk.looks(deed, &Target::Address(key.clone()), None).await?;
            let stored = desk.table.get::<Account>(&key, Consistency::Strong).await?;
            let account = stored.ok_or_else(unknown)?.item;
            let is_meant = |member: &&Member| {
                let is_there = office
                    .as_ref()
                    .is_none_or(|office| member.office.number == *office);
                is_there && !member.seat_has_expired(now, limits)
            };
            let members: Vec<Member> = account.members().filter(is_meant).cloned().collect();
            if members.is_empty() && office.is_some() {
                return Err(Stop::NotFound(
                    "この事業所に、このメールアドレスの利用者はいません。".to_owned(),
                ));
            }
            Ok(Found { account, members })
        }
        Named::Id(id, office) => {
            desk.looks(deed, &Target::Office(office.clone()), Some(id))
                .await?;
            let roster = roster_at_desk(&desk.table, office, &AtDesk(desk.operation()?)).await?;
            let roster = roster.ok_or_else(unknown)?;
            let seated = roster.named(id.as_str(), now, limits).map_err(|_| unknown())?;
            Ok(Found {
                account: seated.account.item.clone(),
                members: vec![seated.member.clone()],
            })
        }
    }
}

/// 利用者
pub async fn member(desk: &Desk, whom: &Whom, look: &Look) -> Result<Report, Stop> {
    let named = whom.named()?;
    let found = find(desk, &named, &look.deed()?).await?;
    let mut report = report_of(desk, &found, look.shown());
    report.head.extend(found.stopped(desk).await);
    Ok(report)
}

/// What a command shows of who was found.
pub fn report_of(desk: &Desk, found: &Found, shown: Shown) -> Report {
    let now = desk.clock.now();
    let members = found.members.iter();
    Report {
        head: of_account(&found.account, now, desk),
        rows_key: "members",
        rows: members
            .map(|member| of_member(member, shown, now, desk))
            .collect(),
    }
}

/// What keeps people from logging in with this address.
fn of_account(account: &Account, now: Timestamp, desk: &Desk) -> Vec<Field> {
    let limits = &desk.limits;
    let is_later = |at: &Timestamp| now < *at;
    let waits = account.passwords.networks.iter();
    let waits = waits
        .filter_map(|wait| wait.back_off.waits_until(limits))
        .filter(is_later);
    let is_locked = limits.wrong_passwords_before_lockout <= account.passwords.consecutive;
    let resets = account.resets.codes.stopped_until.filter(is_later);
    vec![
        field(
            "wrongPasswords",
            "続けて間違えたパスワード",
            Cell::Number(account.passwords.consecutive),
        ),
        field("passwordLocked", "パスワードのロック", Cell::Flag(is_locked)),
        field(
            "passwordWaitsUntil",
            "パスワードの待ち時間の終わり",
            Cell::time(waits.max()),
        ),
        field(
            "resetCodesStoppedUntil",
            "再設定のコードの停止の終わり",
            Cell::time(resets),
        ),
    ]
}

/// A member of an office.
fn of_member(member: &Member, shown: Shown, now: Timestamp, desk: &Desk) -> Vec<Field> {
    let limits = &desk.limits;
    let is_later = |at: &Timestamp| now < *at;
    let profile = &member.profile;
    let of_devices = member.devices.iter();
    let of_devices = of_devices.filter_map(|device| device.passwords.waits_until(limits));
    let sessions = member
        .sessions
        .iter()
        .filter(|session| now < session.expires_at)
        .count();
    let initial = member.mail();
    vec![
        field("id", "ID", Cell::text(member.id.as_str())),
        field(
            "officeNumber",
            "事業所番号",
            Cell::text(member.office.number.as_str()),
        ),
        field("officeName", "事業所名", Cell::text(&*member.office.name)),
        field("role", "権限", words::role(member.role)),
        field("status", "状態", words::status(member.status())),
        field("email", "メールアドレス", shown.address(&profile.email)),
        field("name", "氏名", shown.name(profile.name.as_str())),
        field("nameKana", "フリガナ", shown.name(profile.name_kana.as_str())),
        field("phone", "電話番号", shown.phone(profile.phone.as_str())),
        field(
            "department",
            "部署名",
            shown.other(profile.department.as_ref().map(Line::as_str)),
        ),
        field(
            "jobTitle",
            "役職名",
            shown.other(profile.job_title.as_ref().map(Line::as_str)),
        ),
        field("registeredAt", "登録日時", Cell::Time(member.registered_at)),
        field("lastLoginAt", "最後のログイン", Cell::time(member.last_login_at)),
        field(
            "sessions",
            "ログインしている端末",
            Cell::Number(u64::try_from(sessions).unwrap_or(u64::MAX)),
        ),
        field(
            "codesStoppedUntil",
            "ログインのコードの停止の終わり",
            Cell::time(member.codes.stopped_until.filter(is_later)),
        ),
        field(
            "deviceWaitsUntil",
            "本人の端末の待ち時間の終わり",
            Cell::time(of_devices.filter(is_later).max()),
        ),
        field(
            "initialPasswordMail",
            "初期パスワードのメール",
            initial.map_or(Cell::Nothing, |mail| words::delivery(mail.delivery)),
        ),
        field(
            "initialPasswordEndsAt",
            "初期パスワードの有効期限",
            Cell::time(member.initial_password_ends_at()),
        ),
        field(
            "seatEndsAt",
            "席の期限",
            Cell::time(
                member
                    .seat_expires_at(limits)
                    .filter(|_| member.status() == Status::Pending),
            ),
        ),
    ]
}
