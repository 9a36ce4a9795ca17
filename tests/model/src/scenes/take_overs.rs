//! Take-overs: the newcomer, the members, the schedule and other offices at the same time.

use portal::limits::Limits;

use super::limits::small;
use super::prologue::{Prior, TO_ACTIVE, TO_NEW_PASSWORD, TO_PENDING};
use super::{Draft, actor};
use crate::mine::Management as Does;
use crate::moves::Move as M;
use crate::take_over::TakeOverDoes as T;

/// A take-over is open as soon as it is asked for.
pub(super) const fn at_once() -> Limits {
    let mut limits = small();
    limits.take_over_business_days = 0;
    limits
}

/// Three seats an office.
const fn of_three_seats() -> Limits {
    let mut limits = at_once();
    limits.office_members = 3;
    limits
}

/// One business day: from the afternoon of a Wednesday to the first instant of a Friday.
const fn of_one_day() -> Limits {
    let mut limits = small();
    limits.take_over_business_days = 1;
    limits
}

/// From the beginning to the last business day.
const TO_LAST_DAY: i64 = 15 * 3_600;

const PROVES: &[M] = &[M::Authenticate, M::Code];
pub(super) const ASKS: &[M] = &[M::Authenticate, M::Code, M::TakeOver(T::Ask(1))];
pub(super) const CONFIRMS_AS_2: &[M] = &[M::Profile(2), M::Confirm(1)];
const SHOWS_CONFIRM_AS_3: &[M] = &[M::Authenticate, M::Code, M::Profile(3)];
const CONFIRMS_AS_3_ELSEWHERE: &[M] = &[M::Authenticate, M::Code, M::Profile(3), M::Confirm(1)];

pub(super) fn drafts(more: u8) -> Vec<Draft> {
    let mut drafts = of_proofs(more);
    drafts.extend(of_completions(more));
    drafts.extend(of_members(more));
    drafts.extend(of_the_schedule(more));
    drafts
}

fn of_proofs(more: u8) -> Vec<Draft> {
    vec![
        Draft {
            name: "take-overs-asked",
            shows: "two proofs of an office ask for its take-over at once and withdraw it, and a member stops it",
            limits: at_once(),
            actors: vec![
                actor(
                    1,
                    2,
                    &[M::TakeOver(T::Ask(1)), M::TakeOver(T::Withdraw)],
                    2 + more,
                    1,
                ),
                actor(1, 3, &[M::TakeOver(T::Ask(1))], 1, 1),
                actor(1, 1, &[M::TakeOver(T::Stop)], 1, 1),
            ],
            jumps: &[],
            rightful: Some(2),
            prologue: &[
                Prior::Plays(2, TO_PENDING),
                Prior::Plays(2, TO_ACTIVE),
                Prior::Plays(0, PROVES),
                Prior::Plays(1, PROVES),
            ],
            budgets: |state| state.is_prompt = true,
        },
        Draft {
            name: "two-newcomers",
            shows: "another proof confirms a newcomer while the first newcomer logs in and a member stops it",
            limits: at_once(),
            actors: vec![
                actor(1, 2, &[M::ChangePassword], 1 + more, 1),
                actor(1, 3, &[M::Confirm(1)], 1, 1),
                actor(1, 1, &[M::TakeOver(T::StopByCode)], 1, 1),
            ],
            jumps: &[],
            rightful: Some(2),
            prologue: &[
                Prior::Plays(2, TO_PENDING),
                Prior::Plays(2, TO_ACTIVE),
                Prior::Plays(0, ASKS),
                Prior::Plays(0, CONFIRMS_AS_2),
                Prior::Plays(0, TO_NEW_PASSWORD),
                Prior::Plays(1, SHOWS_CONFIRM_AS_3),
            ],
            budgets: |state| state.is_prompt = true,
        },
    ]
}

fn of_completions(more: u8) -> Vec<Draft> {
    vec![
        Draft {
            name: "take-over-and-stop",
            shows: "the newcomer completes a take-over, with a double click, while a member stops it on マイページ or by the code",
            limits: at_once(),
            actors: vec![
                actor(1, 2, &[M::ChangePassword], 2, 2),
                actor(
                    1,
                    1,
                    &[M::TakeOver(T::Stop), M::TakeOver(T::StopByCode)],
                    1 + more,
                    1,
                ),
            ],
            jumps: &[],
            rightful: Some(1),
            prologue: &[
                Prior::Plays(1, TO_PENDING),
                Prior::Plays(1, TO_ACTIVE),
                Prior::Plays(0, ASKS),
                Prior::Plays(0, CONFIRMS_AS_2),
                Prior::Plays(0, TO_NEW_PASSWORD),
            ],
            budgets: |state| {
                state.is_prompt = true;
                state.crashes = 1;
                state.losses = 1;
            },
        },
        Draft {
            name: "newcomer-of-two-offices",
            shows: "the newcomer's address is claimed for another office, too, and its person logs in to both while a member stops the take-over",
            limits: at_once(),
            actors: vec![
                actor(1, 3, &[M::ChangePassword], 1 + more, 1),
                actor(2, 3, &[M::ChangePassword], 1, 1),
                actor(1, 1, &[M::TakeOver(T::Stop)], 1, 1),
            ],
            jumps: &[],
            rightful: Some(2),
            prologue: &[
                Prior::Plays(2, TO_PENDING),
                Prior::Plays(2, TO_ACTIVE),
                Prior::Plays(0, ASKS),
                Prior::Plays(0, &[M::Profile(3), M::Confirm(1)]),
                Prior::Plays(1, CONFIRMS_AS_3_ELSEWHERE),
                Prior::Plays(0, TO_NEW_PASSWORD),
                Prior::Plays(1, TO_NEW_PASSWORD),
            ],
            budgets: |state| {
                state.is_prompt = true;
                state.crashes = 1;
            },
        },
    ]
}

fn of_members(more: u8) -> Vec<Draft> {
    vec![
        Draft {
            name: "take-over-and-members",
            shows: "the newcomer completes a take-over while a manager adds somebody, or the newcomer, and disables or removes a colleague",
            limits: of_three_seats(),
            actors: vec![
                actor(1, 2, &[M::ChangePassword], 1 + more, 1),
                actor(
                    1,
                    1,
                    &[
                        M::Manage(Does::Add(1), 3),
                        M::Manage(Does::Add(2), 2),
                        M::Manage(Does::Disable, 4),
                        M::Manage(Does::Remove, 4),
                    ],
                    2,
                    1,
                ),
                actor(1, 4, &[], 0, 1),
            ],
            jumps: &[],
            rightful: Some(1),
            prologue: &[
                Prior::Plays(1, TO_PENDING),
                Prior::Plays(1, TO_ACTIVE),
                Prior::Plays(1, &[M::Manage(Does::Add(3), 4)]),
                Prior::Plays(2, TO_ACTIVE),
                Prior::Plays(0, ASKS),
                Prior::Plays(0, CONFIRMS_AS_2),
                Prior::Plays(0, TO_NEW_PASSWORD),
            ],
            budgets: |state| state.is_prompt = true,
        },
        Draft {
            name: "take-over-and-log-in",
            shows: "the newcomer completes a take-over while a member logs in, sets another password and resets it",
            limits: at_once(),
            actors: vec![
                actor(1, 2, &[M::ChangePassword], 1, 1),
                actor(1, 1, &[M::Code, M::ReplacePassword], 2 + more, 1),
                actor(1, 1, &[M::ResetPassword], 1, 1),
            ],
            jumps: &[],
            rightful: Some(1),
            prologue: &[
                Prior::Plays(1, TO_PENDING),
                Prior::Plays(1, TO_ACTIVE),
                Prior::Plays(0, ASKS),
                Prior::Plays(0, CONFIRMS_AS_2),
                Prior::Plays(0, TO_NEW_PASSWORD),
                Prior::Plays(1, &[M::LogIn]),
                Prior::Plays(2, &[M::AskReset, M::ResetCode]),
            ],
            budgets: |state| state.is_prompt = true,
        },
    ]
}

fn of_the_schedule(more: u8) -> Vec<Draft> {
    vec![Draft {
        name: "take-over-notices",
        shows: "two runs of the schedule at once on the last business day before a take-over opens, while a member stops it",
        limits: of_one_day(),
        actors: vec![
            actor(1, 2, &[M::TakeOver(T::Notices)], 2 + more, 2),
            actor(1, 1, &[M::TakeOver(T::StopByCode)], 1, 1),
        ],
        jumps: &[],
        rightful: Some(1),
        prologue: &[
            Prior::Plays(1, TO_PENDING),
            Prior::Plays(1, TO_ACTIVE),
            Prior::Plays(0, ASKS),
            Prior::Clock(TO_LAST_DAY),
        ],
        budgets: |state| state.is_prompt = true,
    }]
}
