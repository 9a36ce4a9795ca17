//! What a person who is logged in changes of their own account.

use jiff::Timestamp;

use super::{Account, Caller, Credential, Member, Session};
use crate::audit::{Act, Event};
use crate::change::{Change, Put};
use crate::guards::Guarded;
use crate::limits::Limits;
use crate::mail::Notice;
use crate::problem::Kind;
use crate::time::plus;
use crate::values::{Profile, SessionId};

/// The password that was typed as the present one, as it was compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CurrentPassword {
    /// Whether it was the member's.
    pub right: bool,
    /// The version of the credential with which it was compared.
    pub version: u32,
    /// Where it comes from.
    pub caller: Caller,
}

/// The new password's hash, and the new cookie of the session that sets it.
#[derive(Clone, PartialEq, Eq)]
pub struct NewPassword {
    /// Argon2id, as a PHC string; none where the present password was not taken when it was compared.
    pub hash: Option<String>,
    /// The new cookie of the session, as its digest.
    pub session: SessionId,
}

impl Session {
    /// Whether the password was proven in it so lately that a change may rest on it (ASVS 7.5.1).
    pub fn has_fresh_proof(&self, now: Timestamp, limits: &Limits) -> bool {
        now < plus(self.proven_at, limits.fresh_proof)
    }
}

impl Account {
    /// Whether the present password was right, and no back-off runs; during a back-off the answer is that of a wrong password,
    /// as at a log-in.
    pub fn accepts_current_password(
        &self,
        member: &Member,
        typed: &CurrentPassword,
        now: Timestamp,
        limits: &Limits,
    ) -> bool {
        // What was compared is one credential; with another one in its place, nothing was.
        let is_it = typed.right && typed.version == member.credential_version;
        is_it && self.guarded(&typed.caller, now, limits) == Guarded::Open
    }

    /// A present password that is not taken counts as at a log-in: for the account, and for the network or the known
    /// device that it comes from; during a wait nothing is judged and nothing counted.
    fn refuse_current_password<R>(
        &self,
        member: &Member,
        by: &Session,
        typed: &CurrentPassword,
        now: Timestamp,
        limits: &Limits,
    ) -> Change<Self, Result<R, Kind>> {
        let next = Self {
            judged_at: now,
            ..self.clone()
        };
        let event = |act| Event::of(act, now, &by.flow).about(&member.id);
        let answer = Err(Kind::WrongCurrentPassword);
        if self.guarded(&typed.caller, now, limits) == Guarded::Closed {
            return Change::BestEffort(Put::new(next, event(Act::PasswordNotJudged)), answer);
        }
        let failed = next.with_wrong_password(&typed.caller, now, limits);
        Change::Store(Put::new(failed, event(Act::PasswordWrong)), answer)
    }

    /// The account and its member after the right password from there: that network's or device's own wait is over.
    fn proven(&self, member: &Member, caller: &Caller, now: Timestamp, limits: &Limits) -> (Self, Member) {
        let account = Self {
            judged_at: now,
            ..self.with_right_password(caller, now, limits)
        };
        // The guard may be one of the member's own devices'.
        let member = account.noted(&member.id).unwrap_or(member).clone();
        (account, member)
    }

    /// 本人確認: the right password is fresh proof in this session, for a while.
    pub fn prove_again(
        &self,
        member: &Member,
        by: &Session,
        typed: &CurrentPassword,
        now: Timestamp,
        limits: &Limits,
    ) -> Change<Self, Result<(), Kind>> {
        if !self.accepts_current_password(member, typed, now, limits) {
            return self.refuse_current_password(member, by, typed, now, limits);
        }
        let (account, mut member) = self.proven(member, &typed.caller, now, limits);
        for session in member.sessions.iter_mut().filter(|session| session.id == by.id) {
            session.proven_at = now;
        }
        let event = Event::of(Act::PasswordProven, now, &by.flow).about(&member.id);
        Change::Store(Put::new(account.with_member(member, now, limits), event), Ok(()))
    }

    /// パスワードの変更: another password, with a new cookie for this session; every other session ends, and every log-in
    /// that began with the old password is over.
    pub fn replace_password(
        &self,
        member: &Member,
        by: &Session,
        typed: &CurrentPassword,
        new: &NewPassword,
        now: Timestamp,
        limits: &Limits,
    ) -> Change<Self, Result<Session, Kind>> {
        if !self.accepts_current_password(member, typed, now, limits) {
            return self.refuse_current_password(member, by, typed, now, limits);
        }
        // It was not judged when it was compared, and is no wrong one.
        let Some(hash) = &new.hash else {
            return Change::Keep(Err(Kind::WrongCurrentPassword));
        };
        let (account, mut member) = self.proven(member, &typed.caller, now, limits);
        let session = Session {
            id: new.session.clone(),
            proven_at: now,
            ..by.clone()
        };
        member.credential = Credential::Chosen {
            hash: hash.clone(),
            by: session.as_setter(),
        };
        member.end_all_access();
        member.sessions = vec![session.clone()];
        let member = member.with_notice_from(Notice::PasswordReplaced, by.browser, now, limits);
        let event = Event::of(Act::PasswordReplaced, now, &by.flow).about(&member.id);
        Change::Store(
            Put::new(account.with_member(member, now, limits), event),
            Ok(session),
        )
    }

    /// 登録情報の変更: another profile with the same address. What is as it was is not written.
    pub fn change_profile(
        &self,
        member: &Member,
        by: &Session,
        profile: Profile,
        now: Timestamp,
        limits: &Limits,
    ) -> Change<Self, Member> {
        if profile == member.profile {
            return Change::Keep(member.clone());
        }
        let member = Member {
            profile,
            ..member.clone()
        };
        let event = Event::of(Act::ProfileChanged, now, &by.flow).about(&member.id);
        let next = self.clone().with_member(member.clone(), now, limits);
        Change::Store(Put::new(next, event), member)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::samples::{from, guessed_at, known_as};
    use crate::form::{Problems, ProfileForm};
    use crate::samples::{LIMITS, account, active, device, flow, flows_of, only, session, t};

    fn logged_in() -> Account {
        account(Member {
            sessions: vec![session("x", "x", 0, 43_200), session("s", "f", 0, 43_200)],
            ..active("m")
        })
    }

    fn typed(account: &Account, right: bool, network: &str) -> CurrentPassword {
        CurrentPassword {
            right,
            version: only(account).credential_version,
            caller: from(network),
        }
    }

    fn by() -> Session {
        session("s", "f", 0, 43_200)
    }

    fn replaces(
        account: &Account,
        typed: &CurrentPassword,
        second: u64,
    ) -> Change<Account, Result<Session, Kind>> {
        let new = new_password(Some("new"), "new cookie");
        account.replace_password(only(account), &by(), typed, &new, t(second), &LIMITS)
    }

    fn new_password(hash: Option<&str>, cookie: &str) -> NewPassword {
        NewPassword {
            hash: hash.map(str::to_owned),
            session: SessionId::new(cookie),
        }
    }

    #[test]
    fn proof_is_fresh_for_ten_minutes_from_the_log_in_or_the_password() {
        for (second, is_fresh) in [(0, true), (599, true), (600, false), (601, false)] {
            assert_eq!(by().has_fresh_proof(t(second), &LIMITS), is_fresh, "{second}");
        }
        let before = logged_in();
        let change = before.prove_again(only(&before), &by(), &typed(&before, true, "n"), t(700), &LIMITS);
        let (after, event, answer) = change.recorded();
        assert_eq!(answer, Ok(()));
        let about = Event::of(Act::PasswordProven, t(700), &flow("f")).about(&only(&before).id);
        assert_eq!(event, Some(about));
        let fresh = |second| {
            only(&after)
                .sessions
                .iter()
                .map(|s| s.has_fresh_proof(t(second), &LIMITS))
                .collect::<Vec<_>>()
        };
        assert_eq!(fresh(1_299), [false, true], "in no other session");
        assert_eq!(fresh(1_300), [false, false]);
    }

    #[test]
    fn a_changed_password_ends_every_other_session_and_gives_this_one_a_new_cookie() {
        let before = logged_in();
        let (after, event, answer) = replaces(&before, &typed(&before, true, "n"), 9).recorded();
        let session = answer.unwrap();
        assert_eq!(
            (session.id.as_str(), session.proven_at, session.created_at),
            ("new cookie", t(9), t(0))
        );
        assert_eq!(session.name(), by().name());
        assert_eq!(flows_of(&after), ["f"]);
        let (old, new) = (only(&before), only(&after));
        assert_eq!(new.credential_version, old.credential_version + 1);
        assert!(
            matches!(&new.credential, Credential::Chosen { hash, by } if hash == "new" && *by == session.as_setter())
        );
        assert!(
            !session.is_given_by(&flow("f"), &new.credential),
            "nor by its log-in's cookie"
        );
        assert!(
            by().is_given_by(&flow("f"), &old.credential) && !by().is_given_by(&flow("x"), &old.credential)
        );
        assert_eq!(
            event,
            Some(Event::of(Act::PasswordReplaced, t(9), &flow("f")).about(&old.id))
        );
        let notice = new.notice.as_ref().unwrap();
        assert_eq!(
            (notice.content.subject(), notice.promised_at),
            (Notice::PasswordReplaced.subject(), t(9))
        );
        // Twice at once: the second one was compared with a password that is no more.
        let late = typed(&before, true, "n");
        let again =
            after.replace_password(new, &session, &late, &new_password(Some("x"), "c"), t(9), &LIMITS);
        let (after, _, answer) = again.recorded();
        assert_eq!(answer, Err(Kind::WrongCurrentPassword));
        assert_eq!(only(&after).credential, new.credential);
    }

    #[test]
    fn a_wrong_present_password_counts_for_account_and_network_and_waits_as_at_a_log_in() {
        let mut account = logged_in();
        for _ in 0..5 {
            let change =
                account.prove_again(only(&account), &by(), &typed(&account, false, "n"), t(0), &LIMITS);
            let (after, event, answer) = change.recorded();
            assert_eq!(
                (answer, event.unwrap().act),
                (Err(Kind::WrongCurrentPassword), Act::PasswordWrong)
            );
            account = after;
        }
        assert_eq!(account.passwords.consecutive, 5);
        assert_eq!(
            account,
            Account {
                judged_at: t(0),
                ..guessed_at(logged_in(), 5, 0)
            }
        );
        // That network waits, also for the right one, and nothing is counted.
        for right in [true, false] {
            let change = replaces(&account, &typed(&account, right, "n"), 0);
            let Change::BestEffort(put, answer) = change else {
                panic!("{change:?}")
            };
            assert_eq!(answer, Err(Kind::WrongCurrentPassword));
            assert_eq!(put.item().passwords, account.passwords);
        }
        // Another one does not, and the right password ends only the wait of its own caller.
        let (elsewhere, _, answer) = replaces(&account, &typed(&account, true, "elsewhere"), 0).recorded();
        assert!(answer.is_ok());
        assert_eq!(elsewhere.passwords, account.passwords);
        let (own, _, _) = replaces(&account, &typed(&account, true, "n"), 1).recorded();
        assert_eq!((own.passwords.consecutive, own.passwords.networks.len()), (5, 0));
    }

    #[test]
    fn a_known_device_waits_for_its_own_wrong_passwords_only() {
        let before = account(Member {
            devices: vec![device("d", 0)],
            ..only(&logged_in()).clone()
        });
        let guessed = guessed_at(before, 5, 0);
        let mut right = typed(&guessed, true, "n");
        assert!(
            !guessed.accepts_current_password(only(&guessed), &right, t(0), &LIMITS),
            "the network waits"
        );
        right.caller = known_as(&["d"]);
        assert!(guessed.accepts_current_password(only(&guessed), &right, t(0), &LIMITS));
    }

    #[test]
    fn a_password_that_was_not_hashed_is_not_set() {
        let before = logged_in();
        let change = before.replace_password(
            only(&before),
            &by(),
            &typed(&before, true, "n"),
            &new_password(None, "c"),
            t(0),
            &LIMITS,
        );
        assert_eq!(change.kept(), Err(Kind::WrongCurrentPassword));
    }

    #[test]
    fn a_profile_changes_by_what_is_typed_and_the_rest_stays() {
        let before = logged_in();
        let old = only(&before);
        let form = ProfileForm {
            name: Some("見本　花子"),
            department: Some(""),
            phone: Some("090-1234-5678"),
            ..ProfileForm::default()
        };
        let profile = form.changing(&old.profile, Problems::default()).unwrap();
        let (after, event, member) = before
            .change_profile(old, &by(), profile, t(5), &LIMITS)
            .recorded();
        assert_eq!(only(&after), &member);
        assert_eq!(
            event,
            Some(Event::of(Act::ProfileChanged, t(5), &flow("f")).about(&old.id))
        );
        let new = &member.profile;
        assert_eq!(
            (new.name.as_str(), new.phone.as_str()),
            ("見本 花子", "09012345678")
        );
        assert_eq!(
            (&new.department, &new.email, &new.name_kana),
            (&None, &old.profile.email, &old.profile.name_kana)
        );
        // Nothing is written where nothing changes.
        let same = ProfileForm::default().changing(new, Problems::default()).unwrap();
        assert_eq!(
            after.change_profile(&member, &by(), same, t(6), &LIMITS).kept(),
            member
        );
        let wrong = ProfileForm {
            name: Some(" "),
            name_kana: Some("漢字"),
            phone: Some("12"),
            ..ProfileForm::default()
        };
        let problems = wrong.changing(new, Problems::default()).unwrap_err();
        let pointers: Vec<&str> = problems.iter().map(|problem| problem.pointer.as_str()).collect();
        assert_eq!(pointers, ["/name", "/nameKana", "/phone"]);
    }
}
