//! 初回利用登録 — one registration in progress, from 電子請求受付システム認証 to ユーザ登録完了.

use jiff::Timestamp;

use crate::audit::{Act, Event};
use crate::challenge::{Challenge, Judged};
use crate::change::Change;
use crate::claims::RegisteredOffice;
use crate::keys::{KeyRing, UnknownKey};
use crate::limits::Limits;
use crate::office::{Claim, Founding};
use crate::problem::{Kind, Refusal};
use crate::time::plus;
use crate::values::{
    AccountKey, ClaimsUserId, Draft, EmailAddress, FlowId, MemberId, OfficeName, Profile, RequestKey,
};

/// A member who has never logged in and whom a correction replaces.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Replaced {
    /// Who.
    pub member: MemberId,
    /// Under which address.
    pub account: AccountKey,
}

/// How this registration ended.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Registered {
    /// The request that did it, for its replay.
    pub request: RequestKey,
    /// What was confirmed.
    pub draft: Draft,
    /// When.
    pub at: Timestamp,
}

impl Registered {
    /// What an office remembers of it.
    pub fn by(founding: &Founding) -> Self {
        Self {
            request: founding.request.clone(),
            draft: founding.draft.clone(),
            at: founding.at,
        }
    }
}

/// 段階 — each holds only what is known there.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Stage {
    /// セキュリティコードの入力: the password was right, and a code is set.
    SecurityCode {
        /// Wrong codes so far.
        tries: u32,
    },
    /// ワンタイムパスワード認証
    Otp {
        /// Which office the claims system says it is.
        office: OfficeName,
        /// The mailed code.
        challenge: Challenge,
    },
    /// 新規ユーザ登録情報の入力
    Profile {
        /// The proven office.
        office: OfficeName,
    },
    /// 入力情報の確認
    Confirm {
        /// The proven office.
        office: OfficeName,
        /// As it will be stored.
        profile: Profile,
        /// Whom this registration corrects.
        replaces: Option<Replaced>,
    },
    /// 「同一組織で新規登録が完了しています。…」
    AlreadyRegistered {
        /// The proven office.
        office: OfficeName,
    },
    /// ユーザ登録完了
    Completed {
        /// The proven office.
        office: OfficeName,
        /// The member whose initial password was mailed.
        member: MemberId,
        /// The member's account.
        account: AccountKey,
        /// How, if by this registration and not by a re-issue.
        registered: Option<Registered>,
    },
}

/// 初回利用登録 — the flow.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Registration {
    /// The digest of its cookie.
    pub id: FlowId,
    /// Who authenticates.
    pub claims_user: ClaimsUserId,
    /// The first instant at which it is over.
    pub expires_at: Timestamp,
    /// Answers of the kind `email-taken` so far.
    pub email_taken: u32,
    /// Where it stands.
    pub stage: Stage,
    /// What happens with this change; not read back.
    pub event: Option<Event>,
}

/// The office that the claims system names cannot be written to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct NoMailAddress;

/// The office and the address to which its code is mailed (R-32); an address that cannot be sent to is none.
pub fn office_and_address(
    registered: &RegisteredOffice,
) -> Result<(OfficeName, EmailAddress), NoMailAddress> {
    let address = registered.mail_address.as_deref().ok_or(NoMailAddress)?;
    let address = EmailAddress::parse(address).map_err(|_| NoMailAddress)?;
    Ok((
        OfficeName {
            number: registered.number.clone(),
            name: registered.name.clone(),
        },
        address,
    ))
}

impl Registration {
    /// A registration that begins at this stage.
    pub fn begin(
        id: FlowId,
        claims_user: ClaimsUserId,
        stage: Stage,
        now: Timestamp,
        limits: &Limits,
    ) -> Self {
        Self {
            event: Some(Event::of(Act::RegistrationBegun, now, &id)),
            id,
            claims_user,
            expires_at: plus(now, limits.registration_life),
            email_taken: 0,
            stage,
        }
    }

    /// Whether it is over by time.
    pub fn is_expired(&self, now: Timestamp) -> bool {
        self.expires_at <= now
    }

    /// The registration at another stage.
    #[must_use]
    pub fn at(&self, stage: Stage) -> Self {
        Self {
            stage,
            ..self.clone()
        }
    }

    /// The office, once it is proven.
    pub const fn office(&self) -> Option<&OfficeName> {
        match &self.stage {
            Stage::SecurityCode { .. } | Stage::Otp { .. } => None,
            Stage::Profile { office }
            | Stage::Confirm { office, .. }
            | Stage::AlreadyRegistered { office }
            | Stage::Completed { office, .. } => Some(office),
        }
    }

    /// The stage after the right code: that the office is registered is told here, never before (R-15).
    #[must_use]
    pub fn after_code(&self, office: OfficeName, claim: &Claim) -> Self {
        match claim {
            Claim::Free => self.at(Stage::Profile { office }),
            Claim::Pending { .. } | Claim::Taken => self.at(Stage::AlreadyRegistered { office }),
        }
    }

    /// The registration after it was answered `email-taken`; none if that ends it.
    pub fn after_email_taken(&self, limits: &Limits) -> Option<Self> {
        let next = Self {
            email_taken: self.email_taken.saturating_add(1),
            ..self.clone()
        };
        (u64::from(next.email_taken) < limits.email_taken_answers).then_some(next)
    }

    fn with(mut self, act: Act, now: Timestamp) -> Self {
        self.event = Some(Event::of(act, now, &self.id));
        self
    }
}

/// What a submission makes of a registration. Each is the whole decision: it is taken again on whatever is stored by
/// then, until its write is won.
impl Registration {
    /// Spends a try at the security code before the claims system is asked, for it counts, too; says how many are left.
    pub fn spend_security_code_try(
        &self,
        now: Timestamp,
        limits: &Limits,
    ) -> Change<Self, Result<u64, Refusal>> {
        let Stage::SecurityCode { tries } = self.stage else {
            return Change::Keep(Err(Kind::WrongStep.into()));
        };
        if u64::from(tries) >= limits.security_code_tries {
            return Change::Keep(Err(Refusal::of(Kind::NoTriesLeft).with_tries_left(0)));
        }
        let tries = tries.saturating_add(1);
        let left = limits.security_code_tries.saturating_sub(u64::from(tries));
        let next = self.at(Stage::SecurityCode { tries });
        Change::Store(next.with(Act::SecurityCodeAsked, now), Ok(left))
    }

    /// Gives a try back that was not wrong: nothing was judged, or the code was right and no mail can follow it. Which,
    /// says `act`, and it is told wherever the registration stands by now: a try of which nothing more is told was wrong.
    pub fn give_back_security_code_try(&self, act: Act, now: Timestamp) -> Change<Self, ()> {
        let next = match self.stage {
            Stage::SecurityCode { tries } => self.at(Stage::SecurityCode {
                tries: tries.saturating_sub(1),
            }),
            _ => self.clone(),
        };
        Change::Store(next.with(act, now), ())
    }

    /// The security code was right: on to this stage. Of two right ones the second finds another stage, and only tells
    /// that it was right.
    pub fn accept_security_code(&self, stage: Stage, now: Timestamp) -> Change<Self, Result<(), Refusal>> {
        let (next, answer) = match self.stage {
            Stage::SecurityCode { .. } => (self.at(stage), Ok(())),
            _ => (self.clone(), Err(Kind::WrongStep.into())),
        };
        Change::Store(next.with(Act::SecurityCodeRight, now), answer)
    }

    /// A code that was judged against `judged`: on if it is right, a try less if it is not.
    ///
    /// What is stored by now decides whether it was judged in time, and against the living code.
    pub fn enter_code(
        &self,
        judged: &Judged,
        claim: &Claim,
        now: Timestamp,
        limits: &Limits,
    ) -> Change<Self, Result<(), Refusal>> {
        let Stage::Otp { office, challenge } = &self.stage else {
            return Change::Keep(Err(Kind::WrongStep.into()));
        };
        if let Err(why) = challenge.check(now, limits) {
            return Change::Keep(Err(why.into()));
        }
        if judged.is_right_for(challenge) {
            return Change::Store(self.after_code(office.clone(), claim), Ok(()));
        }
        let failed = challenge.failed();
        let refusal = Refusal::of(Kind::WrongCode).with_tries_left(failed.tries_left(limits));
        let stage = Stage::Otp {
            office: office.clone(),
            challenge: failed,
        };
        Change::Store(self.at(stage), Err(refusal))
    }

    /// The code once more, or a new one.
    pub fn resend_code(
        &self,
        ring: &KeyRing,
        now: Timestamp,
        limits: &Limits,
    ) -> Result<Change<Self, Result<(), Refusal>>, UnknownKey> {
        let Stage::Otp { office, challenge } = &self.stage else {
            return Ok(Change::Keep(Err(Kind::WrongStep.into())));
        };
        Ok(match challenge.resent(ring, self.expires_at, now, limits)? {
            Ok(challenge) => {
                let stage = Stage::Otp {
                    office: office.clone(),
                    challenge,
                };
                Change::Store(self.at(stage), Ok(()))
            }
            Err(refusal) => Change::Keep(Err(refusal)),
        })
    }

    /// A profile that was entered or corrected while the registration stood at `before`.
    ///
    /// One that somebody confirmed meanwhile is not overwritten by a late one.
    pub fn enter_profile(
        &self,
        before: &Stage,
        office: OfficeName,
        profile: Profile,
        replaces: Option<Replaced>,
    ) -> Change<Self, Result<(), Refusal>> {
        let same_stage = core::mem::discriminant(&self.stage) == core::mem::discriminant(before);
        if same_stage || matches!(self.stage, Stage::Profile { .. } | Stage::Confirm { .. }) {
            let stage = Stage::Confirm {
                office,
                profile,
                replaces,
            };
            Change::Store(self.at(stage), Ok(()))
        } else {
            Change::Keep(Err(Kind::WrongStep.into()))
        }
    }

    /// One more answer of the kind `email-taken`; the last ends the registration, so that nobody asks through a list.
    pub fn count_email_taken(&self, limits: &Limits) -> Change<Self, ()> {
        match self.after_email_taken(limits) {
            Some(next) => Change::Store(next, ()),
            None => Change::Remove(()),
        }
    }

    /// What is committed: this registration made the member. Answers with the registration as it is then.
    pub fn complete(
        &self,
        office: OfficeName,
        member: MemberId,
        account: AccountKey,
        registered: Registered,
    ) -> Change<Self, Self> {
        if matches!(self.stage, Stage::Completed { .. }) {
            return Change::Keep(self.clone());
        }
        let next = self.at(Stage::Completed {
            office,
            member,
            account,
            registered: Some(registered),
        });
        Change::Store(next.clone(), next)
    }

    /// Somebody else was faster (R-15): the person sees who, and the ways out.
    pub fn lose_office(&self, office: OfficeName) -> Change<Self, Self> {
        match self.stage {
            Stage::Confirm { .. } => {
                let next = self.at(Stage::AlreadyRegistered { office });
                Change::Store(next.clone(), next)
            }
            _ => Change::Keep(self.clone()),
        }
    }

    /// The pending member's initial password is to be issued again. The flow moves first, so that a double click
    /// issues once.
    pub fn take_up_pending(
        &self,
        office: OfficeName,
        member: MemberId,
        account: AccountKey,
    ) -> Change<Self, Result<(), Refusal>> {
        match self.stage {
            Stage::AlreadyRegistered { .. } => {
                let stage = Stage::Completed {
                    office,
                    member,
                    account,
                    registered: None,
                };
                Change::Store(self.at(stage), Ok(()))
            }
            _ => Change::Keep(Err(Kind::WrongStep.into())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::code::Purpose;
    use crate::keys::tests::ring;
    use crate::samples::{LIMITS, address, challenge, claims_user, flow, office, profile, t};
    use crate::values::FieldCode;

    fn at(stage: Stage) -> Registration {
        Registration {
            id: flow("f"),
            claims_user: claims_user(),
            expires_at: t(1_800),
            email_taken: 0,
            stage,
            event: None,
        }
    }

    fn at_otp() -> Registration {
        at(Stage::Otp {
            office: office(),
            challenge: challenge(Purpose::Registration, 1_800),
        })
    }

    fn at_profile() -> Registration {
        at(Stage::Profile { office: office() })
    }

    fn confirming(replaces: Option<Replaced>) -> Stage {
        Stage::Confirm {
            office: office(),
            profile: profile(),
            replaces,
        }
    }

    fn already_registered() -> Stage {
        Stage::AlreadyRegistered { office: office() }
    }

    fn registered() -> Registered {
        Registered {
            request: RequestKey::new("r"),
            draft: profile().draft(),
            at: t(60),
        }
    }

    fn completed(registered: Option<Registered>) -> Stage {
        Stage::Completed {
            office: office(),
            member: MemberId::new("m"),
            account: address().key(),
            registered,
        }
    }

    /// A registration at each stage, in the order of the manual.
    fn everywhere() -> [Registration; 6] {
        [
            at(Stage::SecurityCode { tries: 0 }),
            at_otp(),
            at_profile(),
            at(confirming(None)),
            at(already_registered()),
            at(completed(Some(registered()))),
        ]
    }

    fn code_of(registration: &Registration) -> &Challenge {
        match &registration.stage {
            Stage::Otp { challenge, .. } => challenge,
            other => panic!("no code is awaited at {other:?}"),
        }
    }

    fn judged(challenge: &Challenge, right: bool) -> Judged {
        Judged {
            challenge: challenge.id.clone(),
            counter: challenge.counter,
            right,
        }
    }

    fn wrong_step<T>() -> Result<T, Refusal> {
        Err(Kind::WrongStep.into())
    }

    /// R-32
    #[test]
    fn the_code_goes_to_the_address_that_the_claims_system_has_if_it_can_be_written_to() {
        let registered = |mail_address: Option<&str>| RegisteredOffice {
            number: office().number,
            name: office().name,
            mail_address: mail_address.map(str::to_owned),
        };
        assert_eq!(
            office_and_address(&registered(Some("taro@example.jp"))),
            Ok((office(), address()))
        );
        assert_eq!(EmailAddress::parse("taro"), Err(FieldCode::NotAnEmailAddress));
        for none in [None, Some(""), Some("taro")] {
            assert_eq!(office_and_address(&registered(none)), Err(NoMailAddress));
        }
    }

    #[test]
    fn a_registration_has_half_an_hour() {
        let stage = Stage::SecurityCode { tries: 0 };
        let begun = Registration::begin(flow("f"), claims_user(), stage.clone(), t(0), &LIMITS);
        assert_eq!(
            begun,
            Registration {
                event: Some(Event::of(Act::RegistrationBegun, t(0), &flow("f"))),
                ..at(stage)
            }
        );
        assert_eq!(
            [1_799, 1_800, 1_801].map(|second| begun.is_expired(t(second))),
            [false, true, true]
        );
    }

    #[test]
    fn an_office_remembers_by_which_request_it_was_claimed() {
        let founding = Founding {
            flow: flow("f"),
            request: RequestKey::new("r"),
            draft: profile().draft(),
            member: MemberId::new("m"),
            at: t(60),
        };
        assert_eq!(Registered::by(&founding), registered());
    }

    #[test]
    fn no_office_is_named_before_it_is_proven() {
        let named = everywhere().map(|registration| registration.office().is_some());
        assert_eq!(named, [false, false, true, true, true, true]);
        assert_eq!(at_profile().office(), Some(&office()));
    }

    #[test]
    fn three_security_codes_may_be_tried() {
        let mut registration = at(Stage::SecurityCode { tries: 0 });
        for left in [2, 1, 0] {
            let (next, answer) = registration.spend_security_code_try(t(5), &LIMITS).stored();
            assert_eq!(answer, Ok(left));
            assert_eq!(
                next.event,
                Some(Event::of(Act::SecurityCodeAsked, t(5), &flow("f")))
            );
            registration = next;
        }
        assert_eq!(registration.stage, Stage::SecurityCode { tries: 3 });
        assert_eq!(
            registration.spend_security_code_try(t(5), &LIMITS).kept(),
            Err(Refusal::of(Kind::NoTriesLeft).with_tries_left(0))
        );
    }

    #[test]
    fn a_security_code_that_was_not_wrong_costs_no_try() {
        for act in [Act::SecurityCodeNotCounted, Act::SecurityCodeRight] {
            for (tries, after) in [(3, 2), (1, 0), (0, 0)] {
                let (next, ()) = at(Stage::SecurityCode { tries })
                    .give_back_security_code_try(act, t(5))
                    .stored();
                assert_eq!(next.stage, Stage::SecurityCode { tries: after });
                assert_eq!(next.event, Some(Event::of(act, t(5), &flow("f"))));
            }
        }
    }

    #[test]
    fn the_right_security_code_leads_on() {
        let (next, answer) = at(Stage::SecurityCode { tries: 1 })
            .accept_security_code(at_otp().stage, t(5))
            .stored();
        assert_eq!(answer, Ok(()));
        assert_eq!(
            next,
            Registration {
                event: Some(Event::of(Act::SecurityCodeRight, t(5), &flow("f"))),
                ..at_otp()
            }
        );
    }

    #[test]
    fn a_security_code_belongs_to_its_screen() {
        for elsewhere in everywhere().into_iter().skip(1) {
            assert_eq!(
                elsewhere.spend_security_code_try(t(5), &LIMITS).kept(),
                wrong_step()
            );
            // What became of a try is told there all the same, and nothing else changes.
            let telling = |act| Registration {
                event: Some(Event::of(act, t(5), &flow("f"))),
                ..elsewhere.clone()
            };
            let act = Act::SecurityCodeNotCounted;
            assert_eq!(
                elsewhere.give_back_security_code_try(act, t(5)).stored(),
                (telling(act), ())
            );
            assert_eq!(
                elsewhere.accept_security_code(at_otp().stage, t(5)).stored(),
                (telling(Act::SecurityCodeRight), wrong_step())
            );
        }
    }

    /// R-15: that the office is registered is told here, never before.
    #[test]
    fn after_the_right_code_a_free_office_is_registered_and_a_registered_one_is_told_so() {
        let member = MemberId::new("m");
        let account = address().key();
        for (claim, stage) in [
            (Claim::Free, Stage::Profile { office: office() }),
            (Claim::Pending { member, account }, already_registered()),
            (Claim::Taken, already_registered()),
        ] {
            let right = judged(code_of(&at_otp()), true);
            let change = at_otp().enter_code(&right, &claim, t(599), &LIMITS);
            assert_eq!(change.stored(), (at(stage), Ok(())));
        }
    }

    #[test]
    fn a_wrong_code_costs_one_of_five_tries() {
        let mut registration = at_otp();
        for left in [4, 3, 2, 1, 0] {
            let wrong = judged(code_of(&registration), false);
            let change = registration.enter_code(&wrong, &Claim::Free, t(0), &LIMITS);
            let (next, answer) = change.stored();
            assert_eq!(answer, Err(Refusal::of(Kind::WrongCode).with_tries_left(left)));
            assert_eq!(code_of(&next).tries_left(&LIMITS), left);
            registration = next;
        }
        let right = judged(code_of(&registration), true);
        assert_eq!(
            registration
                .enter_code(&right, &Claim::Free, t(0), &LIMITS)
                .kept(),
            Err(Refusal::of(Kind::NoTriesLeft).with_tries_left(0))
        );
    }

    #[test]
    fn a_code_that_comes_too_late_is_not_judged() {
        for right in [true, false] {
            let judged = judged(code_of(&at_otp()), right);
            let change = at_otp().enter_code(&judged, &Claim::Free, t(600), &LIMITS);
            assert_eq!(change.kept(), Err(Kind::CodeExpired.into()));
        }
    }

    #[test]
    fn a_code_of_an_earlier_mail_is_wrong_for_the_living_one() {
        let earlier = judged(code_of(&at_otp()), true);
        let (resent, answer) = at_otp().resend_code(&ring(), t(421), &LIMITS).unwrap().stored();
        assert_eq!(answer, Ok(()));
        assert_eq!(code_of(&resent).code_expires_at(), t(1_021));
        let (_, answer) = resent
            .enter_code(&earlier, &Claim::Free, t(422), &LIMITS)
            .stored();
        assert_eq!(answer, Err(Refusal::of(Kind::WrongCode).with_tries_left(4)));
    }

    #[test]
    fn a_resend_waits_its_time_and_brings_no_code_that_outlives_the_registration() {
        let resend = |second| at_otp().resend_code(&ring(), t(second), &LIMITS).unwrap();
        assert_eq!(
            resend(29).kept(),
            Err(Refusal::of(Kind::ResendTooEarly).with_retry_after(1))
        );
        assert_eq!(code_of(&resend(1_700).stored().0).code_expires_at(), t(1_800));
    }

    #[test]
    fn a_code_belongs_to_its_screen() {
        let right = judged(code_of(&at_otp()), true);
        for elsewhere in everywhere() {
            if matches!(elsewhere.stage, Stage::Otp { .. }) {
                continue;
            }
            assert_eq!(
                elsewhere.enter_code(&right, &Claim::Free, t(0), &LIMITS).kept(),
                wrong_step()
            );
            let resent = elsewhere.resend_code(&ring(), t(30), &LIMITS).unwrap();
            assert_eq!(resent.kept(), wrong_step());
        }
    }

    #[test]
    fn a_profile_may_be_entered_and_corrected_until_it_is_confirmed() {
        let replaces = Some(Replaced {
            member: MemberId::new("m"),
            account: address().key(),
        });
        let enter = |stands: &Registration, before: &Stage| {
            stands.enter_profile(before, office(), profile(), replaces.clone())
        };
        let next = at(confirming(replaces.clone()));
        for stage in [at_profile().stage, confirming(None)] {
            let stands = at(stage);
            for before in [at_profile().stage, confirming(None), already_registered()] {
                assert_eq!(enter(&stands, &before).stored(), (next.clone(), Ok(())));
            }
        }
        // 同一組織で登録済み: a correction begins there, and only there may it go on from there.
        let stands = at(already_registered());
        assert_eq!(enter(&stands, &already_registered()).stored(), (next, Ok(())));
        assert_eq!(enter(&stands, &confirming(None)).kept(), wrong_step());
        for late in [at(completed(Some(registered()))), at_otp()] {
            assert_eq!(enter(&late, &confirming(None)).kept(), wrong_step());
        }
    }

    #[test]
    fn the_fifth_answer_that_an_address_is_taken_ends_the_registration() {
        let mut registration = at_profile();
        for count in 1..5 {
            let (next, ()) = registration.count_email_taken(&LIMITS).stored();
            assert_eq!(
                next,
                Registration {
                    email_taken: count,
                    ..at_profile()
                }
            );
            registration = next;
        }
        assert_eq!(registration.count_email_taken(&LIMITS), Change::Remove(()));
        let endless = Registration {
            email_taken: u32::MAX,
            ..at_profile()
        };
        assert_eq!(endless.count_email_taken(&LIMITS), Change::Remove(()));
    }

    #[test]
    fn a_registration_is_completed_once() {
        let complete = |stands: &Registration, member: &str| {
            stands.complete(office(), MemberId::new(member), address().key(), registered())
        };
        let done = at(completed(Some(registered())));
        let (stored, answer) = complete(&at(confirming(None)), "m").stored();
        assert_eq!((&stored, &answer), (&done, &done));
        assert_eq!(complete(&done, "another").kept(), done);
    }

    #[test]
    fn whoever_loses_the_office_is_told_who_has_it_and_nobody_else_is() {
        let lost = at(already_registered());
        let change = at(confirming(None)).lose_office(office());
        assert_eq!(change.stored(), (lost.clone(), lost));
        for elsewhere in everywhere() {
            if !matches!(elsewhere.stage, Stage::Confirm { .. }) {
                assert_eq!(elsewhere.lose_office(office()).kept(), elsewhere);
            }
        }
    }

    #[test]
    fn a_pending_member_is_taken_up_once() {
        let take_up =
            |stands: &Registration| stands.take_up_pending(office(), MemberId::new("m"), address().key());
        assert_eq!(
            take_up(&at(already_registered())).stored(),
            (at(completed(None)), Ok(()))
        );
        for elsewhere in everywhere() {
            if !matches!(elsewhere.stage, Stage::AlreadyRegistered { .. }) {
                assert_eq!(take_up(&elsewhere).kept(), wrong_step());
            }
        }
    }
}
