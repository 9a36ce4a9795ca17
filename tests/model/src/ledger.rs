//! The ledger: data about past events that the invariants need.

use std::collections::{BTreeMap, BTreeSet};

use portal::account::Account;
use portal::audit::{Act, Event};
use portal::guards::PasswordGuard;
use portal::values::{AccountKey, ChallengeId, FlowId, MemberId, SessionId};

use crate::take_over::TakeOvers;

/// Data about past events that the invariants need.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Ledger {
    /// Judged codes, by challenge: answers that revealed right or wrong.
    pub judged: BTreeMap<ChallengeId, u8>,
    /// Sessions that a log-in's code created.
    pub begun: BTreeMap<FlowId, u8>,
    /// Log-ins whose right code was committed.
    pub passed: BTreeSet<FlowId>,
    /// Sessions that are over.
    pub ended: BTreeSet<SessionId>,
    /// Log-ins whose session was ended.
    pub ended_flows: BTreeSet<FlowId>,
    /// Wrong passwords that the claims system judged since the last right one, without an accepted risk.
    pub claims_wrong: BTreeMap<usize, u8>,
    /// The same with or without an accepted risk, by office and network.
    pub claims_wrong_by_network: BTreeMap<(usize, u8), u8>,
    /// Wrong security codes that the claims system judged: one office has one.
    pub security_codes_wrong: u8,
    /// Wrong codes that were answered, by account or user id.
    pub wrong_codes: BTreeMap<String, u8>,
    /// Wrong passwords that were judged.
    pub wrong_passwords: u8,
    /// Actors who were refused with their own right password: an initial one, or a chosen one.
    pub kept_out: BTreeSet<(usize, bool)>,
    /// Registration codes that were promised.
    pub registration_codes: u8,
    /// Mails of resets that were promised, by address.
    pub reset_mails: BTreeMap<AccountKey, u8>,
    /// Resets whose right code was committed.
    pub reset_passed: BTreeSet<FlowId>,
    /// What a reset must not do.
    pub reset_wrongs: BTreeSet<&'static str>,
    /// Log-ins that were under way when the password was reset.
    pub overtaken: BTreeSet<FlowId>,
    /// Members who have set a password, and whom neither a manager nor a take-over removed.
    pub owners: BTreeSet<MemberId>,
    /// Who left an address for another one.
    pub left: BTreeMap<AccountKey, MemberId>,
    /// Whether a manager or a take-over removed a member.
    pub has_removed: bool,
    /// Take-overs.
    pub take_overs: TakeOvers,
    /// Forbidden events.
    pub wrongs: BTreeSet<&'static str>,
}

impl Ledger {
    /// Updates the ledger by an act.
    pub fn note(&mut self, account: &Account, event: &Event) {
        let act = event.act;
        self.owners.extend(account.owner().map(|owner| owner.id.clone()));
        if act == Act::AddressLeft {
            let left = event
                .about
                .iter()
                .map(|member| (account.key.clone(), member.clone()));
            self.left.extend(left);
        }
        if act == Act::PasswordWrong {
            self.wrong_passwords = self.wrong_passwords.saturating_add(1);
        }
        let Some(flow) = &event.by else { return };
        match act {
            Act::LoginCodeRight => {
                self.passed.insert(flow.clone());
            }
            Act::SessionBegun | Act::PasswordChanged | Act::TermsAgreed => {
                if act == Act::SessionBegun {
                    self.passed.insert(flow.clone());
                }
                let begun = self.begun.entry(flow.clone()).or_default();
                *begun = begun.saturating_add(1);
            }
            Act::ResetCodeRight => {
                self.reset_passed.insert(flow.clone());
            }
            Act::PasswordReset => self.note_reset(account, flow),
            _ => {}
        }
        let sessions = account.members().flat_map(|member| &member.sessions);
        for session in sessions {
            if self.ended.contains(&session.id) {
                self.wrongs.insert("an ended session came back");
            }
            if self.overtaken.contains(&session.flow) {
                self.reset_wrongs
                    .insert("a log-in that began before a reset has a session");
            }
            if self.ended_flows.contains(&session.flow) {
                self.wrongs
                    .insert("a log-in whose session was ended has one again");
            }
        }
    }

    /// A password is reset by a right code, once; no session and no wait outlives it.
    fn note_reset(&mut self, account: &Account, flow: &FlowId) {
        if !self.reset_passed.remove(flow) {
            self.reset_wrongs
                .insert("a password was reset without the code, or twice by one code");
        }
        if account.members().any(|member| !member.sessions.is_empty()) {
            self.reset_wrongs.insert("a session outlived a reset");
        }
        let devices = account.members().flat_map(|member| &member.devices);
        let waits = devices.map(|device| device.passwords.failures).sum::<u64>();
        if account.passwords != PasswordGuard::default() || waits > 0 {
            self.reset_wrongs
                .insert("a wait for wrong passwords outlived a reset");
        }
    }

    /// Counts a password that the claims system judged, by office and network.
    pub fn judge_claims_password(&mut self, office: usize, network: u8, right: bool, accepts_risk: bool) {
        if right {
            self.claims_wrong.remove(&office);
            self.claims_wrong_by_network.retain(|(of, _), _| *of != office);
            return;
        }
        if !accepts_risk {
            let wrong = self.claims_wrong.entry(office).or_default();
            *wrong = wrong.saturating_add(1);
        }
        let wrong = self.claims_wrong_by_network.entry((office, network)).or_default();
        *wrong = wrong.saturating_add(1);
    }

    /// The sessions that a change ended, and whether it took a permanent seat that no manager removed.
    pub fn compare(&mut self, was: &Account, now: &Account, event: Option<&Event>) {
        let ids = |account: &Account| -> BTreeSet<SessionId> {
            let sessions = account.members().flat_map(|member| &member.sessions);
            sessions.map(|session| session.id.clone()).collect()
        };
        if let Some(Event {
            act: Act::MemberRemoved | Act::MemberDisplacedAndRemoved,
            about: Some(member),
            ..
        }) = event
        {
            self.has_removed = true;
            self.owners.remove(member);
        }
        if event.is_some_and(|event| event.act == Act::SessionEnded) {
            let flows = |account: &Account| -> BTreeSet<FlowId> {
                let sessions = account.members().flat_map(|member| &member.sessions);
                sessions.map(|session| session.flow.clone()).collect()
            };
            self.ended_flows
                .extend(flows(was).difference(&flows(now)).cloned());
        }
        let (was, now) = (ids(was), ids(now));
        self.ended.extend(was.difference(&now).cloned());
    }
}
