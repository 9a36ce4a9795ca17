//! `member unlock`, `reissue`, `disable`, `enable`, `sign-out`: shown first, done only with `--apply`, by the rules that
//! マイページ has, in a commit that also records the operator's act.

use jiff::Timestamp;
use platform::fault::Fault;
use platform::members::{RosterAtDesk, roster_at_desk};
use platform::store::{Commit, ROUNDS, Replacing, Stored};
use portal::account::{Account, Member, MemberChange, Status};
use portal::change::Put;
use portal::desk::{AtDesk, Deed, Operator, Target};
use portal::keys::KeyId;
use portal::mail::Mail;
use portal::office::{AnsweredRequest, MemberWrites, Office, Seated};
use portal::problem::{Kind, Refusal};
use portal::values::{BodyDigest, MemberId, OfficeNumber, RequestKey};

use crate::cli::ChangeArgs;
use crate::desk::{Desk, reason};
use crate::exit::{Exit, Stop};
use crate::look::{Found, find, report_of};
use crate::report::{Cell, Report, field};
use crate::words::Shown;

/// What is changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// Waits and lockout for wrong passwords end.
    Unlock,
    /// Another initial password, derived with this key.
    Reissue(KeyId),
    /// 利用停止
    Disable,
    /// 利用停止の解除
    Enable,
    /// Every session ends.
    SignOut,
}

impl Change {
    const fn title(&self) -> &'static str {
        match self {
            Self::Unlock => "パスワードの間違いによる待ち時間とロックを解く",
            Self::Reissue(_) => "新しい初期パスワードを送る（前の初期パスワードは使えなくなる）",
            Self::Disable => "利用を停止し、すべての端末からログアウトさせる",
            Self::Enable => "利用の停止を解除する",
            Self::SignOut => "すべての端末からログアウトさせる",
        }
    }
}

/// The writes of a change.
struct Writes {
    office: Option<Put<Office>>,
    account: Put<Account>,
    mails: Vec<Mail>,
}

impl From<MemberWrites> for Writes {
    fn from(writes: MemberWrites) -> Self {
        Self {
            office: Some(writes.office),
            account: writes.account,
            mails: writes.mails,
        }
    }
}

impl Writes {
    const fn of_account(account: Put<Account>) -> Self {
        Self {
            office: None,
            account,
            mails: Vec::new(),
        }
    }
}

/// What the rules make of a change; `None` if nothing changes.
fn decide(
    change: &Change,
    roster: &RosterAtDesk,
    seated: &Seated<Stored<Account>>,
    now: Timestamp,
    desk: &Desk,
) -> Result<Option<Writes>, Refusal> {
    let (id, account, limits) = (&seated.member.id, &seated.account.item, &desk.limits);
    let by = &roster.who.0;
    let status = |disabled| {
        let change = MemberChange {
            role: None,
            disabled: Some(disabled),
        };
        let writes = roster.change(seated, change, now, limits)?;
        Ok(writes.map(Writes::from))
    };
    match change {
        Change::Unlock => Ok(account.lift_waits(id, by, now, limits).map(Writes::of_account)),
        Change::SignOut if seated.member.status() == Status::Pending => Err(Kind::WrongStep.into()),
        Change::SignOut => Ok(account.sign_out(id, by, now, limits).map(Writes::of_account)),
        Change::Disable => status(true),
        Change::Enable => status(false),
        Change::Reissue(key) => {
            let request = AnsweredRequest {
                key: RequestKey::new(by.as_str()),
                body: BodyDigest::new("desk"),
                member: id.clone(),
                at: now,
            };
            Ok(Some(roster.reissue(seated, request, key, now, limits)?.into()))
        }
    }
}

fn told(refusal: &Refusal) -> Stop {
    let told = match refusal.kind {
        Kind::WrongStep => "この利用者のいまの状態では、この操作はできません。",
        kind => kind.title(),
    };
    let wait = refusal.retry_after_seconds;
    let wait = wait.map(|seconds| format!("（あと{seconds}秒）"));
    Stop::Refused(format!("{told}{}", wait.unwrap_or_default()))
}

/// The one member that is changed.
fn only(found: &Found) -> Result<(OfficeNumber, MemberId), Stop> {
    match found.members.as_slice() {
        [] => Err(Stop::NotFound("この利用者は登録されていません。".to_owned())),
        [member] => Ok((member.office.number.clone(), member.id.clone())),
        _ => Err(Stop::Usage(
            "このメールアドレスは複数の事業所で登録されています。--office に事業所番号を付けてください。"
                .to_owned(),
        )),
    }
}

/// Shows the change, and with `--apply` does it. Each conflict is judged again on what is there then.
pub async fn run(desk: &Desk, change: &Change, args: &ChangeArgs) -> Result<(Report, Exit), Stop> {
    let reason = args.reason.as_deref().map(reason).transpose()?;
    let named = args.whom.named()?;
    let found = find(desk, &named, &Deed::Look).await?;
    let (number, id) = only(&found)?;
    let stopped = found.stopped(desk).await;
    let with_stop = |mut report: Report| {
        report.head.extend(stopped.clone());
        report
    };
    let deed = reason.filter(|_| args.apply).map(Deed::Change);
    let gone = || Stop::NotFound("この利用者は、事業所のユーザ一覧にいません。".to_owned());
    for round in 0..ROUNDS {
        let now = desk.clock.now();
        let who = AtDesk(desk.operation()?);
        let own = desk.own_item().await?;
        let roster = roster_at_desk(&desk.table, &number, &who)
            .await?
            .ok_or_else(gone)?;
        let seated = roster.named(id.as_str(), now, &desk.limits).map_err(|_| gone())?;
        let writes = decide(change, &roster, seated, now, desk).map_err(|refusal| told(&refusal))?;
        let Some(writes) = writes else {
            let report = shown(desk, change, seated, &[], "変更は不要です");
            return Ok((with_stop(report), Exit::Done));
        };
        let mails = told_by(&writes, seated);
        let Some(deed) = &deed else {
            let report = shown(desk, change, seated, &mails, "まだ実行していません");
            return Ok((with_stop(report), Exit::NeedsApply));
        };
        let target = Target::Address(seated.account.item.key.clone());
        let record = Operator::does(
            &desk.who,
            who.0.clone(),
            deed.clone(),
            target,
            Some(id.clone()),
            now,
        );
        let mut commit = Commit::default();
        commit.put(record, own.as_ref().into());
        if let Some(office) = writes.office {
            commit.put(office, Replacing::Read(&roster.office));
        }
        let account = writes.account.item().clone();
        commit.put(writes.account, Replacing::Read(&seated.account));
        commit.promise(writes.mails, &desk.random, now)?;
        if desk.table.commit(&commit).await?.is_ok() {
            let members = account.noted(&id).cloned().into_iter().collect();
            let report = report_of(desk, &Found { account, members }, Shown::Masked);
            let report = with_outcome(report, change, &mails, "実行しました");
            return Ok((with_stop(report), Exit::Done));
        }
        desk.table.back_off(round).await?;
    }
    Err(Fault::Contention("OFFICE").into())
}

/// Who is told by mail, masked.
fn told_by(writes: &Writes, seated: &Seated<Stored<Account>>) -> Vec<String> {
    let after = writes.account.item().noted(&seated.member.id);
    let own = after.and_then(Member::promised);
    let before: Vec<_> = seated.member.promised().cloned().into_iter().collect();
    let own = own.filter(|mail| mail.is_new_among(&before));
    let others = writes.mails.iter().map(|mail| mail.to().masked());
    own.map(|mail| mail.to.masked())
        .into_iter()
        .chain(others)
        .collect()
}

fn shown(
    desk: &Desk,
    change: &Change,
    seated: &Seated<Stored<Account>>,
    mails: &[String],
    state: &'static str,
) -> Report {
    let found = Found {
        account: seated.account.item.clone(),
        members: vec![seated.member.clone()],
    };
    with_outcome(report_of(desk, &found, Shown::Masked), change, mails, state)
}

fn with_outcome(mut report: Report, change: &Change, mails: &[String], state: &'static str) -> Report {
    let mut head = vec![
        field("change", "操作", Cell::text(change.title())),
        field("outcome", "結果", Cell::text(state)),
        field("mailsTo", "メールの宛先", Cell::text(mails.join("、"))),
    ];
    head.append(&mut report.head);
    Report { head, ..report }
}
