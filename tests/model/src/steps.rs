//! The steps, as programs: the order in which each reads, decides and writes.
//!
//! Every decision is the product's own (`portal`). What stands here is the glue of `functions/*` and
//! `platform::steps`, line by line; `tests/lockstep.rs` runs both call by call and compares.

use portal::account::{Account, Credential, LoginVerdict, NewMember, NotMailed, Proof, Role};
use portal::audit::Act;
use portal::challenge::Challenge;
use portal::change::{Change, Put};
use portal::claims::RegisteredOffice;
use portal::claims_record::ClaimsRecord;
use portal::code::{OneTimeCode, Purpose};
use portal::guards::AttemptOutcome;
use portal::keys::KeyRing;
use portal::limits::Limits;
use portal::login::{self, Gained, Login, Over, SessionPointer, TermsRefusal};
use portal::office::{Claim, Founding, NotClaimed, Office};
use portal::problem::{Kind, Refusal};
use portal::progress::{self, Allowed, Progress, Seats};
use portal::registration::{self, Registered, Registration, Replaced};
use portal::terms::Terms;
use portal::time::plus;
use portal::values::{
    AccountKey, ChallengeId, ClaimsUserId, DeviceId, Draft, EmailAddress, FlowId, MemberId, OfficeName,
    Profile, RequestKey, SessionId,
};

use jiff::Timestamp;

use crate::io::{Held, Io, Outcome, Write};
use crate::items::Kind as _;

/// What is fixed in a world.
#[derive(Debug)]
pub struct Setup {
    /// The numbers in force.
    pub limits: Limits,
    /// The keys.
    pub keys: KeyRing,
    /// The terms in force.
    pub terms: &'static Terms,
}

/// A password, as a person means it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Password {
    /// None of anybody's.
    Wrong,
    /// One that a person chose.
    Own(u8),
    /// An initial one, as it was mailed.
    Initial(MemberId, u32),
}

/// A code, as a person types it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Typed {
    /// None that was ever mailed.
    Wrong,
    /// The one with this number of this challenge.
    Mailed(Purpose, ChallengeId, u32),
}

/// What a browser sends.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Call {
    /// 電子請求受付システム認証
    Authenticate {
        /// The office that the user id stands for.
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
    /// 「登録する」, with this Idempotency-Key
    Confirm(u8),
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
}

/// The cookies that a call carries.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Cookies {
    /// `__Host-registration`
    pub registration: Option<FlowId>,
    /// `__Host-login`
    pub login: Option<FlowId>,
    /// `__Host-session`
    pub session: Option<SessionId>,
    /// `__Host-device`
    pub device: Option<String>,
}

/// What a call is answered.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Reply {
    /// Why not, if not.
    pub refused: Option<Kind>,
    /// Cookies that are set.
    pub gives: Cookies,
    /// Whether the flow or session is said to be gone.
    pub gone: bool,
    /// Which challenge judged a code.
    pub judged: Option<ChallengeId>,
}

impl Reply {
    fn yes() -> Self {
        Self {
            refused: None,
            gives: Cookies::default(),
            gone: false,
            judged: None,
        }
    }

    fn giving(gives: Cookies) -> Self {
        Self { gives, ..Self::yes() }
    }
}

/// Why a program ends early: which no, which challenge judged, and whether the flow ends by it.
struct No(Kind, Option<ChallengeId>, bool);

impl From<Kind> for No {
    fn from(kind: Kind) -> Self {
        Self(kind, None, false)
    }
}

impl From<Refusal> for No {
    fn from(refusal: Refusal) -> Self {
        Self(refusal.kind, None, false)
    }
}

impl From<portal::keys::UnknownKey> for No {
    fn from(_: portal::keys::UnknownKey) -> Self {
        Self(Kind::TemporarilyUnavailable, None, false)
    }
}

impl From<Over> for No {
    fn from(over: Over) -> Self {
        match over {
            Over::Gone => Kind::NoFlow.into(),
            Over::Completed(_) => Kind::WrongStep.into(),
            Over::Stopped(not) => Refusal::from(not).into(),
        }
    }
}

type Answer = Result<Reply, No>;

/// The user id that stands for an office.
pub fn claims_user(office: usize) -> Option<ClaimsUserId> {
    ClaimsUserId::parse(&format!("KJ{office:012}")).ok()
}

/// The office, as the claims system names it.
pub fn registered(office: usize) -> RegisteredOffice {
    RegisteredOffice {
        number: format!("13{office:08}"),
        name: format!("事業所{office}"),
        mail_address: Some(format!("office{office}@example.jp")),
    }
}

/// The address of a person.
pub fn address(person: usize) -> Result<EmailAddress, Kind> {
    EmailAddress::parse(&format!("person{person}@example.jp")).map_err(|_| Kind::InvalidFields)
}

/// The profile of a person.
pub fn profile(person: usize) -> Result<Profile, Kind> {
    Ok(Profile {
        email: address(person)?,
        name: portal::values::Line::stored("介護　太郎".to_owned()),
        name_kana: portal::values::NameKana::stored("カイゴ　タロウ".to_owned()),
        department: None,
        job_title: None,
        phone: portal::values::PhoneNumber::stored("0312345678".to_owned()),
    })
}

/// A step in progress.
struct Step<'a> {
    io: &'a Io<'a>,
    setup: &'a Setup,
    cookies: &'a Cookies,
    now: Timestamp,
}

/// Answers a call, as the step whose call it is.
pub async fn answer(io: &Io<'_>, setup: &Setup, cookies: &Cookies, now: Timestamp, call: &Call) -> Reply {
    let step = Step {
        io,
        setup,
        cookies,
        now,
    };
    let answer = match call {
        Call::Authenticate {
            office,
            right,
            accepts_risk,
        } => step.authenticate(*office, *right, *accepts_risk).await,
        Call::EnterSecurityCode { right } => step.enter_security_code(*right).await,
        Call::EnterRegistrationCode(typed) => step.enter_registration_code(typed).await,
        Call::ResendRegistrationCode => step.resend_registration_code().await,
        Call::EnterProfile(person) => step.enter_profile(*person).await,
        Call::Confirm(key) => step.confirm(*key).await,
        Call::ResendInitialPassword => step.resend_initial_password().await,
        Call::ReissueInitialPassword => step.reissue_initial_password().await,
        Call::CancelRegistration => step.cancel_registration().await,
        Call::LogIn(person, password) => step.log_in(*person, password).await,
        Call::EnterLoginCode(typed) => step.enter_login_code(typed).await,
        Call::ResendLoginCode => step.resend_login_code().await,
        Call::ShowTerms => step.show_terms().await,
        Call::ChangePassword(own) => step.change_password(*own).await,
        Call::RenewSession => step.renew_session().await,
        Call::CancelLogin => step.cancel_login().await,
        Call::LogOut => step.log_out().await,
        Call::ShowMyPage => step.show_my_page().await,
    };
    answer.unwrap_or_else(|No(kind, judged, ends)| Reply {
        refused: Some(kind),
        gives: Cookies::default(),
        gone: ends || matches!(kind, Kind::NoFlow | Kind::NoSession),
        judged,
    })
}

/// The code that is typed, six digits like any other.
fn digits(typed: &Typed, ring: &KeyRing) -> Result<Option<OneTimeCode>, No> {
    match typed {
        Typed::Wrong => Ok(None),
        Typed::Mailed(purpose, challenge, counter) => Ok(Some(OneTimeCode::derive(
            ring,
            ring.current(),
            *purpose,
            challenge,
            *counter,
        )?)),
    }
}

fn living<T>(current: Option<&T>) -> Result<&T, No> {
    current.ok_or_else(|| Kind::NoFlow.into())
}

impl Step<'_> {
    const fn limits(&self) -> &Limits {
        &self.setup.limits
    }

    // What several steps share: `platform::steps`.

    async fn registration(&self) -> Result<Held<Registration>, No> {
        let id = self.cookies.registration.as_ref().ok_or(Kind::NoFlow)?;
        let held: Option<Held<Registration>> = self.io.get(id).await;
        Ok(held
            .filter(|held| !held.item.is_expired(self.now))
            .ok_or(Kind::NoFlow)?)
    }

    async fn login(&self) -> Result<Held<Login>, No> {
        let id = self.cookies.login.as_ref().ok_or(Kind::NoFlow)?;
        let held: Option<Held<Login>> = self.io.get(id).await;
        Ok(held
            .filter(|held| !held.item.is_expired(self.now))
            .ok_or(Kind::NoFlow)?)
    }

    async fn decide(
        &self,
        flow: Held<Registration>,
        decide: impl Fn(&Registration) -> Result<Change<Registration, Result<(), Refusal>>, No>,
    ) -> Result<Held<Registration>, No> {
        match self
            .io
            .change(Some(flow), |current| decide(living(current)?))
            .await?
        {
            (Ok(()), Some(flow)) => Ok(flow),
            (Err(refusal), Some(flow)) => Err(self.refuse(&flow.item, refusal).await),
            (_, None) => Err(Kind::NoFlow.into()),
        }
    }

    async fn decide_login(
        &self,
        flow: Held<Login>,
        decide: impl Fn(&Login) -> Result<Change<Login, Result<(), Refusal>>, No>,
    ) -> Result<Held<Login>, No> {
        match self
            .io
            .change(Some(flow), |current| decide(living(current)?))
            .await?
        {
            (Ok(()), Some(flow)) => Ok(flow),
            (Err(refusal), Some(_)) => Err(refusal.into()),
            (_, None) => Err(Kind::NoFlow.into()),
        }
    }

    /// A no shows where the registration stands, for which some stages read.
    async fn refuse(&self, flow: &Registration, refusal: Refusal) -> No {
        match self.progress(flow).await {
            Ok(_) => refusal.into(),
            Err(no) => no,
        }
    }

    async fn wrong_step(&self, flow: &Registration) -> No {
        self.refuse(flow, Kind::WrongStep.into()).await
    }

    async fn progress(&self, flow: &Registration) -> Result<Progress, No> {
        let seats = match &flow.stage {
            registration::Stage::AlreadyRegistered { office } => Seats {
                claim: self.seats(office, false).await,
                members: Vec::new(),
            },
            registration::Stage::Completed { member, account, .. } => {
                let account: Option<Held<Account>> = self.io.get(account).await;
                let owner = account
                    .and_then(|held| held.item.member)
                    .filter(|owner| owner.id == *member);
                Seats {
                    claim: Claim::Taken,
                    members: vec![owner.ok_or(Kind::NoFlow)?],
                }
            }
            _ => Seats::none(),
        };
        Ok(progress::of_registration(flow, &seats, self.now, self.limits()))
    }

    async fn members_of(&self, office: &Office) -> Vec<(portal::account::Member, Held<Account>)> {
        let mut members = Vec::new();
        for (id, account) in &office.members {
            let account: Option<Held<Account>> = self.io.get(account).await;
            let Some(account) = account else { continue };
            if let Some(member) = account.item.member.clone().filter(|member| member.id == *id) {
                members.push((member, account));
            }
        }
        members
    }

    async fn seats(&self, office: &OfficeName, eventually: bool) -> Claim {
        let held: Option<Held<Office>> = if eventually {
            self.io.glance(&office.number).await
        } else {
            self.io.get(&office.number).await
        };
        let Some(held) = held else { return Claim::Free };
        let members: Vec<_> = self
            .members_of(&held.item)
            .await
            .into_iter()
            .map(|(member, _)| member)
            .filter(|member| !member.seat_has_expired(self.now, self.limits()))
            .collect();
        held.item.claim(&members, self.now, self.limits())
    }

    async fn promise_code(
        &self,
        office: usize,
        by: &FlowId,
        ends_at: Timestamp,
    ) -> Result<registration::Stage, No> {
        let (office, address) = registration::office_and_address(&registered(office))
            .map_err(|_| No::from(Kind::ClaimsNoMailAddress))?;
        let challenge = Challenge::begin(
            ChallengeId::new(self.io.draw()),
            Purpose::Registration,
            &self.setup.keys,
            address.clone(),
            ends_at,
            self.now,
            self.limits(),
        )?;
        let key = address.key();
        self.io
            .change::<Account, _, No>(None, |before| {
                Ok(Account::promise_registration_code(
                    before,
                    &key,
                    by,
                    self.now,
                    self.limits(),
                ))
            })
            .await?
            .0?;
        Ok(registration::Stage::Otp { office, challenge })
    }

    async fn refund_mail(&self, account: &AccountKey, by: &FlowId) -> Result<(), No> {
        let known: Option<Held<Account>> = self.io.get(account).await;
        self.io
            .change::<Account, _, No>(known, |before| Ok(Account::refund_mail(before, by, self.now)))
            .await?;
        Ok(())
    }

    async fn refuse_email(&self, flow: Held<Registration>) -> No {
        let counted = self
            .io
            .change(Some(flow), |current| {
                Ok::<_, No>(living(current)?.count_email_taken(self.limits()))
            })
            .await;
        match counted {
            Ok(((), Some(flow))) => self.refuse(&flow.item, Kind::EmailTaken.into()).await,
            Ok(((), None)) => No(Kind::EmailTaken, None, true),
            Err(no) => no,
        }
    }

    async fn member(
        &self,
        flow: Held<Login>,
    ) -> Result<(Held<Login>, Held<Account>, portal::account::Member), No> {
        let account: Option<Held<Account>> = self.io.get(&flow.item.account).await;
        let account = account.ok_or(Kind::NoFlow)?;
        let member = account
            .item
            .owner(self.now, self.limits())
            .cloned()
            .ok_or(Kind::NoFlow)?;
        let completed = flow.item.completed_by(&member);
        if completed.is_none() && flow.item.member_of(Some(&member)).is_none() {
            return Err(Kind::NoFlow.into());
        }
        let Some(completed) = completed else {
            return Ok((flow, account, member));
        };
        let ((), flow) = self
            .io
            .change(Some(flow), |current| {
                Ok::<_, No>(living(current)?.bring_up_to(&completed))
            })
            .await?;
        Ok((flow.ok_or(Kind::NoFlow)?, account, member))
    }

    async fn point(&self, session: &portal::account::Session, flow: &Login) -> Result<(), No> {
        let pointer = SessionPointer {
            id: session.id.clone(),
            account: flow.account.clone(),
            member: flow.member.clone(),
            expires_at: session.expires_at,
            last_seen_at: self.now,
        };
        match self.io.put(pointer.into(), None).await {
            Ok(_) => Ok(()),
            Err(_) => Err(Kind::TemporarilyUnavailable.into()),
        }
    }

    fn gains(&self, flow: &Login) -> (Gained, Cookies) {
        let session = SessionId::new(self.io.draw());
        let device = self.cookies.device.clone().unwrap_or_else(|| self.io.draw());
        let gained = Gained {
            session: flow.session(session.clone(), self.now, self.limits()),
            device: DeviceId::of_cookie(&device, &flow.account),
        };
        let cookies = Cookies {
            session: Some(session),
            device: Some(device),
            ..Cookies::default()
        };
        (gained, cookies)
    }

    // `claims-auth`

    async fn authenticate(&self, office: usize, right: bool, accepts_risk: bool) -> Answer {
        let user = claims_user(office).ok_or(Kind::InvalidFields)?;
        let (allowed, attempt) = self
            .io
            .change::<ClaimsRecord, _, No>(None, |before| {
                Ok(ClaimsRecord::begin_attempt(
                    before,
                    &user,
                    accepts_risk,
                    self.now,
                    self.limits(),
                ))
            })
            .await?;
        allowed?;
        let seen = attempt
            .as_ref()
            .map(|attempt| attempt.item.passwords.clone())
            .unwrap_or_default();
        let answer = self.io.ask_password(right).await;
        let outcome = match answer {
            Outcome::Judged(true) => AttemptOutcome::Succeeded,
            Outcome::Judged(false) | Outcome::Unknown => AttemptOutcome::Failed,
            _ => AttemptOutcome::NotCounted,
        };
        let (stopped, _) = self
            .io
            .change::<ClaimsRecord, _, No>(attempt, |before| {
                Ok(ClaimsRecord::end_attempt(before, &seen, self.now, outcome))
            })
            .await?;
        stopped.map_err(Refusal::from)?;
        let id = FlowId::new(self.io.draw());
        match answer {
            Outcome::Judged(true) => {}
            Outcome::Judged(false) => return Err(Kind::ClaimsRejected.into()),
            _ => return Err(Kind::ClaimsUnavailable.into()),
        }
        // The first office has a security code, the others have none.
        let stage = if office == 0 {
            registration::Stage::SecurityCode { tries: 0 }
        } else {
            let ends_at = plus(self.now, self.limits().registration_life);
            match self.promise_code(office, &id, ends_at).await {
                Ok(stage) => stage,
                Err(no) => {
                    self.io
                        .change::<ClaimsRecord, _, No>(None, |before| {
                            Ok(ClaimsRecord::note_right_password(before, &user, self.now))
                        })
                        .await?;
                    return Err(no);
                }
            }
        };
        let flow = Registration::begin(id, user, stage, self.now, self.limits());
        let flow = self
            .io
            .put(flow, None)
            .await
            .map_err(|_| No::from(Kind::TemporarilyUnavailable))?;
        if let Some(before) = &self.cookies.registration {
            self.io.forget::<Registration>(before).await;
        }
        Ok(Reply::giving(Cookies {
            registration: Some(flow.item.id),
            ..Cookies::default()
        }))
    }

    // `security-code`

    async fn enter_security_code(&self, right: bool) -> Answer {
        let flow = self.registration().await?;
        if !matches!(flow.item.stage, registration::Stage::SecurityCode { .. }) {
            return Err(self.wrong_step(&flow.item).await);
        }
        if let Change::Keep(Err(refusal)) = flow.item.spend_security_code_try(self.now, self.limits()) {
            return Err(self.refuse(&flow.item, refusal).await);
        }
        let user = flow.item.claims_user.clone();
        let counted = self
            .io
            .change::<ClaimsRecord, _, No>(None, |before| {
                let (now, limits) = (self.now, self.limits());
                Ok(ClaimsRecord::begin_security_code(before, &user, now, limits))
            })
            .await?;
        let counted = match counted {
            (Ok(()), counted) => counted,
            (Err(refusal), _) => return Err(self.refuse(&flow.item, refusal).await),
        };
        let flow = match self.spend_security_code_try(flow).await {
            Ok(flow) => flow,
            Err(no) => {
                self.refund_security_code(counted).await?;
                return Err(no);
            }
        };
        let answer = self.io.ask_security_code(right).await;
        if !matches!(answer, Outcome::Judged(false) | Outcome::Unknown) {
            self.refund_security_code(counted).await?;
        }
        match answer {
            Outcome::Judged(true) => {}
            Outcome::Judged(false) => {
                return Err(self.refuse(&flow.item, Kind::WrongSecurityCode.into()).await);
            }
            Outcome::NotJudged => {
                let flow = self.give_back(flow, Act::SecurityCodeNotCounted).await?;
                return Err(self.refuse(&flow.item, Kind::ClaimsUnavailable.into()).await);
            }
            _ => return Err(self.refuse(&flow.item, Kind::ClaimsUnavailable.into()).await),
        }
        let stage = match self.promise_code(0, &flow.item.id, flow.item.expires_at).await {
            Ok(stage) => stage,
            Err(No(kind, ..)) => {
                let flow = self.give_back(flow, Act::SecurityCodeRight).await?;
                return Err(self.refuse(&flow.item, kind.into()).await);
            }
        };
        let id = flow.item.id.clone();
        let accepted = self
            .decide(flow, |current| {
                Ok(current.accept_security_code(stage.clone(), self.now))
            })
            .await;
        match (accepted, stage) {
            (Err(no), registration::Stage::Otp { challenge, .. }) => {
                self.refund_mail(&challenge.mail.to.key(), &id).await?;
                Err(no)
            }
            (accepted, _) => accepted.map(|_| Reply::yes()),
        }
    }

    async fn spend_security_code_try(&self, flow: Held<Registration>) -> Result<Held<Registration>, No> {
        let spent = self
            .io
            .change(Some(flow), |current| {
                Ok::<_, No>(living(current)?.spend_security_code_try(self.now, self.limits()))
            })
            .await?;
        match spent {
            (Ok(_), Some(flow)) => Ok(flow),
            (Err(refusal), Some(flow)) => Err(self.refuse(&flow.item, refusal).await),
            (_, None) => Err(Kind::NoFlow.into()),
        }
    }

    async fn refund_security_code(&self, counted: Option<Held<ClaimsRecord>>) -> Result<(), No> {
        self.io
            .change::<ClaimsRecord, _, No>(counted, |before| {
                Ok(ClaimsRecord::refund_security_code(before, self.now))
            })
            .await?;
        Ok(())
    }

    async fn give_back(&self, flow: Held<Registration>, act: Act) -> Result<Held<Registration>, No> {
        let unchanged = flow.clone();
        let ((), flow) = self
            .io
            .change::<Registration, _, No>(Some(flow), |current| {
                Ok(current.map_or(Change::Keep(()), |current| {
                    current.refund_security_code_try(act, self.now)
                }))
            })
            .await?;
        Ok(flow.unwrap_or(unchanged))
    }

    // `registration-otp`

    async fn enter_registration_code(&self, typed: &Typed) -> Answer {
        let flow = self.registration().await?;
        let registration::Stage::Otp { office, challenge } = flow.item.stage.clone() else {
            return Err(self.wrong_step(&flow.item).await);
        };
        if let Err(why) = challenge.check(self.now, self.limits()) {
            return Err(self.refuse(&flow.item, why.into()).await);
        }
        let judged = self.judge(&challenge, typed)?;
        let (user, id) = (flow.item.claims_user.clone(), flow.item.id.clone());
        let counted = self
            .io
            .change::<ClaimsRecord, _, No>(None, |before| {
                Ok(ClaimsRecord::judge_code(
                    before,
                    &user,
                    &id,
                    judged.right,
                    self.now,
                    self.limits(),
                ))
            })
            .await?;
        if let (Err(refusal), _) = counted {
            return Err(self.refuse(&flow.item, refusal).await);
        }
        let claim = if judged.right {
            self.seats(&office, true).await
        } else {
            Claim::Free
        };
        let flow = self
            .decide(flow, |current| {
                Ok(current.enter_code(&judged, &claim, self.now, self.limits()))
            })
            .await
            .map_err(|no| told(no, &challenge))?;
        self.progress(&flow.item).await?;
        Ok(Reply {
            judged: Some(challenge.id),
            ..Reply::yes()
        })
    }

    fn judge(&self, challenge: &Challenge, typed: &Typed) -> Result<portal::challenge::Judged, No> {
        let ring = &self.setup.keys;
        match digits(typed, ring)? {
            Some(code) => Ok(challenge.judge(&code, ring)?),
            None => Ok(portal::challenge::Judged {
                challenge: challenge.id.clone(),
                counter: challenge.counter,
                right: false,
            }),
        }
    }

    async fn resend_registration_code(&self) -> Answer {
        let flow = self.registration().await?;
        let registration::Stage::Otp { challenge, .. } = &flow.item.stage else {
            return Err(self.wrong_step(&flow.item).await);
        };
        let key = challenge.mail.to.key();
        let ring = &self.setup.keys;
        if let Change::Keep(Err(refusal)) = flow.item.resend_code(ring, self.now, self.limits())? {
            return Err(self.refuse(&flow.item, refusal).await);
        }
        let by = flow.item.id.clone();
        let known: Option<Held<Account>> = self.io.get(&key).await;
        let promised = self
            .io
            .change::<Account, _, No>(known, |before| {
                Ok(Account::promise_registration_code(
                    before,
                    &key,
                    &by,
                    self.now,
                    self.limits(),
                ))
            })
            .await?;
        if let (Err(refusal), _) = promised {
            return Err(self.refuse(&flow.item, refusal).await);
        }
        let resent = self
            .decide(flow, |current| {
                Ok(current.resend_code(ring, self.now, self.limits())?)
            })
            .await;
        if let Err(no) = resent {
            self.refund_mail(&key, &by).await?;
            return Err(no);
        }
        Ok(Reply::yes())
    }

    // `profile`

    async fn enter_profile(&self, person: usize) -> Answer {
        let flow = self.registration().await?;
        let Some((office, replaces)) = self.editable(&flow.item).await else {
            return Err(self.wrong_step(&flow.item).await);
        };
        let profile = profile(person)?;
        let key = profile.email.key();
        if self.is_somebody_elses(&key, true, &office).await
            && self.is_somebody_elses(&key, false, &office).await
        {
            return Err(self.refuse_email(flow).await);
        }
        let before = flow.item.stage.clone();
        self.decide(flow, |current| {
            Ok(current.enter_profile(&before, office.clone(), profile.clone(), replaces.clone()))
        })
        .await?;
        Ok(Reply::yes())
    }

    async fn editable(&self, flow: &Registration) -> Option<(OfficeName, Option<Replaced>)> {
        match &flow.stage {
            registration::Stage::Profile { office } => Some((office.clone(), None)),
            registration::Stage::Confirm { office, replaces, .. } => Some((office.clone(), replaces.clone())),
            registration::Stage::AlreadyRegistered { office } => match self.seats(office, false).await {
                Claim::Pending { member, account } => {
                    Some((office.clone(), Some(Replaced { member, account })))
                }
                Claim::Free => Some((office.clone(), None)),
                Claim::Taken => None,
            },
            _ => None,
        }
    }

    async fn is_somebody_elses(&self, key: &AccountKey, eventually: bool, office: &OfficeName) -> bool {
        let account: Option<Held<Account>> = if eventually {
            self.io.glance(key).await
        } else {
            self.io.get(key).await
        };
        let owner = account
            .as_ref()
            .and_then(|held| held.item.owner(self.now, self.limits()));
        owner.is_some_and(|owner| owner.office.number != office.number || !owner.is_pending())
    }

    // `confirm`

    async fn confirm(&self, key: u8) -> Answer {
        let key = RequestKey::new(format!("key{key}"));
        let flow = self.registration().await?;
        let (office, profile, replaces) = match &flow.item.stage {
            registration::Stage::Confirm {
                office,
                profile,
                replaces,
            } => (office.clone(), profile.clone(), replaces.clone()),
            registration::Stage::Completed {
                registered: Some(registered),
                ..
            } if registered.request == key => {
                self.progress(&flow.item).await?;
                return Ok(Reply::yes());
            }
            _ => return Err(self.wrong_step(&flow.item).await),
        };
        let member = NewMember {
            id: MemberId::new(self.io.draw()),
            office: office.clone(),
            profile,
            role: Role::Manager,
            key: self.setup.keys.current().clone(),
            nonce: self.io.draw(),
        };
        let member = member.pending(self.now, self.limits());
        let founding = Founding {
            flow: flow.item.id.clone(),
            request: key.clone(),
            draft: member.profile.draft(),
            member: member.id.clone(),
            at: self.now,
        };
        match self
            .register(&flow.item, &office, &member, replaces.as_ref(), &founding)
            .await?
        {
            Registering::Done => {
                self.complete(
                    flow,
                    &office,
                    &member.id,
                    &member.profile.email.key(),
                    Registered::by(&founding),
                )
                .await?;
                Ok(Reply::yes())
            }
            Registering::Before(founding, account) => {
                let registered = Registered::by(&founding);
                let flow = self
                    .complete(flow, &office, &founding.member, &account, registered.clone())
                    .await?;
                if registered.request == key {
                    self.progress(&flow).await?;
                    Ok(Reply::yes())
                } else {
                    Err(self.wrong_step(&flow).await)
                }
            }
            Registering::OfficeTaken => {
                let (flow, _) = self
                    .io
                    .change(Some(flow), |current| {
                        Ok::<_, No>(living(current)?.move_to_already_registered(office.clone()))
                    })
                    .await?;
                Err(self
                    .refuse(&flow, Kind::OrganisationAlreadyRegistered.into())
                    .await)
            }
            Registering::EmailTaken => Err(self.refuse_email(flow).await),
        }
    }

    async fn register(
        &self,
        flow: &Registration,
        office: &OfficeName,
        member: &portal::account::Member,
        replaces: Option<&Replaced>,
        founding: &Founding,
    ) -> Result<Registering, No> {
        let new = Office::founded(office.clone(), founding.clone(), member);
        let address = member.profile.email.key();
        let mut known = match replaces {
            Some(_) => self.io.get::<Office>(&office.number).await,
            None => None,
        };
        let mut there: Option<Held<Account>> = None;
        loop {
            let holders = match &known {
                Some(current) => self.members_of(&current.item).await,
                None => Vec::new(),
            };
            if let Some(current) = &known {
                let may = current.item.may_be_claimed_by(
                    founding,
                    replaces,
                    address.clone(),
                    holders.iter().map(|(holder, _)| holder),
                    self.now,
                    self.limits(),
                );
                match may {
                    Ok(()) => {}
                    Err(NotClaimed::Before(founding, account)) => {
                        return Ok(Registering::Before(founding, account));
                    }
                    Err(NotClaimed::Taken) => return Ok(Registering::OfficeTaken),
                }
            }
            if let Some((_, held)) = holders.iter().find(|(_, held)| held.item.key == address) {
                there = Some(held.clone());
            }
            let leaves: Vec<MemberId> = holders.iter().map(|(holder, _)| holder.id.clone()).collect();
            let before = there.as_ref().map(|held| &held.item);
            let seated = Account::take_seat(before, member, &leaves, &flow.id, self.now, self.limits());
            let Some(seated) = seated else {
                return Ok(Registering::EmailTaken);
            };
            let mut writes = vec![
                Write::of(Put::from(new.clone()), known.as_ref().map(|held| held.at)),
                Write::of(seated, there.as_ref().map(|held| held.at)),
            ];
            for (_, old) in holders.iter().filter(|(_, old)| old.item.key != address) {
                writes.push(Write::of(old.item.leave_seat(&flow.id, self.now), Some(old.at)));
            }
            let Err((at, found)) = self.io.transact(writes).await else {
                return Ok(Registering::Done);
            };
            let mut found = found.into_iter();
            if let Some(Some(office)) = found.next() {
                known = office.and_then(Office::of).map(|item| Held { item, at: (at, 0) });
            }
            if let Some(Some(account)) = found.next() {
                there = account
                    .and_then(Account::of)
                    .map(|item| Held { item, at: (at, 1) });
            }
        }
    }

    async fn complete(
        &self,
        flow: Held<Registration>,
        office: &OfficeName,
        member: &MemberId,
        account: &AccountKey,
        registered: Registered,
    ) -> Result<Registration, No> {
        Ok(self
            .io
            .change(Some(flow), |current| {
                Ok::<_, No>(living(current)?.complete(
                    office.clone(),
                    member.clone(),
                    account.clone(),
                    registered.clone(),
                ))
            })
            .await?
            .0)
    }

    // `resend-initial-password`

    async fn promise_password(
        &self,
        account: &AccountKey,
        rule: impl Fn(&Account) -> Result<Put<Account>, NotMailed>,
    ) -> Result<Result<(), Refusal>, No> {
        let known: Option<Held<Account>> = self.io.get(account).await;
        Ok(self
            .io
            .change::<Account, _, No>(known, |current| {
                let next = current.ok_or(NotMailed::NoSuchPassword).and_then(&rule);
                Ok(match next {
                    Ok(put) => Change::Store(put, Ok(())),
                    Err(why) => Change::Keep(Err(why.into())),
                })
            })
            .await?
            .0)
    }

    async fn resend_initial_password(&self) -> Answer {
        let flow = self.registration().await?;
        let registration::Stage::Completed { member, account, .. } = &flow.item.stage else {
            return Err(self.wrong_step(&flow.item).await);
        };
        let promised = self
            .promise_password(account, |account| {
                account.resend_initial_password(member, &flow.item.id, self.now, self.limits())
            })
            .await?;
        match promised {
            Ok(()) => {
                self.progress(&flow.item).await?;
                Ok(Reply::yes())
            }
            Err(refusal) => Err(self.refuse(&flow.item, refusal).await),
        }
    }

    async fn reissue_initial_password(&self) -> Answer {
        let flow = self.registration().await?;
        let key = self.setup.keys.current();
        let (member, account, flow) = match &flow.item.stage {
            registration::Stage::Completed { member, account, .. } => {
                let progress = self.progress(&flow.item).await?;
                if !progress.allowed.contains(&Allowed::ReissueInitialPassword) {
                    return Err(self.wrong_step(&flow.item).await);
                }
                (member.clone(), account.clone(), flow)
            }
            registration::Stage::AlreadyRegistered { office } => {
                let Claim::Pending { member, account } = self.seats(office, false).await else {
                    return Err(self.wrong_step(&flow.item).await);
                };
                let office = office.clone();
                let known: Option<Held<Account>> = self.io.get(&account).await;
                let allowed = known.ok_or(NotMailed::NoSuchPassword).and_then(|known| {
                    known
                        .item
                        .reissue_initial_password(&member, key, &flow.item.id, self.now, self.limits())
                });
                if let Err(why) = allowed {
                    return Err(self.refuse(&flow.item, why.into()).await);
                }
                let flow = self
                    .decide(flow, |current| {
                        Ok(current.complete_with_pending(office.clone(), member.clone(), account.clone()))
                    })
                    .await?;
                (member, account, flow)
            }
            _ => return Err(self.wrong_step(&flow.item).await),
        };
        let promised = self
            .promise_password(&account, |account| {
                account.reissue_initial_password(&member, key, &flow.item.id, self.now, self.limits())
            })
            .await?;
        match promised {
            Ok(()) => {
                self.progress(&flow.item).await?;
                Ok(Reply::yes())
            }
            Err(refusal) => Err(self.refuse(&flow.item, refusal).await),
        }
    }

    // `registration-progress`

    async fn cancel_registration(&self) -> Answer {
        let flow = self.registration().await?;
        self.io.forget::<Registration>(&flow.item.id).await;
        Ok(Reply {
            gone: true,
            ..Reply::yes()
        })
    }

    // `login`

    async fn log_in(&self, person: usize, password: &Password) -> Answer {
        let key = address(person)?.key();
        let known: Option<Held<Account>> = self.io.get(&key).await;
        let device = self
            .cookies
            .device
            .as_ref()
            .map(|cookie| DeviceId::of_cookie(cookie, &key));
        let proof = proof(known.as_ref().map(|held| &held.item), password);
        let (verdict, _) = self
            .io
            .change::<Account, _, No>(known, |current| {
                Ok(Account::log_in(
                    current,
                    &key,
                    &proof,
                    device.as_ref(),
                    self.now,
                    self.limits(),
                ))
            })
            .await?;
        let (member, credential_version, to) = match verdict {
            LoginVerdict::Right {
                member,
                credential_version,
                to,
            } => (member, credential_version, to),
            LoginVerdict::WrongCredentials => return Err(Kind::WrongCredentials.into()),
            LoginVerdict::InitialPasswordExpired => return Err(Kind::InitialPasswordExpired.into()),
            LoginVerdict::AddressFull(not) => return Err(Refusal::from(not).into()),
        };
        let id = FlowId::new(self.io.draw());
        let expires_at = plus(self.now, self.limits().login_life);
        let challenge = Challenge::begin(
            ChallengeId::new(self.io.draw()),
            Purpose::Login,
            &self.setup.keys,
            to,
            expires_at,
            self.now,
            self.limits(),
        )?;
        let flow = Login {
            id: id.clone(),
            account: key,
            member,
            credential_version,
            expires_at,
            stage: login::Stage::Otp { challenge },
        };
        self.io
            .put(flow.into(), None)
            .await
            .map_err(|_| No::from(Kind::TemporarilyUnavailable))?;
        if let Some(before) = &self.cookies.login {
            self.io.forget::<Login>(before).await;
        }
        Ok(Reply::giving(Cookies {
            login: Some(id),
            ..Cookies::default()
        }))
    }

    // `login-otp`

    async fn enter_login_code(&self, typed: &Typed) -> Answer {
        let flow = self.login().await?;
        let login::Stage::Otp { challenge } = flow.item.stage.clone() else {
            return Err(Kind::WrongStep.into());
        };
        challenge.check(self.now, self.limits()).map_err(Refusal::from)?;
        let judged = self.judge(&challenge, typed)?;
        let (flow, account, member) = self.member(flow).await?;
        let next = flow.item.after_code(&member, self.setup.terms);
        if matches!(next, login::Stage::MyPage) {
            return self
                .enter_my_page(flow, account, &challenge, &judged)
                .await
                .map_err(|no| told(no, &challenge));
        }
        let login = flow.item.clone();
        self.io
            .change(Some(account), |current| {
                Ok::<_, No>(login.judge_code(
                    living(current)?,
                    judged.right,
                    None,
                    self.now,
                    self.limits(),
                )?)
            })
            .await?;
        self.decide_login(flow, |current| {
            Ok(current.enter_code(&judged, &next, self.now, self.limits()))
        })
        .await
        .map_err(|no| told(no, &challenge))?;
        Ok(Reply {
            judged: Some(challenge.id),
            ..Reply::yes()
        })
    }

    async fn enter_my_page(
        &self,
        flow: Held<Login>,
        account: Held<Account>,
        challenge: &Challenge,
        judged: &portal::challenge::Judged,
    ) -> Answer {
        account.item.codes.check(self.now).map_err(Refusal::from)?;
        let spent = self
            .io
            .change(Some(flow), |current| {
                Ok::<_, No>(living(current)?.spend_try(judged, self.now, self.limits()))
            })
            .await?;
        let (flow, right) = match spent {
            (Ok(right), Some(flow)) => (flow, right),
            (Err(refusal), Some(_)) => return Err(refusal.into()),
            (_, None) => return Err(Kind::NoFlow.into()),
        };
        let (gained, cookies) = self.gains(&flow.item);
        let login = flow.item.clone();
        let (is_committed, _) = self
            .io
            .change(Some(account), |current| {
                Ok::<_, No>(login.judge_code(
                    living(current)?,
                    right,
                    Some(&gained),
                    self.now,
                    self.limits(),
                )?)
            })
            .await?;
        if !is_committed {
            return Err(flow.item.wrong_code(self.limits()).into());
        }
        self.point(&gained.session, &flow.item).await?;
        let completed = flow.item.at(login::Stage::MyPage);
        self.io
            .change(Some(flow), |current| {
                Ok::<_, No>(living(current)?.bring_up_to(&completed))
            })
            .await?;
        Ok(Reply {
            judged: Some(challenge.id.clone()),
            ..Reply::giving(cookies)
        })
    }

    async fn resend_login_code(&self) -> Answer {
        let flow = self.login().await?;
        if !matches!(flow.item.stage, login::Stage::Otp { .. }) {
            return Err(Kind::WrongStep.into());
        }
        let ring = &self.setup.keys;
        if let Change::Keep(Err(refusal)) = flow.item.resend_code(ring, self.now, self.limits())? {
            return Err(refusal.into());
        }
        let known: Option<Held<Account>> = self.io.get(&flow.item.account).await;
        let promised = self
            .io
            .change(known, |current| {
                Ok::<_, No>(
                    flow.item
                        .promise_code(living(current)?, self.now, self.limits())?,
                )
            })
            .await?;
        if let (Err(refusal), _) = promised {
            return Err(refusal.into());
        }
        let (id, account) = (flow.item.id.clone(), flow.item.account.clone());
        let resent = self
            .decide_login(flow, |current| {
                Ok(current.resend_code(ring, self.now, self.limits())?)
            })
            .await;
        if let Err(no) = resent {
            self.refund_mail(&account, &id).await?;
            return Err(no);
        }
        Ok(Reply::yes())
    }

    // `terms`

    async fn show_terms(&self) -> Answer {
        let flow = self.login().await?;
        if !matches!(flow.item.stage, login::Stage::NewPassword { .. }) {
            return Err(Kind::WrongStep.into());
        }
        self.decide_login(flow, |current| {
            Ok(current.show_terms(self.setup.terms.version, self.now))
        })
        .await?;
        Ok(Reply::yes())
    }

    // `new-password`

    async fn change_password(&self, own: u8) -> Answer {
        let flow = self.login().await?;
        if !matches!(flow.item.stage, login::Stage::NewPassword { .. }) {
            return Err(Kind::WrongStep.into());
        }
        let (flow, account, member) = self.member(flow).await?;
        let login::Stage::NewPassword { required, shown } = &flow.item.stage else {
            return Err(Kind::WrongStep.into());
        };
        let agreed = Some(self.setup.terms.version);
        let agreement = login::check_terms(shown.as_ref(), agreed, self.setup.terms, self.now).map_err(
            |why| match why {
                TermsRefusal::Outdated => No::from(Kind::TermsOutdated),
                TermsRefusal::NotShown => No::from(Kind::TermsNotShown),
                TermsRefusal::NotAgreed => No::from(Kind::TermsNotAgreed),
            },
        )?;
        let hash = required.then(|| hash_of(own));
        if let (Some(new), Credential::Chosen { hash: old, .. }) = (&hash, &member.credential)
            && new == old
        {
            return Err(Kind::InvalidFields.into());
        }
        let (gained, cookies) = self.gains(&flow.item);
        let login = flow.item.clone();
        let (credential_version, _) = self
            .io
            .change(Some(account), |current| {
                Ok::<_, No>(login.complete(
                    living(current)?,
                    hash.as_ref(),
                    &agreement,
                    &gained,
                    self.now,
                    self.limits(),
                )?)
            })
            .await?;
        self.point(&gained.session, &flow.item).await?;
        let completed = Login {
            credential_version,
            ..flow.item.at(login::Stage::MyPage)
        };
        self.io
            .change(Some(flow), |current| {
                Ok::<_, No>(living(current)?.bring_up_to(&completed))
            })
            .await?;
        Ok(Reply::giving(cookies))
    }

    // `login-progress`

    async fn renew_session(&self) -> Answer {
        let flow = self.login().await?;
        let (flow, account, _) = self.member(flow).await?;
        if !matches!(flow.item.stage, login::Stage::MyPage) {
            return Err(Kind::WrongStep.into());
        }
        let (gained, cookies) = self.gains(&flow.item);
        let ((old, new), _) = self
            .io
            .change(Some(account), |current| {
                let (now, limits) = (self.now, self.limits());
                Ok::<_, No>(flow.item.renew_session(living(current)?, &gained, now, limits)?)
            })
            .await?;
        self.io.forget::<SessionPointer>(&old).await;
        self.point(&new, &flow.item).await?;
        Ok(Reply::giving(cookies))
    }

    async fn cancel_login(&self) -> Answer {
        let flow = self.login().await?;
        self.io.forget::<Login>(&flow.item.id).await;
        Ok(Reply {
            gone: true,
            ..Reply::yes()
        })
    }

    // `logout`

    async fn log_out(&self) -> Answer {
        if let Some(id) = &self.cookies.login {
            let flow: Option<Held<Login>> = self.io.get(id).await;
            if let Some(flow) = flow {
                self.end_flow(&flow.item.account, id).await?;
            }
        }
        if let Some(id) = &self.cookies.session {
            let pointer: Option<Held<SessionPointer>> = self.io.get(id).await;
            if let Some(pointer) = pointer {
                let account: Option<Held<Account>> = self.io.get(&pointer.item.account).await;
                let sessions = account
                    .and_then(|held| held.item.member)
                    .map_or_else(Vec::new, |member| member.sessions);
                if let Some(session) = sessions.iter().find(|session| session.id == *id) {
                    self.end_flow(&pointer.item.account, &session.flow).await?;
                }
                self.io.forget::<SessionPointer>(id).await;
            }
        }
        Ok(Reply::yes())
    }

    async fn end_flow(&self, account: &AccountKey, flow: &FlowId) -> Result<(), No> {
        self.io.forget::<Login>(flow).await;
        let known: Option<Held<Account>> = self.io.get(account).await;
        self.io
            .change::<Account, _, No>(known, |current| {
                Ok(current.map_or(Change::Keep(()), |account| {
                    login::end_sessions_of(flow, account, self.now)
                }))
            })
            .await?;
        Ok(())
    }

    // `my-page`

    async fn show_my_page(&self) -> Answer {
        let id = self.cookies.session.as_ref().ok_or(Kind::NoSession)?;
        let lives = |held: &Held<SessionPointer>| !held.item.is_expired(self.now, self.limits());
        let recent: Option<Held<SessionPointer>> = self.io.glance(id).await;
        let pointer = match recent.filter(lives) {
            Some(pointer) => pointer,
            None => self.io.get(id).await.filter(lives).ok_or(Kind::NoSession)?,
        };
        let account: Option<Held<Account>> = self.io.get(&pointer.item.account).await;
        let member = account.and_then(|held| held.item.member);
        let member = member.filter(|member| {
            member.id == pointer.item.member && !member.disabled && member.session(id, self.now).is_some()
        });
        let member = member.ok_or(Kind::NoSession)?;
        self.io
            .change(Some(pointer), |current| {
                let current = current.ok_or(No::from(Kind::NoSession))?;
                Ok::<_, No>(current.touch(self.now, self.limits()))
            })
            .await?;
        let _: Option<Held<Office>> = self.io.glance(&member.office.number).await;
        Ok(Reply::yes())
    }
}

enum Registering {
    Done,
    Before(Box<Founding>, AccountKey),
    OfficeTaken,
    EmailTaken,
}

/// That a code was wrong is told of its challenge.
fn told(no: No, challenge: &Challenge) -> No {
    match no {
        No(Kind::WrongCode, _, ends) => No(Kind::WrongCode, Some(challenge.id.clone()), ends),
        other => other,
    }
}

/// What stands for the hash of a person's password.
pub fn hash_of(own: u8) -> String {
    format!("hash of own {own}")
}

/// What a password comes to against the account as it was read.
fn proof(account: Option<&Account>, password: &Password) -> Proof {
    let member = account.and_then(|account| account.member.as_ref());
    let right = match (member.map(|member| (&member.id, &member.credential)), password) {
        (Some((id, Credential::Initial { source, .. })), Password::Initial(of, issue)) => {
            id == of && source.issue == *issue
        }
        (Some((_, Credential::Chosen { hash, .. })), Password::Own(own)) => *hash == hash_of(*own),
        _ => false,
    };
    Proof {
        of: account.and_then(Account::credential_of),
        right,
        renewed: None,
    }
}

/// What 「登録する」 refers to, for a person's profile.
pub fn draft(person: usize) -> Option<Draft> {
    profile(person).ok().map(|profile| profile.draft())
}
