//! 監査記録 — the acts on an account, recorded by the writes that change it.
//!
//! An event is written with the item that it changes, so neither exists without the other; the table's stream carries
//! it to an append-only store (`keep-audit`). It names its subject by digests and random ids: no address, no name, no
//! secret.

use jiff::Timestamp;

use crate::values::{FlowId, MemberId};

macro_rules! acts {
    ($($variant:ident, $code:literal, $doc:literal;)*) => {
        /// What happened.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Act { $(#[doc = $doc] $variant,)* }

        impl Act {
            /// All acts, in the order of the procedure.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The word in the records.
            pub const fn code(self) -> &'static str {
                match self { $(Self::$variant => $code,)* }
            }

            /// Its meaning, for `docs/audit.md`.
            pub const fn meaning(self) -> &'static str {
                match self { $(Self::$variant => $doc,)* }
            }
        }
    };
}

acts! {
    ClaimsPasswordAsked, "claims-password-asked", "A claims password is about to be asked of the claims system.";
    ClaimsPasswordWrong, "claims-password-wrong", "The claims system refused the password, or may have; from the third one on also if the user id is locked.";
    ClaimsPasswordNotCounted, "claims-password-not-counted", "The claims system judged no password: it was down, or the password was temporary, expired or locked.";
    ClaimsPasswordRight, "claims-password-right", "The claims system accepted the password, and no registration began: codes are stopped, the budget of mails is spent, or there is no address.";
    RegistrationBegun, "registration-begun", "The claims system accepted the password, and a registration began.";
    SecurityCodeAsked, "security-code-asked", "A security code is about to be asked of the claims system.";
    SecurityCodeRight, "security-code-right", "The claims system accepted the security code.";
    SecurityCodeNotCounted, "security-code-not-counted", "The claims system judged no security code; the try is refunded.";
    RegistrationCodePromised, "registration-code-promised", "A code was promised to the address that the claims system names.";
    MailNotSent, "mail-not-sent", "A mail that was counted is not sent: another request of the same person was first.";
    RegistrationCodeWrong, "registration-code-wrong", "A registration code was wrong.";
    RegistrationCodeRight, "registration-code-right", "A registration code was right.";
    MemberRegistered, "member-registered", "A member was registered, and an initial password promised.";
    MemberReplaced, "member-replaced", "A member who had never logged in was replaced by a corrected registration.";
    InitialPasswordResent, "initial-password-resent", "The same initial password was promised again.";
    InitialPasswordReissued, "initial-password-reissued", "A new initial password was promised; the old one is invalid.";
    PasswordWrong, "password-wrong", "A password was wrong.";
    PasswordNotJudged, "password-not-judged", "A password was not judged: a back-off runs, or codes are stopped.";
    InitialPasswordExpired, "initial-password-expired", "The initial password was right but expired.";
    VoidClaimTried, "void-claim-tried", "An initial password was right, but the address belongs to another member by now.";
    LoginMailRefused, "login-mail-refused", "The password was right, but the budget of log-in mails is spent.";
    LoginCodePromised, "login-code-promised", "The password was right or a resend was asked for, and a code was promised.";
    LoginCodeWrong, "login-code-wrong", "A log-in code was wrong.";
    LoginCodeRight, "login-code-right", "A log-in code was right, and a new password or an agreement is required.";
    SessionBegun, "session-begun", "A log-in code was right, and a session began.";
    PasswordChanged, "password-changed", "A password was set, the terms were agreed to, every other session ended, and a session began.";
    TermsAgreed, "terms-agreed", "The terms were agreed to, and a session began.";
    ResetAsked, "reset-asked", "A reset of the password, or its code once more, was asked for; a code was promised if a member with a password has the address.";
    ResetCodeWrong, "reset-code-wrong", "A code of a reset was wrong, or the address is unknown.";
    ResetCodeRight, "reset-code-right", "A code of a reset was right, and a new password is wanted.";
    PasswordReset, "password-reset", "The password was reset: every session ended, every wait for wrong passwords ended, and the member was told by mail.";
    SessionRenewed, "session-renewed", "A session got a new cookie, because the answer with the first one was lost.";
    SessionEnded, "session-ended", "A session was ended by its owner.";
    ProfileChanged, "profile-changed", "A person who is logged in changed their own profile, the address excepted.";
    PasswordProven, "password-proven", "A person who is logged in typed the present password once more.";
    AddressCodePromised, "address-code-promised", "A person who is logged in asked for another address, or for its code once more, and a code was promised to it.";
    AddressCodeWrong, "address-code-wrong", "A code of an address change was wrong.";
    AddressChanged, "address-changed", "A member's address is this one now: every claim on it is void, every other session of the member ended, and both addresses were told by mail.";
    AddressLeft, "address-left", "The member who had this address has another one now; the address is free.";
    MemberAdded, "member-added", "A manager added a member, and an initial password was promised.";
    MemberRemoved, "member-removed", "A manager removed a member: seat and address are free, and every session, log-in and reset is over.";
    MemberDisabled, "member-disabled", "A manager, or an operator at the desk, disabled a member: every session, log-in and reset is over.";
    MemberEnabled, "member-enabled", "A manager, or an operator at the desk, enabled a member again.";
    MemberMadeManager, "member-made-manager", "A manager made a member a manager.";
    ManagerMadeMember, "manager-made-member", "A manager made a manager a plain member.";
    RoleAndStatusChanged, "role-and-status-changed", "A manager changed role and status of a member at once.";
    ExpiredClaimEnded, "expired-claim-ended", "A claim of 14 days without a log-in ended, because another member takes its seat.";
    TakeOverAsked, "take-over-asked", "A person who proved a registered office asked to take it over; its members and the claims address were promised a mail.";
    TakeOverReminded, "take-over-reminded", "On the last business day before a take-over opens, the members were promised a second mail.";
    TakeOverOpened, "take-over-opened", "A take-over may be completed, and the claims address was promised a mail.";
    TakeOverWithdrawn, "take-over-withdrawn", "A person who proved the office withdrew the take-over.";
    TakeOverStopped, "take-over-stopped", "A member stopped the take-over, by the code of the mail or logged in.";
    TakeOverConfirmed, "take-over-confirmed", "A person who proved the office while it was open confirmed a profile, and an initial password was promised.";
    TakeOverCompleted, "take-over-completed", "The newcomer completed the first log-in: manager from now on, and every member of that moment was disabled or removed.";
    MemberDisplaced, "member-displaced", "A take-over was completed: the member was disabled, is no manager, and every session, log-in and reset is over.";
    MemberDisplacedAndRemoved, "member-displaced-and-removed", "A take-over was completed: the member never logged in or had the oldest log-in of five, and was removed.";
    NewcomerEnded, "newcomer-ended", "A take-over was stopped or withdrawn, or another newcomer was confirmed: the newcomer's initial password and log-ins are over.";
    PasswordReplaced, "password-replaced", "A person who is logged in set another password, and every other session ended.";
    InquiryReceiptPromised, "inquiry-receipt-promised", "The receipt of an inquiry was counted for the address to which it goes.";
    InquiryReceived, "inquiry-received", "An inquiry was received, and its receipt promised.";
    OperatorLooked, "operator-looked", "An operator at the desk looked at an office, an address or its mails, an inquiry or their list, masked, or at records of the audit.";
    OperatorRevealed, "operator-revealed", "An operator at the desk looked at an office, an address or its mails, or an inquiry, unmasked, for the reason that is recorded.";
    OperatorChanged, "operator-changed", "An operator at the desk changed a member or an inquiry, or ended a suppression of SES, for the reason that is recorded; the record of the member or the inquiry with the same `by` says how.";
    PasswordWaitsLifted, "password-waits-lifted", "An operator at the desk lifted the waits and the lockout for wrong passwords.";
    MemberSignedOut, "member-signed-out", "An operator at the desk ended every session, log-in and reset of a member.";
    InquiryTaken, "inquiry-taken", "An operator took an inquiry, or took it over from another one.";
    InquiryAnswered, "inquiry-answered", "An operator answered an inquiry, and the mail with the answer was promised.";
    InquiryReturned, "inquiry-returned", "An operator returned an inquiry with the reason, and the mail with it was promised.";
    InquiryClosed, "inquiry-closed", "An operator closed an inquiry, and the mail that says so was promised.";
    InquiryAdded, "inquiry-added", "The person added what was asked for, and the inquiry waits for an operator again.";
}

impl Act {
    /// The act of this word.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|act| act.code() == code)
    }
}

/// 監査記録 — one act, to be stored permanently.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Event {
    /// The act.
    pub act: Act,
    /// The time of the act.
    pub at: Timestamp,
    /// The registration or log-in, or the operation at the desk, that did it, if there is one.
    pub by: Option<FlowId>,
    /// The member whom the act is about, if the act knows one.
    pub about: Option<MemberId>,
}

impl Event {
    /// An act at this instant.
    pub const fn new(act: Act, at: Timestamp) -> Self {
        Self {
            act,
            at,
            by: None,
            about: None,
        }
    }

    /// An act of this flow at this instant.
    pub fn of(act: Act, at: Timestamp, by: &FlowId) -> Self {
        Self {
            by: Some(by.clone()),
            ..Self::new(act, at)
        }
    }

    /// The act about this member.
    #[must_use]
    pub fn about(self, member: &MemberId) -> Self {
        Self {
            about: Some(member.clone()),
            ..self
        }
    }
}

/// The audit part of a write of a registration or of a claims user: an act, or the reason for none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AuditEntry {
    /// The write records this act.
    Event(Event),
    /// The write records no act, for this reason.
    None(NoEvent),
}

/// Why a write of an audited item records no event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoEvent {
    /// The account's write records the act: it takes the member.
    RecordedWithAccount,
    /// The claims user's write records the act: it counts the judged code.
    RecordedWithClaimsUser,
    /// The contact's write records the act: it counts or refunds the mail.
    RecordedWithContact,
    /// The registration's write records the act: it begins, or spends or refunds the try.
    RecordedWithRegistration,
    /// Only the current screen changes: no account, code or password does.
    NoAct,
}

/// For the kinds of items whose writes are no acts: the account's write records what happens to an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unaudited;

impl From<Event> for AuditEntry {
    fn from(event: Event) -> Self {
        Self::Event(event)
    }
}

impl From<NoEvent> for AuditEntry {
    fn from(why: NoEvent) -> Self {
        Self::None(why)
    }
}

impl From<AuditEntry> for Option<Event> {
    fn from(entry: AuditEntry) -> Self {
        match entry {
            AuditEntry::Event(event) => Some(event),
            AuditEntry::None(_) => None,
        }
    }
}

impl From<Unaudited> for Option<Event> {
    fn from(_: Unaudited) -> Self {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_act_has_a_word_of_its_own() {
        for act in Act::ALL {
            assert_eq!(Act::parse(act.code()), Some(*act));
        }
        assert_eq!(Act::parse("something-else"), None);
    }
}
