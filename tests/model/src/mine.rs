//! What people do on マイページ: managers with colleagues, and everybody with one's own account.

use portal::account::{Role, Status};
use portal::steps::Step;
use portal::values::MemberId;
use serde_json::{Value, json};

use crate::moves::{Actor, Move, own, replaced_by, reset_to};
use crate::people;
use crate::state::{Browser, State};
use crate::submission::Submission;

/// What a manager does with a colleague.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Management {
    /// ユーザ新規登録, with this Idempotency-Key
    Add(u8),
    /// 初期パスワードの再発行, with this Idempotency-Key
    Reissue(u8),
    /// 利用停止
    Disable,
    /// 利用再開
    Enable,
    /// 管理者にする
    MakeManager,
    /// 管理者から外す
    MakeMember,
    /// ユーザ削除
    Remove,
}

impl Management {
    /// The step, and the body of its request about this person.
    pub fn request(self, person: usize) -> (Step, Value) {
        let change = |field: &str, code: &str| (Step::ChangeMember, json!({ field: code }));
        match self {
            Self::Add(_) => (Step::AddMember, people::profile(person)),
            Self::Reissue(_) => (Step::ReissueMemberPassword, json!({})),
            Self::Disable => change("status", Status::Disabled.code()),
            Self::Enable => change("status", Status::Active.code()),
            Self::MakeManager => change("role", Role::Manager.code()),
            Self::MakeMember => change("role", Role::Member.code()),
            Self::Remove => (Step::RemoveMember, json!({})),
        }
    }

    /// The Idempotency-Key.
    pub const fn key(self) -> Option<u8> {
        match self {
            Self::Add(key) | Self::Reissue(key) => Some(key),
            Self::Disable | Self::Enable | Self::MakeManager | Self::MakeMember | Self::Remove => None,
        }
    }
}

impl State {
    /// The member of an office with the address of this person, as the list of users shows it.
    fn member_of(&self, office: usize, person: usize) -> Option<MemberId> {
        let address = people::address(self.address_of(person)).ok()?.key();
        let seats = &self.office(office)?.members;
        let seat = seats.iter().find(|(_, account)| **account == address);
        seat.map(|(member, _)| member.clone())
    }

    /// The submission of a move on マイページ.
    pub(crate) fn my_page_call(&self, actor: &Actor, browser: &Browser, what: Move) -> Option<Submission> {
        browser.cookies.session.as_ref()?;
        match what {
            Move::MyPage => Some(Submission::ShowMyPage),
            Move::EndOtherSessions => Some(Submission::EndOtherSessions),
            Move::ReplacePassword => Some(Submission::ReplacePassword {
                current: if browser.reset {
                    reset_to(actor.person)
                } else {
                    own(actor.person)
                },
                new: replaced_by(actor.person),
            }),
            Move::Manage(management @ Management::Add(_), person) => {
                Some(Submission::Manage(management, person, None))
            }
            Move::Manage(management, person) => {
                let member = self.member_of(actor.office, person)?;
                Some(Submission::Manage(management, person, Some(member)))
            }
            _ => None,
        }
    }
}
