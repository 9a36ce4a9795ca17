//! The actors of a world, and their possible next moves.

use portal::code::Purpose;
use portal::mail::Content;
use portal::values::Draft;
use portal::{login, password_reset, registration};

use crate::address::AddressDoes;
use crate::mine::Management;
use crate::state::{Browser, State, typed};
use crate::submission::{Password, Submission, Typed};
use crate::take_over::TakeOverDoes;

/// A move of an actor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Move {
    /// 電子請求受付システム認証
    Authenticate,
    /// The same with a wrong password.
    AuthenticateWrong,
    /// The same, accepting the risk.
    AuthenticateWrongAcceptingRisk,
    /// セキュリティコードの入力
    SecurityCode,
    /// A wrong one.
    WrongSecurityCode,
    /// The newest mailed code.
    Code,
    /// The first code that was mailed in this challenge.
    OldCode,
    /// A wrong code.
    WrongCode,
    /// 再送
    ResendCode,
    /// 新規ユーザ登録情報の入力, with the address of this person
    Profile(usize),
    /// 「登録する」, with this key
    Confirm(u8),
    /// 初期パスワードの再送
    ResendInitial,
    /// 初期パスワードの再発行
    ReissueInitial,
    /// 中止
    CancelRegistration,
    /// ログイン with the best password that the person knows
    LogIn,
    /// ログイン with the first mailed initial password
    LogInOld,
    /// ログイン with a wrong password
    LogInWrong,
    /// 利用規約
    Terms,
    /// 「パスワードを変更する」
    ChangePassword,
    /// もう一度受け取る
    RenewSession,
    /// 中止
    CancelLogin,
    /// ログアウト
    LogOut,
    /// マイページ
    MyPage,
    /// パスワードを忘れた方, with the actor's own address
    AskReset,
    /// The same with the address of this person
    AskResetOf(usize),
    /// The newest mailed code of the reset
    ResetCode,
    /// A wrong code
    WrongResetCode,
    /// 再送
    ResendResetCode,
    /// 新しいパスワード
    ResetPassword,
    /// パスワードの変更 on マイページ
    ReplacePassword,
    /// ほかのすべてのセッションの終了
    EndOtherSessions,
    /// What a manager does with the colleague who has this person's address
    Manage(Management, usize),
    /// メールアドレスの変更
    Address(AddressDoes),
    /// 引き継ぎ
    TakeOver(TakeOverDoes),
}

/// A person at a browser.
#[derive(Debug, Clone)]
pub struct Actor {
    /// The office that the person works for.
    pub office: usize,
    /// The person, with an address and a mailbox.
    pub person: usize,
    /// The network that the browser is in.
    pub network: u8,
    /// What the actor does.
    pub moves: &'static [Move],
    /// The maximum number of requests.
    pub calls: u8,
    /// The maximum number of parallel requests.
    pub at_once: usize,
    /// Whether the actor makes every move at every stage.
    pub is_blind: bool,
    /// Whether the actor starts no new flow while one is in progress.
    pub is_orderly: bool,
}

/// The number of the password that a person chooses.
pub fn own(person: usize) -> u8 {
    u8::try_from(person).unwrap_or(u8::MAX)
}

/// The number of the password that a person chooses in a reset.
pub fn reset_to(person: usize) -> u8 {
    own(person).saturating_add(100)
}

/// The number of the password that a person sets on マイページ.
pub fn replaced_by(person: usize) -> u8 {
    own(person).saturating_add(50)
}

/// The draft that 「登録する」 names at this stage.
fn shown(stage: Option<&registration::Stage>) -> Option<Draft> {
    match stage? {
        registration::Stage::Confirm { profile, .. } => Some(profile.draft()),
        registration::Stage::Completed { registered, .. } => Some(registered.as_ref()?.draft.clone()),
        _ => None,
    }
}

impl State {
    /// The initial passwords that were mailed to a person for an office, oldest first.
    pub fn initial_passwords(&self, person: usize, of: usize) -> Vec<Password> {
        let name = crate::people::registered(of).name;
        self.mails(&crate::people::email(person))
            .iter()
            .filter_map(|content| match content {
                Content::InitialPassword {
                    member,
                    office,
                    source,
                } if *office == name => Some(Password::Initial(member.clone(), source.clone())),
                _ => None,
            })
            .collect()
    }

    /// The submission of a move in this state; `None` if it makes no sense, unless the actor makes every move
    /// everywhere.
    pub fn call_of(&self, actor: &Actor, browser: &Browser, what: Move) -> Option<Submission> {
        self.sensible_call(actor, browser, what).or_else(|| {
            let mailed = || self.inbox.values().flatten().rev().find_map(typed);
            actor.is_blind.then_some(match what {
                Move::SecurityCode | Move::WrongSecurityCode => {
                    Some(Submission::EnterSecurityCode { right: true })
                }
                Move::Code | Move::OldCode => mailed().map(Submission::EnterLoginCode),
                Move::WrongCode => mailed().map(Submission::EnterRegistrationCode),
                Move::ResendCode => Some(Submission::ResendLoginCode),
                Move::Profile(person) => Some(Submission::EnterProfile(person)),
                Move::Confirm(key) => Some(Submission::Confirm(key, None)),
                Move::ResendInitial => Some(Submission::ResendInitialPassword),
                Move::ReissueInitial => Some(Submission::ReissueInitialPassword),
                Move::CancelRegistration => Some(Submission::CancelRegistration),
                Move::Authenticate
                | Move::AuthenticateWrong
                | Move::AuthenticateWrongAcceptingRisk
                | Move::LogIn
                | Move::LogInOld
                | Move::LogInWrong
                | Move::AskReset
                | Move::AskResetOf(_)
                | Move::ReplacePassword
                | Move::EndOtherSessions
                | Move::Manage(..)
                | Move::Address(_)
                | Move::TakeOver(_) => None,
                Move::Terms => Some(Submission::ShowTerms),
                Move::ChangePassword => Some(Submission::ChangePassword(own(actor.person))),
                Move::RenewSession => Some(Submission::RenewSession),
                Move::CancelLogin => Some(Submission::CancelLogin),
                Move::LogOut => Some(Submission::LogOut),
                Move::MyPage => Some(Submission::ShowMyPage),
                Move::ResetCode => mailed().map(Submission::EnterResetCode),
                Move::WrongResetCode => Some(Submission::EnterResetCode(Typed::Wrong)),
                Move::ResendResetCode => Some(Submission::ResendResetCode),
                Move::ResetPassword => Some(Submission::ResetPassword(reset_to(actor.person))),
            })?
        })
    }

    #[expect(clippy::too_many_lines, reason = "a list")]
    fn sensible_call(&self, actor: &Actor, browser: &Browser, what: Move) -> Option<Submission> {
        let cookies = &browser.cookies;
        let enter = |typed: Option<Typed>| {
            let (purpose, _) = self.challenge(cookies)?;
            Some(match purpose {
                Purpose::Registration => Submission::EnterRegistrationCode(typed?),
                Purpose::Login => Submission::EnterLoginCode(typed?),
                Purpose::Reset | Purpose::AddressChange => return None,
            })
        };
        let mailed = |newest: bool| {
            let (_, challenge) = self.challenge(cookies)?;
            let codes = self.codes(challenge);
            if newest {
                codes.last().cloned()
            } else {
                codes.first().cloned()
            }
        };
        let stage = self.registration(cookies).map(|flow| &flow.stage);
        let login_stage = self.login(cookies).map(|flow| &flow.stage);
        let authenticate = |right, accepts_risk| Submission::Authenticate {
            office: actor.office,
            right,
            accepts_risk,
        };
        if actor.is_orderly {
            let registers =
                matches!(stage, Some(other) if !matches!(other, registration::Stage::Completed { .. }));
            let goes_on = registers || login_stage.is_some() || cookies.session.is_some();
            let begins = matches!(what, Move::Authenticate | Move::LogIn);
            // A registered person logs in, and does not register again.
            let again = what == Move::Authenticate && stage.is_some();
            if begins && goes_on || again {
                return None;
            }
        }
        match what {
            Move::Authenticate => Some(authenticate(true, true)),
            Move::AuthenticateWrong => Some(authenticate(false, false)),
            Move::AuthenticateWrongAcceptingRisk => Some(authenticate(false, true)),
            Move::SecurityCode | Move::WrongSecurityCode => {
                matches!(stage, Some(registration::Stage::SecurityCode { .. })).then_some(
                    Submission::EnterSecurityCode {
                        right: what == Move::SecurityCode,
                    },
                )
            }
            Move::Code => enter(mailed(true)),
            Move::OldCode => enter(mailed(false)),
            Move::WrongCode => enter(Some(Typed::Wrong)),
            Move::ResendCode => match self.challenge(cookies)?.0 {
                Purpose::Registration => Some(Submission::ResendRegistrationCode),
                Purpose::Login => Some(Submission::ResendLoginCode),
                Purpose::Reset | Purpose::AddressChange => None,
            },
            Move::Profile(person) => matches!(
                stage?,
                registration::Stage::Profile { .. }
                    | registration::Stage::Confirm { .. }
                    | registration::Stage::AlreadyRegistered { .. }
            )
            .then_some(Submission::EnterProfile(person)),
            Move::Confirm(key) => matches!(
                stage?,
                registration::Stage::Confirm { .. } | registration::Stage::Completed { .. }
            )
            .then(|| Submission::Confirm(key, shown(stage))),
            Move::ResendInitial => matches!(stage?, registration::Stage::Completed { .. })
                .then_some(Submission::ResendInitialPassword),
            Move::ReissueInitial => matches!(
                stage?,
                registration::Stage::Completed { .. } | registration::Stage::AlreadyRegistered { .. }
            )
            .then_some(Submission::ReissueInitialPassword),
            Move::CancelRegistration => stage.map(|_| Submission::CancelRegistration),
            Move::LogIn => self
                .best_password(actor, browser)
                .map(|password| Submission::LogIn(self.address_of(actor.person), password)),
            Move::LogInOld => {
                let password = self
                    .initial_passwords(actor.person, actor.office)
                    .first()
                    .cloned()?;
                Some(Submission::LogIn(actor.person, password))
            }
            Move::LogInWrong => Some(Submission::LogIn(actor.person, Password::Wrong)),
            Move::Terms => {
                matches!(login_stage?, login::Stage::NewPassword { .. }).then_some(Submission::ShowTerms)
            }
            Move::ChangePassword => matches!(login_stage?, login::Stage::NewPassword { .. })
                .then_some(Submission::ChangePassword(own(actor.person))),
            Move::RenewSession => login_stage.map(|_| Submission::RenewSession),
            Move::CancelLogin => login_stage.map(|_| Submission::CancelLogin),
            Move::LogOut => {
                (cookies.login.is_some() || cookies.session.is_some()).then_some(Submission::LogOut)
            }
            Move::MyPage | Move::ReplacePassword | Move::EndOtherSessions | Move::Manage(..) => {
                self.my_page_call(actor, browser, what)
            }
            Move::Address(does) => self.address_call(actor, browser, does),
            Move::TakeOver(does) => self.take_over_call(actor, browser, does),
            _ => self.reset_call(actor, browser, what),
        }
    }

    /// The password that the person in this browser knows last.
    fn best_password(&self, actor: &Actor, browser: &Browser) -> Option<Password> {
        let own = |sent: bool, number: u8| sent.then_some(Password::Own(number));
        own(browser.replaced, replaced_by(actor.person))
            .or_else(|| own(browser.reset, reset_to(actor.person)))
            .or_else(|| own(browser.chose, self::own(actor.person)))
            .or_else(|| self.initial_passwords(actor.person, actor.office).pop())
    }

    /// The same of a reset.
    fn reset_call(&self, actor: &Actor, browser: &Browser, what: Move) -> Option<Submission> {
        let cookies = &browser.cookies;
        match what {
            Move::AskReset => Some(Submission::AskReset(self.address_of(actor.person))),
            Move::AskResetOf(person) => Some(Submission::AskReset(person)),
            Move::ResetCode => {
                let codes = self.codes(self.reset_challenge(cookies)?);
                codes.last().cloned().map(Submission::EnterResetCode)
            }
            Move::WrongResetCode => self
                .reset_challenge(cookies)
                .map(|_| Submission::EnterResetCode(Typed::Wrong)),
            Move::ResendResetCode => self.reset_challenge(cookies).map(|_| Submission::ResendResetCode),
            Move::ResetPassword => matches!(
                self.reset(cookies)?.stage,
                password_reset::Stage::NewPassword { .. }
            )
            .then_some(Submission::ResetPassword(reset_to(actor.person))),
            _ => None,
        }
    }
}
