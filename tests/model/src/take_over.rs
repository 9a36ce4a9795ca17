//! What people do about a take-over, and what no commit may do to one.

use std::collections::BTreeMap;
use std::sync::Arc;

use platform::store::{AnyItem, Key, Write};
use portal::account::{Account, Member};
use portal::audit::{Act, Event};
use portal::mail::Content;
use portal::registration::Stage;
use portal::steps::Step;
use portal::take_over::StopCode;
use portal::values::{FlowId, MemberId, OfficeNumber};
use serde_json::{Value, json};

use crate::moves::Actor;
use crate::people;
use crate::state::{Browser, State};
use crate::submission::{Setup, Submission};
use crate::table::SharedItem;

/// What a person does about a take-over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TakeOverDoes {
    /// 引き継ぎの申請, with this Idempotency-Key
    Ask(u8),
    /// 引き継ぎの取り下げ
    Withdraw,
    /// 引き継ぎの停止 on マイページ
    Stop,
    /// The same without a log-in, by the code that was mailed last to this person
    StopByCode,
    /// Not a person: the schedule promises the notices that are due.
    Notices,
}

/// The same as it is submitted.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum TakeOverCall {
    /// 引き継ぎの申請, with this Idempotency-Key
    Ask(u8),
    /// 引き継ぎの取り下げ
    Withdraw,
    /// 引き継ぎの停止 on マイページ
    Stop,
    /// The same without a log-in, by this code of the office
    StopByCode(OfficeNumber, StopCode),
    /// The schedule's run.
    Notices,
}

impl TakeOverCall {
    /// The step, and the body of its request; `None` for the schedule, which is no request.
    pub(crate) fn request(&self, setup: &Setup) -> Option<(Step, Value)> {
        Some(match self {
            Self::Ask(_) => (Step::AskForTakeOver, json!({})),
            Self::Withdraw => (Step::WithdrawTakeOver, json!({})),
            Self::Stop => (Step::StopTakeOverOfOffice, json!({})),
            Self::StopByCode(office, code) => {
                let code = code.code(&setup.keys, office).ok()?;
                let body = json!({ "officeNumber": office.as_str(), "stopCode": code.expose() });
                (Step::StopTakeOver, body)
            }
            Self::Notices => return None,
        })
    }

    /// The Idempotency-Key.
    pub(crate) const fn key(&self) -> Option<u8> {
        match self {
            Self::Ask(key) => Some(*key),
            _ => None,
        }
    }
}

impl State {
    /// The submission of a move about a take-over.
    pub(crate) fn take_over_call(
        &self,
        actor: &Actor,
        browser: &Browser,
        does: TakeOverDoes,
    ) -> Option<Submission> {
        let stage = || self.registration(&browser.cookies).map(|flow| &flow.stage);
        let proves = || matches!(stage(), Some(Stage::AlreadyRegistered { .. }));
        let call = match does {
            TakeOverDoes::Ask(key) => proves().then_some(TakeOverCall::Ask(key)),
            TakeOverDoes::Withdraw => proves().then_some(TakeOverCall::Withdraw),
            TakeOverDoes::Stop => browser.cookies.session.as_ref().map(|_| TakeOverCall::Stop),
            TakeOverDoes::StopByCode => {
                let office = people::registered(actor.office);
                let mut mails = self.mails(&people::email(actor.person)).iter().rev();
                let code = mails.find_map(|content| match content {
                    Content::TakeOver(bulletin) if bulletin.office.number == office.number => {
                        bulletin.stop_code.clone()
                    }
                    _ => None,
                })?;
                Some(TakeOverCall::StopByCode(office.number, code))
            }
            TakeOverDoes::Notices => Some(TakeOverCall::Notices),
        };
        call.map(Submission::TakeOver)
    }
}

/// The part of the ledger about take-overs.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct TakeOvers {
    /// How many were asked for.
    pub asked: u8,
    /// How many are over: stopped, withdrawn or completed.
    pub over: u8,
    /// Mails to the claims address, by what they tell.
    pub told: BTreeMap<&'static str, u8>,
    /// What a commit must not do.
    pub wrong: Option<&'static str>,
}

type Items = BTreeMap<Arc<Key>, SharedItem>;

impl TakeOvers {
    /// Looks at a commit whose conditions hold, before it is applied.
    pub fn look_at(&mut self, items: &Items, writes: &[Write]) {
        for write in writes {
            let Write::Put { item, event, .. } = write else {
                continue;
            };
            if let AnyItem::Letter(letter) = &**item {
                for mail in letter.mails() {
                    if let Content::TakeOver(bulletin) = &mail.content
                        && bulletin.contact_masked == mail.to.masked()
                    {
                        let told = self.told.entry(bulletin.news.code()).or_default();
                        *told = told.saturating_add(1);
                    }
                }
            }
            let act = event.as_ref().map(|event| event.act);
            match (&**item, act) {
                (AnyItem::TakeOver(_), Some(Act::TakeOverAsked)) => {
                    self.asked = self.asked.saturating_add(1);
                }
                (AnyItem::TakeOver(_), Some(Act::TakeOverStopped | Act::TakeOverWithdrawn)) => {
                    self.over = self.over.saturating_add(1);
                    if !changes_no_member(items, writes) {
                        self.wrong = Some("a take-over that was stopped changed a member or the office");
                    }
                }
                (AnyItem::TakeOver(it), Some(Act::TakeOverCompleted)) => {
                    self.over = self.over.saturating_add(1);
                    if !is_wholly_completed(items, writes, &it.office.number, event.as_ref()) {
                        self.wrong =
                            Some("after a take-over another member may act, or the newcomer may not");
                    }
                }
                (AnyItem::Account(_), Some(Act::MemberDisplaced | Act::MemberDisplacedAndRemoved))
                    if !writes
                        .iter()
                        .any(|write| act_of(write) == Some(Act::TakeOverCompleted)) =>
                {
                    self.wrong = Some("a member was displaced and no take-over completed");
                }
                _ => {}
            }
        }
    }
}

fn act_of(write: &Write) -> Option<Act> {
    match write {
        Write::Put { event, .. } => event.as_ref().map(|event| event.act),
        Write::Remove { .. } | Write::Check { .. } => None,
    }
}

fn account_in(writes: &[Write], with: impl Fn(&Account) -> bool) -> Option<&Account> {
    writes.iter().find_map(|write| match write {
        Write::Put { item, .. } => match &**item {
            AnyItem::Account(account) if with(account) => Some(account),
            _ => None,
        },
        Write::Remove { .. } | Write::Check { .. } => None,
    })
}

/// Whether the commit writes no member of any office but a newcomer, who is gone after it.
fn changes_no_member(items: &Items, writes: &[Write]) -> bool {
    let members = |account: &Account| -> Vec<Member> {
        let seated = account.members().filter(|member| !member.is_newcomer());
        seated.cloned().collect()
    };
    writes.iter().all(|write| match write {
        Write::Put { item, .. } => match &**item {
            AnyItem::TakeOver(_) | AnyItem::Letter(_) => true,
            AnyItem::Account(after) => match items.get(&item.key()).map(|before| &**before) {
                Some(AnyItem::Account(before)) => members(before) == members(after),
                _ => false,
            },
            _ => false,
        },
        Write::Remove { .. } | Write::Check { .. } => false,
    })
}

/// Whether the newcomer is the one active member of the office after the commit, a manager with the session of this
/// log-in, and everyone who was a member before is disabled or gone, without a session.
fn is_wholly_completed(
    items: &Items,
    writes: &[Write],
    office: &OfficeNumber,
    event: Option<&Event>,
) -> bool {
    let Some((newcomer, by)) = event.and_then(|event| Some((event.about.as_ref()?, event.by.as_ref()?)))
    else {
        return false;
    };
    let after = writes.iter().find_map(|write| match write {
        Write::Put { item, .. } => match &**item {
            AnyItem::Office(it) if it.office.number == *office => Some(it),
            _ => None,
        },
        Write::Remove { .. } | Write::Check { .. } => None,
    });
    let before = match items.get(&Key::Office(office.clone())).map(|item| &**item) {
        Some(AnyItem::Office(before)) => &before.members,
        _ => return false,
    };
    let Some(after) = after else { return false };
    let is_over = |id: &MemberId| {
        let account = account_in(writes, |account| {
            before.get(id).is_some_and(|seat| account.key == *seat)
        });
        account.is_some_and(|account| match account.noted(id) {
            Some(member) => {
                after.members.contains_key(id)
                    && !member.is_active_manager()
                    && member.sessions.is_empty()
                    && member.disabled
            }
            None => !after.members.contains_key(id),
        })
    };
    has_come(writes, newcomer, by)
        && after.members.contains_key(newcomer)
        && after
            .members
            .keys()
            .all(|id| id == newcomer || before.contains_key(id))
        && before
            .iter()
            .all(|(id, seat)| is_over(id) || !knows(items, seat, id))
}

fn has_come(writes: &[Write], newcomer: &MemberId, by: &FlowId) -> bool {
    let is_newcomer = |member: &&Member| member.id == *newcomer;
    account_in(writes, |account| {
        account.owner().as_ref().is_some_and(is_newcomer)
    })
    .and_then(Account::owner)
    .is_some_and(|member| {
        member.is_active_manager()
            && !member.is_newcomer()
            && member.sessions.iter().any(|session| session.flow == *by)
    })
}

/// Whether the account of a seat knows its member.
fn knows(items: &Items, seat: &portal::values::AccountKey, id: &MemberId) -> bool {
    match items.get(&Key::Account(seat.clone())).map(|item| &**item) {
        Some(AnyItem::Account(account)) => account.noted(id).is_some(),
        _ => false,
    }
}
