//! The invariants of every state.

use std::collections::BTreeSet;

use platform::store::{AnyItem, Key};
use portal::account::{Account, Credential, Member};
use portal::guards::MailBudget;
use portal::mail::Delivery;
use portal::office::Office;
use portal::values::{AccountKey, MemberId};

use crate::explore::Scene;
use crate::moves::{Actor, Move};
use crate::state::State;
use crate::way_on;

/// An invariant of every state.
#[derive(Debug, Clone, Copy)]
pub struct Invariant {
    /// Its text, as in `docs/model.md`.
    pub says: &'static str,
    /// Whether it holds.
    pub holds: fn(&Scene, &State) -> bool,
}

/// All invariants.
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
        says: "no account has more judged wrong codes than its budget, over all its challenges",
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
        says: "in one instant at most one wrong password more is judged than the number without a wait",
        holds: |scene, state| {
            let most = scene.setup.limits.free_wrong_passwords + 1;
            let networks: BTreeSet<u8> = scene.actors.iter().map(|actor| actor.network).collect();
            // Each network has a count of its own, and so have known devices.
            let counts = 1 + u64::try_from(networks.len()).unwrap_or(u64::MAX);
            !scene.jumps.is_empty() || u64::from(state.ledger.wrong_passwords) <= most * counts
        },
    },
    Invariant {
        says: "wrong passwords in a row never exceed the lockout, and neither do the networks that an account remembers",
        holds: |scene, state| {
            let most = scene.setup.limits.wrong_passwords_before_lockout;
            accounts(state).all(|account| {
                let networks = u64::try_from(account.passwords.networks.len()).unwrap_or(u64::MAX);
                account.passwords.consecutive <= most && networks <= most
            })
        },
    },
    Invariant {
        says: "no more starts of a network are refused in an hour than its budget",
        holds: |scene, state| {
            let most = scene.setup.limits.refused_starts_per_network;
            state.items.values().all(|item| match &**item {
                AnyItem::Network(record) => record.budget.count <= most,
                _ => true,
            })
        },
    },
    Invariant {
        says: "guesses lock no one out in another network, in a known browser, or with an initial password",
        holds: |scene, state| {
            let kept_out = &state.ledger.kept_out;
            !only_uses_passwords(scene)
                || kept_out
                    .iter()
                    .all(|(at, is_initial)| may_be_kept_out(scene, *at, *is_initial))
        },
    },
    Invariant {
        says: "at most two wrong claims passwords are sent to the claims system, unless the risk is accepted",
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
        says: "whatever risk is accepted, few wrong claims passwords are asked about, and fewer from one network",
        holds: |scene, state| {
            let limits = &scene.setup.limits;
            let here = limits
                .claims_attempts_per_network
                .min(limits.claims_failures.saturating_add(limits.claims_risks));
            let wrongs = &state.ledger.claims_wrong_by_network;
            let all = |office: usize| -> u64 {
                let of_office = wrongs.iter().filter(|((of, _), _)| *of == office);
                of_office.map(|(_, wrong)| u64::from(*wrong)).sum()
            };
            wrongs.iter().all(|((office, _), wrong)| {
                u64::from(*wrong) <= here && all(*office) <= limits.claims_attempts
            })
        },
    },
    Invariant {
        says: "wrong security codes sent for a user id never exceed its budget, over all its registrations",
        holds: |scene, state| {
            let most = scene.setup.limits.security_code_failures;
            !scene.jumps.is_empty() || u64::from(state.ledger.security_codes_wrong) <= most
        },
    },
    Invariant {
        says: "a code creates at most one session",
        holds: |_, state| state.ledger.begun.values().all(|begun| *begun <= 1),
    },
    Invariant {
        says: "no forbidden event: no ended session comes back, no change lacks its record",
        holds: |_, state| state.ledger.wrongs.is_empty(),
    },
    Invariant {
        says: "no session without a right code, a self-chosen password and the current terms",
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
        says: "no member has more sessions than allowed, or two of one log-in",
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
        says: "an address has one owner, or a claim an office, and a member has one address",
        holds: |scene, state| {
            let claims = |account: &Account| {
                let mut offices: Vec<&str> = account
                    .members()
                    .map(|member| member.office.number.as_str())
                    .collect();
                let all = offices.len();
                offices.sort_unstable();
                offices.dedup();
                let most = scene.setup.limits.claims_per_address;
                offices.len() == all && u64::try_from(all).unwrap_or(u64::MAX) <= most
            };
            if !accounts(state).all(claims) {
                return false;
            }
            let mut ids: Vec<&MemberId> = members(state).map(|(_, member)| &member.id).collect();
            let all = ids.len();
            ids.sort();
            ids.dedup();
            ids.len() == all && members(state).all(|(key, member)| member.profile.email.key() == *key)
        },
    },
    Invariant {
        says: "an office has at most five members, pending ones included, and each of them has a seat",
        holds: |scene, state| {
            offices(state).all(|office| {
                u64::try_from(office.members.len()).unwrap_or(u64::MAX) <= scene.setup.limits.office_members
            }) && members(state).all(|(key, member)| {
                member.is_newcomer()
                    || member.seat_has_expired(state.now, &scene.setup.limits)
                    || offices(state).any(|office| {
                        office.office.number == member.office.number
                            && office.members.get(&member.id) == Some(key)
                    })
            })
        },
    },
    Invariant {
        says: "a member whose claim became void has neither a session nor a mail to come",
        holds: |_, state| {
            accounts(state).all(|account| {
                let gone = |id: &MemberId| {
                    account.noted(id).is_none()
                        && accounts(state)
                            .flat_map(Account::members)
                            .all(|member| member.id != *id)
                };
                account.void_claims.iter().all(|claim| gone(&claim.member))
            })
        },
    },
    Invariant {
        says: "a member who has set a password keeps the seat, unless a manager or a take-over removes the member",
        holds: |_, state| {
            let owners = || accounts(state).filter_map(Account::owner);
            let is_there = |id: &MemberId| owners().any(|owner| owner.id == *id);
            state.ledger.owners.iter().all(is_there)
        },
    },
    Invariant {
        says: "an office is registered once: its first member is the one whom its founding created",
        holds: |_, state| {
            offices(state).all(|office| {
                let exists = |account: &AccountKey| state.items.contains_key(&Key::Account(account.clone()));
                office.members.values().all(exists)
                    && (office.members.contains_key(&office.founding.member) || state.ledger.has_removed)
            })
        },
    },
    Invariant {
        says: "an office where a member has logged in keeps a manager who can log in",
        holds: |_, state| {
            offices(state).all(|office| {
                let of_office = |member: &&Member| office.members.contains_key(&member.id);
                let all: Vec<&Member> = members(state)
                    .map(|(_, member)| member)
                    .filter(of_office)
                    .collect();
                all.iter().all(|member| member.is_pending())
                    || all.iter().any(|member| member.is_active_manager())
            })
        },
    },
    Invariant {
        says: "a disabled member has no session",
        holds: |_, state| members(state).all(|(_, member)| !member.disabled || member.sessions.is_empty()),
    },
    Invariant {
        says: "a promised mail is sent, or still in the stream, or expired",
        holds: |_, state| {
            state.items.iter().all(|(key, item)| {
                item.promises().into_iter().all(|promise| {
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
            })
        },
    },
    Invariant {
        says: "no member gets more log-in codes than the budget",
        holds: |scene, state| {
            let most = scene.setup.limits.login_codes_per_hour;
            accounts(state).all(|account| {
                let mut budgets = account.members().map(|member| &member.mails);
                let within =
                    |budget: &MailBudget| u64::try_from(budget.sends.len()).unwrap_or(u64::MAX) <= most;
                budgets.all(within) || !scene.jumps.is_empty()
            })
        },
    },
    Invariant {
        says: "no more codes of registrations are mailed than a user id and its contact address have of an hour",
        holds: |scene, state| {
            let limits = &scene.setup.limits;
            let offices: BTreeSet<usize> = scene.actors.iter().map(|actor| actor.office).collect();
            let most = limits
                .registration_codes_per_hour
                .min(limits.registration_codes_per_contact)
                .saturating_mul(u64::try_from(offices.len()).unwrap_or(0));
            !scene.jumps.is_empty() || u64::from(state.ledger.registration_codes) <= most
        },
    },
    Invariant {
        says: "a password is reset by a right code, once, and neither session nor wait nor log-in outlives it",
        holds: |_, state| state.ledger.reset_wrongs.is_empty(),
    },
    Invariant {
        says: "no address is mailed more for resets than its budget, known or not",
        holds: |scene, state| {
            let most = scene.setup.limits.reset_codes_per_hour;
            let counted = |account: &Account| {
                let sends = account.resets.mails.sends.len();
                u64::try_from(sends).unwrap_or(u64::MAX) <= most
            };
            let mut mailed = state.ledger.reset_mails.values();
            !scene.jumps.is_empty()
                || accounts(state).all(counted) && mailed.all(|mailed| u64::from(*mailed) <= most)
        },
    },
    Invariant {
        says: "a take-over is asked for, and stopped or completed once; one that was stopped changed nothing, and each notice is promised once",
        holds: |_, state| {
            let record = &state.ledger.take_overs;
            record.wrong.is_none()
                && record.over <= record.asked
                && record.told.values().all(|told| *told <= record.asked)
        },
    },
    Invariant {
        says: "a newcomer belongs to a take-over that is under way, and has neither a seat nor a session before it is completed",
        holds: |scene, state| {
            let is_expected = |member: &Member| {
                let key = Key::TakeOver(member.office.number.clone());
                matches!(state.item(&key), Some(AnyItem::TakeOver(it))
                    if it.is_under_way(state.now)
                        && it.newcomer.as_ref().is_some_and(|newcomer| newcomer.founding.member == member.id))
            };
            let is_seated =
                |member: &Member| offices(state).any(|office| office.members.contains_key(&member.id));
            let has_expired = |member: &Member| member.seat_has_expired(state.now, &scene.setup.limits);
            let mut newcomers = members(state).filter(|(_, member)| member.is_newcomer());
            newcomers.all(|(_, member)| {
                member.sessions.is_empty()
                    && !is_seated(member)
                    && (has_expired(member) || is_expected(member))
            })
        },
    },
    Invariant {
        says: "no dead end: a member of the office can always reach マイページ without an operator",
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
    accounts(state).flat_map(|account| account.members().map(|member| (&account.key, member)))
}

fn offices(state: &State) -> impl Iterator<Item = &Office> {
    state.items.values().filter_map(|item| match &**item {
        AnyItem::Office(office) => Some(office),
        _ => None,
    })
}

/// Whether no password is replaced in the scene and no wrong code is typed, so that a right password stays right and
/// is judged.
fn only_uses_passwords(scene: &Scene) -> bool {
    let replaces = |what: &Move| {
        matches!(
            what,
            Move::ReissueInitial
                | Move::Confirm(_)
                | Move::ChangePassword
                | Move::LogInOld
                | Move::ResetPassword
                | Move::WrongCode
                | Move::OldCode
        )
    };
    !scene.actors.iter().any(|actor| actor.moves.iter().any(replaces))
}

/// Whether an actor may be refused with the right password.
fn may_be_kept_out(scene: &Scene, at: usize, is_initial: bool) -> bool {
    let (Some(actor), Some(browser)) = (scene.actors.get(at), scene.beginning.browsers.get(at)) else {
        return true;
    };
    let guesses = |actor: &Actor| actor.moves.contains(&Move::LogInWrong);
    let of_all: u64 = scene
        .actors
        .iter()
        .filter(|other| guesses(other))
        .map(|other| u64::from(other.calls))
        .sum();
    let by_strangers = scene.setup.limits.wrong_passwords_before_lockout <= of_all
        || scene
            .actors
            .iter()
            .any(|other| guesses(other) && other.network == actor.network);
    !is_initial && (guesses(actor) || browser.cookies.device.is_none() && by_strangers)
}
