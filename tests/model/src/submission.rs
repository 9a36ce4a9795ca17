//! Submissions of browsers, their answers, and the product's steps that handle them.

use std::sync::Arc;
use std::sync::atomic::AtomicI64;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use jiff::Timestamp;
use platform::clock::Clock;
use platform::fault::Fault;
use platform::http::{Answer, Call, Edge, Stop, Success};
use platform::keys::Keys;
use platform::passwords::{PasswordHasher, Verified};
use platform::random::Random;
use platform::store::Table;
use portal::code::{OneTimeCode, Purpose};
use portal::initial_password::Source;
use portal::keys::KeyId;
use portal::limits::Limits;
use portal::problem::Kind;
use portal::secret::Secret;
use portal::steps::{Cookie, Step};
use portal::terms::Terms;
use portal::values::{ChallengeId, Draft, FlowId, MemberId, RequestKey, SessionId};
use serde_json::{Value, json};
use wiring::Wiring;

use crate::address::AddressCall;
use crate::io::{Io, Ran};
use crate::mine::Management;
use crate::people;
use crate::take_over::TakeOverCall;

/// The fixed data of a world.
#[derive(Debug, Clone)]
pub struct Setup {
    /// The scene.
    pub name: &'static str,
    /// The limits.
    pub limits: Arc<Limits>,
    /// The keys.
    pub keys: Keys,
    /// The current terms.
    pub terms: &'static Terms,
}

/// A password, symbolically.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Password {
    /// A wrong one.
    Wrong,
    /// A self-chosen one.
    Own(u8),
    /// A mailed initial one.
    Initial(MemberId, Source),
}

/// A code, symbolically.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Typed {
    /// One that was never mailed.
    Wrong,
    /// The one with this number of this challenge.
    Mailed(Purpose, KeyId, ChallengeId, u32),
}

/// A submission of a browser.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Submission {
    /// 電子請求受付システム認証
    Authenticate {
        /// The office of the user id.
        office: usize,
        /// Whether the password is right.
        right: bool,
        /// `acceptLockRisk`
        accepts_risk: bool,
    },
    /// セキュリティコードの入力
    EnterSecurityCode {
        /// Whether the code is right.
        right: bool,
    },
    /// ワンタイムパスワード認証
    EnterRegistrationCode(Typed),
    /// 再送
    ResendRegistrationCode,
    /// 新規ユーザ登録情報の入力, with this address
    EnterProfile(usize),
    /// 「登録する」, with this Idempotency-Key, of what the screen shows
    Confirm(u8, Option<Draft>),
    /// 初期パスワードの再送
    ResendInitialPassword,
    /// 初期パスワードの再発行
    ReissueInitialPassword,
    /// 中止
    CancelRegistration,
    /// ログイン情報の入力
    LogIn(usize, Password),
    /// ワンタイムパスワード認証
    EnterLoginCode(Typed),
    /// 再送
    ResendLoginCode,
    /// 利用規約
    ShowTerms,
    /// 「パスワードを変更する」
    ChangePassword(u8),
    /// もう一度受け取る
    RenewSession,
    /// 中止
    CancelLogin,
    /// ログアウト
    LogOut,
    /// マイページ
    ShowMyPage,
    /// パスワードを忘れた方
    AskReset(usize),
    /// ワンタイムパスワード認証
    EnterResetCode(Typed),
    /// 再送
    ResendResetCode,
    /// 新しいパスワード
    ResetPassword(u8),
    /// パスワードの変更 on マイページ
    ReplacePassword {
        /// The password that is typed as the present one.
        current: u8,
        /// The new one.
        new: u8,
    },
    /// ほかのすべてのセッションの終了
    EndOtherSessions,
    /// What a manager does with the colleague who has this person's address
    Manage(Management, usize, Option<MemberId>),
    /// メールアドレスの変更
    Address(AddressCall),
    /// 引き継ぎ
    TakeOver(TakeOverCall),
}

/// A cookie and its flow or session.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Naming<T> {
    value: Arc<str>,
    /// What it names.
    pub id: T,
}

/// The cookies of a browser.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Cookies {
    /// `__Host-registration`
    pub registration: Option<Naming<FlowId>>,
    /// `__Host-login`
    pub login: Option<Naming<FlowId>>,
    /// `__Host-reset`
    pub reset: Option<Naming<FlowId>>,
    /// `__Host-session`
    pub session: Option<Naming<SessionId>>,
    /// `__Host-device`
    pub device: Option<Arc<str>>,
}

impl Cookies {
    /// Applies the cookies that an answer sets and deletes.
    pub fn take(&mut self, set: &[(Cookie, String)]) {
        for (cookie, value) in set {
            let value: Option<Arc<str>> = (!value.is_empty()).then(|| value.as_str().into());
            let flow = |value: Arc<str>| Naming {
                id: FlowId::of_cookie(&value),
                value,
            };
            match cookie {
                Cookie::Registration => self.registration = value.map(flow),
                Cookie::Login => self.login = value.map(flow),
                Cookie::Session => {
                    self.session = value.map(|value| Naming {
                        id: SessionId::of_cookie(&value),
                        value,
                    });
                }
                Cookie::Device => self.device = value,
                Cookie::Reset => self.reset = value.map(flow),
            }
        }
    }

    fn all(&self) -> impl Iterator<Item = (Cookie, &Arc<str>)> {
        let of = |cookie, value| Some((cookie, value?));
        [
            of(
                Cookie::Registration,
                self.registration.as_ref().map(|named| &named.value),
            ),
            of(Cookie::Login, self.login.as_ref().map(|named| &named.value)),
            of(Cookie::Reset, self.reset.as_ref().map(|named| &named.value)),
            of(Cookie::Session, self.session.as_ref().map(|named| &named.value)),
            of(Cookie::Device, self.device.as_ref()),
        ]
        .into_iter()
        .flatten()
    }
}

/// The answer to a submission.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reply {
    /// The refusal, if it was refused.
    pub refused: Option<Kind>,
    /// The fault, if there was one.
    pub broken: Option<String>,
    /// Cookies that are set; an empty value deletes.
    pub cookies: Vec<(Cookie, String)>,
}

impl From<Answer> for Reply {
    fn from(answer: Answer) -> Self {
        match answer {
            Ok(Success { cookies, device, .. }) => {
                let device = device.map(|(value, _)| (Cookie::Device, value));
                Self {
                    refused: None,
                    broken: None,
                    cookies: cookies.into_iter().chain(device).collect(),
                }
            }
            Err(Stop::Refused(problem)) => Self {
                refused: Some(problem.refusal.kind),
                broken: None,
                cookies: problem
                    .deletes
                    .iter()
                    .map(|cookie| (*cookie, String::new()))
                    .collect(),
            },
            Err(Stop::Broken(fault)) => Self {
                refused: Some(Kind::TemporarilyUnavailable),
                broken: Some(fault.to_string()),
                cookies: Vec::new(),
            },
        }
    }
}

/// A fake password hasher: the hash contains the password.
struct Plain;

impl PasswordHasher for Plain {
    fn hash(&self, password: Arc<Secret>) -> BoxFuture<'_, Result<String, Fault>> {
        std::future::ready(Ok(format!("hash of {}", password.expose()))).boxed()
    }

    fn verify<'a>(
        &'a self,
        password: Arc<Secret>,
        hash: Option<&'a str>,
    ) -> BoxFuture<'a, Result<Verified, Fault>> {
        let of = hash.and_then(|hash| hash.strip_prefix("hash of "));
        let verified = match of {
            Some(of) if of == password.expose() => Verified::Right { outdated: false },
            _ => Verified::Wrong,
        };
        std::future::ready(Ok(verified)).boxed()
    }
}

/// The typed code, six digits.
pub(crate) fn digits(typed: &Typed, setup: &Setup) -> Result<String, Stop> {
    match typed {
        // A real code equals this one with a probability of one in a million, and every run has the same codes.
        Typed::Wrong => Ok("000000".to_owned()),
        Typed::Mailed(purpose, key, challenge, counter) => {
            let code = OneTimeCode::derive(&setup.keys, key, *purpose, challenge, *counter)?;
            Ok(code.digits().to_owned())
        }
    }
}

impl Submission {
    fn request(&self, setup: &Setup) -> Result<(Step, Value), Stop> {
        let code = |typed: &Typed| Ok::<_, Stop>(json!({ "code": digits(typed, setup)? }));
        let none = || json!({});
        Ok(match self {
            Self::Authenticate {
                office,
                right,
                accepts_risk,
            } => (
                Step::StartRegistration,
                json!({
                    "userId": people::user_id(*office),
                    "password": if *right { people::CLAIMS_PASSWORD } else { people::WRONG },
                    "acceptLockRisk": accepts_risk,
                }),
            ),
            Self::EnterSecurityCode { right } => (
                Step::EnterSecurityCode,
                json!({ "securityCode": if *right { people::SECURITY_CODE } else { "chigau01" } }),
            ),
            Self::EnterRegistrationCode(typed) => (Step::EnterRegistrationOtp, code(typed)?),
            Self::ResendRegistrationCode => (Step::ResendRegistrationOtp, none()),
            Self::EnterProfile(person) => (Step::EnterProfile, people::profile(*person)),
            Self::Confirm(_, draft) => (
                Step::Confirm,
                json!({ "draft": draft.as_ref().map_or("", Draft::as_str) }),
            ),
            Self::ResendInitialPassword => (Step::ResendInitialPassword, none()),
            Self::ReissueInitialPassword => (Step::ReissueInitialPassword, none()),
            Self::CancelRegistration => (Step::CancelRegistration, none()),
            Self::LogIn(person, password) => {
                let password = match password {
                    Password::Wrong => people::WRONG.to_owned(),
                    Password::Own(own) => people::own_password(*own),
                    Password::Initial(member, source) => {
                        source.password(&setup.keys, member)?.expose().to_owned()
                    }
                };
                (
                    Step::StartLogin,
                    json!({ "email": people::email(*person), "password": password }),
                )
            }
            Self::EnterLoginCode(typed) => (Step::EnterLoginOtp, code(typed)?),
            Self::ResendLoginCode => (Step::ResendLoginOtp, none()),
            Self::ShowTerms => (Step::MarkTermsShown, json!({ "version": setup.terms.version })),
            Self::ChangePassword(own) => (
                Step::ChangeInitialPassword,
                json!({
                    "newPassword": people::own_password(*own),
                    "agreedTerms": { "version": setup.terms.version },
                }),
            ),
            Self::RenewSession => (Step::RenewSession, none()),
            Self::CancelLogin => (Step::CancelLogin, none()),
            Self::LogOut => (Step::LogOut, none()),
            Self::ShowMyPage => (Step::ShowMe, none()),
            Self::AskReset(person) => (
                Step::StartPasswordReset,
                json!({ "email": people::email(*person) }),
            ),
            Self::EnterResetCode(typed) => (Step::EnterPasswordResetOtp, code(typed)?),
            Self::ResendResetCode => (Step::ResendPasswordResetOtp, none()),
            Self::ResetPassword(own) => (
                Step::ResetPassword,
                json!({ "newPassword": people::own_password(*own) }),
            ),
            Self::ReplacePassword { current, new } => (
                Step::ChangePassword,
                json!({
                    "currentPassword": people::own_password(*current),
                    "newPassword": people::own_password(*new),
                }),
            ),
            Self::EndOtherSessions => (Step::EndOtherSessions, none()),
            Self::Manage(management, person, _) => management.request(*person),
            Self::Address(call) => call.request(setup)?,
            Self::TakeOver(call) => call.request(setup).ok_or(Kind::NotFound)?,
        })
    }

    /// The Idempotency-Key.
    const fn key(&self) -> Option<u8> {
        match self {
            Self::Confirm(key, _) => Some(*key),
            Self::Manage(management, _, _) => management.key(),
            Self::TakeOver(call) => call.key(),
            _ => None,
        }
    }

    /// The call of the submission, as the checks of requests would create it.
    fn call(&self, setup: &Setup, (cookies, network): (&Cookies, u8), now: Timestamp) -> Result<Call, Stop> {
        let (step, body) = self.request(setup)?;
        let body = if step.fields.is_empty() {
            String::new()
        } else {
            body.to_string()
        };
        let mut call = Call::new(step, now, body.as_bytes())?;
        for (cookie, value) in cookies.all() {
            call = call.with_cookie(cookie, value.to_string());
        }
        call.network = Some(network.to_string());
        if let Some(key) = self.key() {
            call = call.with_key(RequestKey::new(format!("key {key}")));
        }
        if let Self::Manage(_, _, Some(member)) = self {
            call = call.with_name(member.as_str());
        }
        Ok(call)
    }

    /// Runs the step that answers the submission, sent with these cookies from this network, up to its next call or
    /// its end.
    pub fn run(&self, setup: &Setup, from: (&Cookies, u8), now: Timestamp, io: Io) -> Ran<Reply> {
        let io = Arc::new(io);
        if *self == Self::TakeOver(TakeOverCall::Notices) {
            return run_notices(setup, &io, now);
        }
        let answer = async {
            let call = self.call(setup, from, now)?;
            answer(setup, &io, call).await
        };
        of_run(io.run(Box::pin(answer)), Reply::from)
    }
}

/// The reply of a step that ran, or its next call.
fn of_run<R>(ran: Option<Ran<R>>, reply: impl Fn(R) -> Reply) -> Ran<Reply> {
    match ran {
        Some(Ran::Done(answer)) => Ran::Done(reply(answer)),
        Some(Ran::Asks(op)) => Ran::Asks(op),
        None => Ran::Done(Reply {
            broken: Some("the step waits for something that the model has not given it".to_owned()),
            ..Reply::default()
        }),
    }
}

/// Runs the schedule of take-overs, which is no step of the API.
fn run_notices(setup: &Setup, io: &Arc<Io>, now: Timestamp) -> Ran<Reply> {
    let deps = take_over_notices::Deps {
        table: Table::on(io.clone()),
        clock: Clock::Set(Arc::new(AtomicI64::new(now.as_second()))),
        random: Random::Other(io.clone()),
        limits: (*setup.limits).clone(),
    };
    let ran = io.run(Box::pin(take_over_notices::handle(&deps)));
    of_run(ran, |done| Reply {
        broken: done.err().map(|failed| failed.to_string()),
        ..Reply::default()
    })
}

/// Runs the function of the step.
async fn answer(setup: &Setup, io: &Arc<Io>, call: Call) -> Answer {
    let edge = Edge {
        function: call.step.function,
        clock: Clock::Set(Arc::new(AtomicI64::new(call.now.as_second()))),
        random: Random::Other(io.clone()),
        limits: setup.limits.clone(),
        origins: Arc::new([]),
        problem_base: "".into(),
        origin_secrets: platform::http::OriginSecrets::default(),
    };
    let wiring = Wiring {
        edge,
        table: Table::on(io.clone()),
        terms: setup.terms,
        keys: setup.keys.clone(),
        claims: io.clone(),
        passwords: Arc::new(Plain),
    };
    wiring.step(call).await
}
