//! The users of an office and one's own account: several managers, tabs and log-ins at the same time.

use portal::limits::Limits;

use super::limits::small;
use super::prologue::{Prior, TO_ACTIVE, TO_NEW_PASSWORD, TO_PENDING};
use super::{Draft, actor};
use crate::mine::Management as Does;
use crate::moves::Move as M;

/// Two seats an office.
const fn two_seats() -> Limits {
    let mut limits = small();
    limits.office_members = 2;
    limits
}

/// Fourteen days, less a minute.
const ALMOST_FREE: i64 = 14 * 86_400 - 60;

pub(super) fn drafts(more: u8) -> Vec<Draft> {
    let mut drafts = of_managers(more);
    drafts.extend(of_removals(more));
    drafts.extend(of_pending_seats(more));
    drafts.extend(of_ones_own(more));
    drafts
}

fn of_managers(more: u8) -> Vec<Draft> {
    vec![
        Draft {
            name: "last-seat",
            shows: "two additions to an office with one seat left, one of them twice, in two tabs",
            limits: two_seats(),
            actors: vec![
                actor(1, 1, &[M::Manage(Does::Add(1), 2)], 2 + more, 2),
                actor(1, 1, &[M::Manage(Does::Add(2), 3)], 1, 1),
            ],
            jumps: &[],
            rightful: Some(0),
            prologue: &[
                Prior::Plays(0, TO_PENDING),
                Prior::Plays(0, TO_ACTIVE),
                Prior::Shares(0, 1),
            ],
            budgets: |state| {
                state.crashes = 1;
                state.losses = 1;
                state.is_late = true;
            },
        },
        Draft {
            name: "hand-overs",
            shows: "two managers who take the role from each other, disable or remove each other at once",
            limits: small(),
            actors: vec![
                actor(
                    1,
                    1,
                    &[
                        M::Manage(Does::MakeMember, 2),
                        M::Manage(Does::Disable, 2),
                        M::Manage(Does::MakeMember, 1),
                    ],
                    2 + more,
                    1,
                ),
                actor(
                    1,
                    2,
                    &[
                        M::Manage(Does::MakeMember, 1),
                        M::Manage(Does::Remove, 1),
                        M::Manage(Does::Remove, 2),
                    ],
                    2,
                    1,
                ),
            ],
            jumps: &[],
            rightful: Some(0),
            prologue: &[
                Prior::Plays(0, TO_PENDING),
                Prior::Plays(0, TO_ACTIVE),
                Prior::Plays(0, &[M::Manage(Does::Add(1), 2)]),
                Prior::Plays(1, TO_ACTIVE),
                Prior::Plays(0, &[M::Manage(Does::MakeManager, 2)]),
            ],
            budgets: |state| {
                state.is_prompt = true;
                state.crashes = 1;
                state.is_late = true;
            },
        },
    ]
}

fn of_removals(more: u8) -> Vec<Draft> {
    vec![
        Draft {
            name: "removal-and-log-in",
            shows: "a member is removed, disabled and enabled while the same member logs in and a session is renewed",
            limits: small(),
            actors: vec![
                actor(
                    1,
                    1,
                    &[
                        M::Manage(Does::Remove, 2),
                        M::Manage(Does::Disable, 2),
                        M::Manage(Does::Enable, 2),
                    ],
                    2,
                    1,
                ),
                actor(1, 2, &[M::Code, M::RenewSession, M::MyPage], 2 + more, 1),
            ],
            jumps: &[],
            rightful: Some(1),
            prologue: &[
                Prior::Plays(0, TO_PENDING),
                Prior::Plays(0, TO_ACTIVE),
                Prior::Plays(0, &[M::Manage(Does::Add(1), 2)]),
                Prior::Plays(1, TO_ACTIVE),
                Prior::Plays(1, &[M::LogIn]),
            ],
            budgets: |state| state.is_late = true,
        },
        Draft {
            name: "removal-and-first-log-in",
            shows: "a pending member is removed, added again or gets another initial password while the old one logs in",
            limits: two_seats(),
            actors: vec![
                actor(
                    1,
                    1,
                    &[
                        M::Manage(Does::Remove, 2),
                        M::Manage(Does::Add(2), 2),
                        M::Manage(Does::Reissue(3), 2),
                    ],
                    2,
                    1,
                ),
                actor(1, 2, &[M::ChangePassword, M::MyPage], 1 + more, 1),
            ],
            jumps: &[],
            rightful: Some(1),
            prologue: &[
                Prior::Plays(0, TO_PENDING),
                Prior::Plays(0, TO_ACTIVE),
                Prior::Plays(0, &[M::Manage(Does::Add(1), 2)]),
                Prior::Plays(1, TO_NEW_PASSWORD),
            ],
            budgets: |state| {
                state.crashes = 1;
                state.is_late = true;
            },
        },
    ]
}

fn of_pending_seats(more: u8) -> Vec<Draft> {
    vec![
        Draft {
            name: "expired-seat-of-a-colleague",
            shows: "the seat of a colleague who never logged in expires in the second in which another takes it",
            limits: two_seats(),
            actors: vec![
                actor(1, 1, &[M::Manage(Does::Add(3), 3)], 1 + more, 1),
                actor(1, 2, &[M::ChangePassword, M::RenewSession], 2, 1),
            ],
            jumps: &[60, -1],
            rightful: Some(0),
            prologue: &[
                Prior::Plays(0, TO_PENDING),
                Prior::Plays(0, TO_ACTIVE),
                Prior::Plays(0, &[M::Manage(Does::Add(1), 2)]),
                Prior::Clock(ALMOST_FREE),
                Prior::Forgets(0),
                Prior::Plays(0, &[M::LogIn, M::Code]),
                Prior::Plays(0, &[M::Manage(Does::Reissue(2), 2)]),
                Prior::Plays(1, TO_NEW_PASSWORD),
            ],
            budgets: |state| {
                state.jumps = 2;
                state.crashes = 1;
                state.is_late = true;
            },
        },
        Draft {
            name: "colleague-of-two-offices",
            shows: "two offices add the same address, and its person logs in to both for the first time",
            limits: small(),
            actors: vec![
                actor(1, 3, &[M::ChangePassword], 1 + more, 1),
                actor(2, 3, &[M::ChangePassword], 1, 1),
                actor(
                    2,
                    2,
                    &[M::Manage(Does::Remove, 3), M::Manage(Does::Add(4), 3)],
                    1,
                    1,
                ),
                actor(1, 1, &[], 0, 1),
            ],
            jumps: &[],
            rightful: Some(0),
            prologue: &[
                Prior::Plays(3, TO_PENDING),
                Prior::Plays(3, TO_ACTIVE),
                Prior::Plays(3, &[M::Manage(Does::Add(1), 3)]),
                Prior::Plays(2, super::prologue::TO_PENDING_AS_2),
                Prior::Plays(2, TO_ACTIVE),
                Prior::Plays(2, &[M::Manage(Does::Add(1), 3)]),
                Prior::Plays(0, TO_NEW_PASSWORD),
                Prior::Plays(1, TO_NEW_PASSWORD),
            ],
            budgets: |_| {},
        },
    ]
}

fn of_ones_own(more: u8) -> Vec<Draft> {
    vec![Draft {
        name: "own-password",
        shows: "another password on マイページ, a reset, a log-in with the old password and the end of all other sessions at once",
        limits: small(),
        actors: vec![
            actor(1, 1, &[M::ReplacePassword, M::EndOtherSessions], 1 + more, 1),
            actor(1, 1, &[M::ResetPassword], 1, 1),
            actor(1, 1, &[M::Code, M::RenewSession], 2, 1),
        ],
        jumps: &[],
        rightful: Some(0),
        prologue: &[
            Prior::Plays(0, TO_PENDING),
            Prior::Plays(0, TO_ACTIVE),
            Prior::Shares(0, 2),
            Prior::Plays(2, &[M::LogIn]),
            Prior::Plays(1, &[M::AskReset, M::ResetCode]),
        ],
        budgets: |state| state.losses = 1,
    }]
}
