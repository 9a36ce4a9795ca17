//! What a person does to change the address, and where the person is known afterwards.

use platform::store::{AnyItem, Key};
use portal::address_change::AddressChange;
use portal::steps::Step;
use serde_json::{Value, json};

use crate::moves::Actor;
use crate::people;
use crate::state::{Browser, State};
use crate::submission::{Cookies, Setup, Submission, Typed, digits};

/// What a person does to change the address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AddressDoes {
    /// メールアドレスの変更, to the address of this person
    Ask(usize),
    /// The newest mailed code
    Code,
    /// A wrong code
    WrongCode,
    /// 再送
    Resend,
    /// 中止
    Cancel,
}

/// The same as it is submitted.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum AddressCall {
    /// メールアドレスの変更, to the address of this person
    Ask(usize),
    /// ワンタイムパスワード認証
    Enter(Typed),
    /// 再送
    Resend,
    /// 中止
    Cancel,
}

impl AddressCall {
    /// The step, and the body of its request.
    pub(crate) fn request(&self, setup: &Setup) -> Result<(Step, Value), platform::http::Stop> {
        Ok(match self {
            Self::Ask(person) => (
                Step::StartAddressChange,
                json!({ "email": people::email(*person) }),
            ),
            Self::Enter(typed) => (Step::EnterAddressOtp, json!({ "code": digits(typed, setup)? })),
            Self::Resend => (Step::ResendAddressOtp, json!({})),
            Self::Cancel => (Step::CancelAddressChange, json!({})),
        })
    }
}

impl State {
    /// The address change of a browser's session.
    pub fn address_change(&self, cookies: &Cookies) -> Option<&AddressChange> {
        let id = &cookies.session.as_ref()?.id;
        let flow = self.items.values().find_map(|item| match &**item {
            AnyItem::Account(account) => {
                let mut sessions = account.members().flat_map(|member| &member.sessions);
                sessions
                    .find(|session| session.id == *id)
                    .map(|session| &session.flow)
            }
            _ => None,
        })?;
        match self.item(&Key::AddressChange(flow.clone()))? {
            AnyItem::AddressChange(change) if self.now < change.expires_at => Some(change),
            _ => None,
        }
    }

    /// The submission of a move of an address change.
    pub(crate) fn address_call(&self, _: &Actor, browser: &Browser, does: AddressDoes) -> Option<Submission> {
        browser.cookies.session.as_ref()?;
        let change = || self.address_change(&browser.cookies);
        let call = match does {
            AddressDoes::Ask(person) => Some(AddressCall::Ask(person)),
            AddressDoes::Code => {
                let codes = self.codes(&change()?.challenge.id);
                codes.last().cloned().map(AddressCall::Enter)
            }
            AddressDoes::WrongCode => change().map(|_| AddressCall::Enter(Typed::Wrong)),
            AddressDoes::Resend => change().map(|_| AddressCall::Resend),
            AddressDoes::Cancel => change().map(|_| AddressCall::Cancel),
        };
        call.map(Submission::Address)
    }

    /// The person whose address this one has now: another's, after an address change.
    pub fn address_of(&self, person: usize) -> usize {
        let Some(key) = people::address(person).ok().map(|address| address.key()) else {
            return person;
        };
        let Some(member) = self.ledger.left.get(&key) else {
            return person;
        };
        let moved = self.items.values().find_map(|item| match &**item {
            AnyItem::Account(account) => account.owner().filter(|owner| owner.id == *member),
            _ => None,
        });
        moved
            .and_then(|owner| people::person_of(owner.profile.email.as_str()))
            .unwrap_or(person)
    }
}
