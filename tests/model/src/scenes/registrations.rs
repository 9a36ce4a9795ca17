//! Registrations: their codes, two of one office or of one address, corrections, re-issues.

use super::limits::{few_codes, few_codes_of_a_contact, small};
use super::prologue::{
    Prior, TO_CODE, TO_CONFIRM_AS_1, TO_CONFIRM_AS_2, TO_NEW_PASSWORD, TO_PENDING, TO_PROFILE,
};
use super::{Draft, actor, guesser};
use crate::moves::Move as M;

#[expect(clippy::too_many_lines, reason = "a list")]
pub(super) fn drafts(more: u8) -> Vec<Draft> {
    vec![
        Draft {
            name: "registration-guesses",
            shows: "parallel guesses at a mailed registration code, with resends, the right code among them",
            limits: small(),
            actors: vec![
                guesser(&[M::WrongCode, M::Code], 3 + more),
                guesser(&[M::ResendCode], 1),
            ],
            jumps: &[],
            rightful: None,
            prologue: &[Prior::Plays(0, TO_CODE), Prior::Shares(0, 1), Prior::Clock(30)],
            budgets: |state| state.losses = 1,
        },
        Draft {
            name: "registration-mails",
            shows: "registrations of one office that ask for codes at once, until its user id has had its mails",
            limits: few_codes(),
            actors: vec![
                actor(1, 1, &[M::ResendCode], 1 + more, 1),
                actor(1, 2, &[M::Authenticate], 2, 1),
            ],
            jumps: &[],
            rightful: None,
            prologue: &[Prior::Plays(0, TO_CODE), Prior::Clock(30)],
            budgets: |_| {},
        },
        Draft {
            name: "registration-contacts",
            shows: "registrations of one office that ask for codes at once, until its contact address has had its mails",
            limits: few_codes_of_a_contact(),
            actors: vec![
                actor(1, 1, &[M::ResendCode], 1 + more, 1),
                actor(1, 2, &[M::Authenticate], 2, 1),
            ],
            jumps: &[],
            rightful: None,
            prologue: &[Prior::Plays(0, TO_CODE), Prior::Clock(30)],
            budgets: |_| {},
        },
        Draft {
            name: "old-codes",
            shows: "an old code after a resend, a code that expires between two steps, clocks that differ",
            limits: small(),
            actors: vec![actor(1, 1, &[M::OldCode, M::Code, M::ResendCode], 3 + more, 1)],
            jumps: &[430, 170, -5],
            rightful: Some(0),
            prologue: &[Prior::Plays(0, TO_CODE)],
            budgets: |state| state.jumps = 3,
        },
        Draft {
            name: "first-registrations",
            shows: "two people of one office confirm at once, each with a double click, also with different keys",
            limits: small(),
            actors: vec![
                actor(1, 1, &[M::Confirm(1), M::Confirm(2)], 2, 2),
                actor(1, 2, &[M::Confirm(1)], 1 + more, 2),
            ],
            jumps: &[],
            rightful: Some(0),
            prologue: &[Prior::Plays(0, TO_CONFIRM_AS_1), Prior::Plays(1, TO_CONFIRM_AS_2)],
            budgets: |state| {
                state.crashes = 1;
                state.losses = 1;
            },
        },
        Draft {
            name: "one-address",
            shows: "one address from two offices at once",
            limits: small(),
            actors: vec![
                actor(1, 1, &[M::Confirm(1)], 2, 2),
                actor(2, 1, &[M::Confirm(1), M::Profile(2)], 2 + more, 1),
            ],
            jumps: &[],
            rightful: Some(1),
            prologue: &[Prior::Plays(0, TO_CONFIRM_AS_1), Prior::Plays(1, TO_CONFIRM_AS_1)],
            budgets: |state| {
                state.crashes = 1;
                state.is_late = true;
            },
        },
        Draft {
            name: "void-claims",
            shows: "a registration goes on, or is corrected, while the member of another office comes to own its address",
            limits: small(),
            actors: vec![
                actor(1, 1, &[M::ChangePassword], 1, 1),
                actor(
                    2,
                    1,
                    &[M::ResendInitial, M::Profile(2), M::Confirm(2)],
                    3 + more,
                    1,
                ),
            ],
            jumps: &[],
            rightful: None,
            prologue: &[
                Prior::Plays(1, TO_PENDING),
                Prior::Plays(0, TO_PENDING),
                Prior::Plays(0, TO_NEW_PASSWORD),
                Prior::Clock(30),
            ],
            budgets: |state| {
                state.crashes = 1;
                state.is_late = true;
            },
        },
        Draft {
            name: "corrections",
            shows: "a pending registration is corrected while its member logs in with the mailed password",
            limits: small(),
            actors: vec![
                actor(
                    1,
                    2,
                    &[M::Profile(2), M::Confirm(1), M::ReissueInitial],
                    2 + more,
                    1,
                ),
                actor(1, 1, &[M::Code, M::Terms, M::ChangePassword], 3, 1),
            ],
            jumps: &[],
            rightful: Some(0),
            prologue: &[
                Prior::Plays(1, TO_PENDING),
                Prior::Plays(0, TO_PROFILE),
                Prior::Plays(1, &[M::LogIn]),
            ],
            budgets: |state| state.crashes = 1,
        },
        Draft {
            name: "corrections-of-the-same",
            shows: "a pending registration is confirmed again with the same address while its member sets a password",
            limits: small(),
            actors: vec![
                actor(1, 1, &[M::Profile(1), M::Confirm(1)], 2 + more, 1),
                actor(1, 1, &[M::Terms, M::ChangePassword, M::MyPage], 3, 1),
            ],
            jumps: &[],
            rightful: Some(1),
            prologue: &[
                Prior::Plays(1, TO_PENDING),
                Prior::Plays(0, TO_PROFILE),
                Prior::Plays(1, &[M::LogIn, M::Code]),
            ],
            budgets: |state| state.crashes = 1,
        },
        Draft {
            name: "reissues",
            shows: "an initial password is issued again and resent, twice at once, while the old one is used",
            limits: small(),
            actors: vec![
                actor(1, 1, &[M::ReissueInitial, M::ResendInitial], 2 + more, 2),
                actor(1, 1, &[M::LogIn, M::LogInOld], 1 + more, 1),
            ],
            jumps: &[],
            rightful: Some(1),
            prologue: &[Prior::Plays(0, TO_PENDING), Prior::Clock(30)],
            budgets: |state| state.twice = 1,
        },
        Draft {
            name: "expired-seat",
            shows: "the seat of a member who never logged in expires in the second in which the office is registered again",
            limits: small(),
            actors: vec![
                actor(1, 2, &[M::Profile(2), M::Confirm(1)], 2 + more, 1),
                actor(1, 1, &[M::LogIn, M::ReissueInitial], 2, 1),
            ],
            jumps: &[1, -1],
            rightful: Some(0),
            prologue: &[
                Prior::Plays(1, TO_PENDING),
                Prior::Clock(1_209_600 - 1_000),
                Prior::Plays(0, TO_PROFILE),
                Prior::Plays(1, TO_PROFILE),
                Prior::Clock(999),
            ],
            budgets: |state| state.jumps = 1,
        },
    ]
}
