//! What must hold in every state.

use platform::store::{AnyItem, Key};
use portal::account::{Account, Credential, Member};
use portal::mail::Delivery;
use portal::office::Office;
use portal::values::{AccountKey, MemberId};

use crate::explore::Scene;
use crate::state::State;
use crate::way_on;

/// Something that must hold in every state.
#[derive(Debug, Clone, Copy)]
pub struct Invariant {
    /// What.
    pub says: &'static str,
    /// Whether.
    pub holds: fn(&Scene, &State) -> bool,
}

/// Everything that must hold in every state.
pub const INVARIANTS: &[Invariant] = &[
    Invariant {
        says: "no challenge judges more guesses than it has tries",
        holds: |scene, state| {
            let tries = scene.setup.limits.code_tries;
            state
                .ledger
                .judged
                .values()
                .all(|judged| u64::from(*judged) <= tries)
        },
    },
    Invariant {
        says: "no account is told of more wrong codes than its budget, whatever its challenges",
        holds: |scene, state| {
            let most = scene.setup.limits.code_failures;
            let jumped = !scene.jumps.is_empty();
            jumped
                || state
                    .ledger
                    .wrong_codes
                    .values()
                    .all(|wrong| u64::from(*wrong) <= most)
        },
    },
    Invariant {
        says: "in one instant no more wrong passwords are judged than are free, and one",
        holds: |scene, state| {
            let most = scene.setup.limits.free_wrong_passwords + 1;
            // Known devices have a count of their own.
            let counts = 1 + u64::try_from(scene.actors.len()).unwrap_or(0);
            !scene.jumps.is_empty() || u64::from(state.ledger.wrong_passwords) <= most * counts.min(2)
        },
    },
    Invariant {
        says: "no more wrong claims passwords are asked about than two, unless somebody accepts the risk",
        holds: |scene, state| {
            let most = scene.setup.limits.claims_failures;
            state
                .ledger
                .claims_wrong
                .values()
                .all(|wrong| u64::from(*wrong) <= most)
        },
    },
    Invariant {
        says: "no more wrong security codes of a user id are asked about than its budget, whatever its registrations",
        holds: |scene, state| {
            let most = scene.setup.limits.security_code_failures;
            !scene.jumps.is_empty() || u64::from(state.ledger.security_codes_wrong) <= most
        },
    },
    Invariant {
        says: "a code makes at most one session",
        holds: |_, state| state.ledger.begun.values().all(|begun| *begun <= 1),
    },
    Invariant {
        says: "nothing was seen that must not be: an ended session that comes back, a change without its record",
        holds: |_, state| state.ledger.wrongs.is_empty(),
    },
    Invariant {
        says: "no session without a right code, a password of one's own and the terms in force",
        holds: |scene, state| {
            members(state).all(|(_, member)| {
                let is_complete = matches!(member.credential, Credential::Chosen { .. })
                    && member.has_agreed_to(scene.setup.terms);
                member
                    .sessions
                    .iter()
                    .all(|session| is_complete && state.ledger.passed.contains(&session.flow))
            })
        },
    },
    Invariant {
        says: "nobody has more sessions than allowed, nor two of one log-in",
        holds: |scene, state| {
            members(state).all(|(_, member)| {
                let mut flows: Vec<_> = member.sessions.iter().map(|session| &session.flow).collect();
                let all = flows.len();
                flows.sort();
                flows.dedup();
                flows.len() == all
                    && u64::try_from(all).unwrap_or(u64::MAX) <= scene.setup.limits.sessions_per_person
            })
        },
    },
    Invariant {
        says: "an address belongs to one member, and a member has one address",
        holds: |_, state| {
            let mut ids: Vec<&MemberId> = members(state).map(|(_, member)| &member.id).collect();
            let all = ids.len();
            ids.sort();
            ids.dedup();
            ids.len() == all && members(state).all(|(key, member)| member.profile.email.key() == *key)
        },
    },
    Invariant {
        says: "an office has at most five members, pending ones included, and every one of them a seat",
        holds: |scene, state| {
            offices(state).all(|office| {
                u64::try_from(office.members.len()).unwrap_or(u64::MAX) <= scene.setup.limits.office_members
            }) && members(state).all(|(key, member)| {
                member.seat_has_expired(state.now, &scene.setup.limits)
                    || offices(state).any(|office| {
                        office.office.number == member.office.number
                            && office.members.get(&member.id) == Some(key)
                    })
            })
        },
    },
    Invariant {
        says: "whoever has set a password keeps the seat",
        holds: |_, state| !state.ledger.seat_lost,
    },
    Invariant {
        says: "an office is claimed once: its first member is the one that its founding made",
        holds: |_, state| {
            offices(state).all(|office| {
                let [account] = office.members.values().collect::<Vec<_>>()[..] else {
                    return false;
                };
                office.members.contains_key(&office.founding.member)
                    && state.items.contains_key(&Key::Account(account.clone()))
            })
        },
    },
    Invariant {
        says: "a promised mail is sent, or the stream has it, or it is too late for it",
        holds: |_, state| {
            state.items.iter().all(|(key, item)| {
                let Some(promise) = item.promise() else {
                    return true;
                };
                let sent = state
                    .inbox
                    .get(promise.to.as_str())
                    .is_some_and(|mails| mails.contains(&promise.content));
                sent || promise.delivery != Delivery::Queued
                    || promise.is_expired(state.now)
                    || state
                        .stream
                        .iter()
                        .any(|(other, waiting)| other == key && waiting.content == promise.content)
            })
        },
    },
    Invariant {
        says: "no mail beyond an address's budget",
        holds: |scene, state| {
            let most = scene.setup.limits.mails_per_hour;
            accounts(state).all(|account| {
                // The mail that brings a first initial password is counted, and never refused.
                u64::try_from(account.mails.sends.len()).unwrap_or(u64::MAX) <= most + 2
                    || !scene.jumps.is_empty()
            })
        },
    },
    Invariant {
        says: "codes of registrations leave an address the mails that are kept for its log-ins",
        holds: |_, state| !state.ledger.kept_mail_taken,
    },
    Invariant {
        says: "no dead end: whoever belongs to the office comes to マイページ without an operator",
        holds: |scene, state| {
            scene
                .rightful
                .is_none_or(|actor| way_on::exists(scene, state, actor))
        },
    },
];

fn accounts(state: &State) -> impl Iterator<Item = &Account> {
    state.items.values().filter_map(|item| match &**item {
        AnyItem::Account(account) => Some(account),
        _ => None,
    })
}

fn members(state: &State) -> impl Iterator<Item = (&AccountKey, &Member)> {
    accounts(state).filter_map(|account| Some((&account.key, account.member.as_ref()?)))
}

fn offices(state: &State) -> impl Iterator<Item = &Office> {
    state.items.values().filter_map(|item| match &**item {
        AnyItem::Office(office) => Some(office),
        _ => None,
    })
}
