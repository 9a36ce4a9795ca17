//! Resets of passwords: guesses, strangers, log-ins and wrong passwords at the same time.

use portal::limits::Limits;

use super::limits::small;
use super::prologue::{Prior, TO_ACTIVE, TO_PENDING};
use super::{Draft, actor, guesser, in_network};
use crate::moves::Move as M;

const TO_RESET_CODE: &[M] = &[M::AskReset];
const TO_RESET: &[M] = &[M::AskReset, M::ResetCode];

pub(super) fn drafts(more: u8) -> Vec<Draft> {
    vec![
        Draft {
            name: "reset-guesses",
            shows: "parallel guesses at the code of a reset, the right code among them",
            limits: small(),
            actors: vec![guesser(&[M::WrongResetCode, M::ResetCode], 3 + more)],
            jumps: &[],
            rightful: None,
            prologue: &[
                Prior::Plays(0, TO_PENDING),
                Prior::Plays(0, TO_ACTIVE),
                Prior::Plays(0, TO_RESET_CODE),
            ],
            budgets: |state| state.losses = 1,
        },
        Draft {
            name: "resets-by-strangers",
            shows: "strangers who ask for resets of a member's address and of an unknown one, and guess, until both have had their mails, and the member at the same time",
            limits: Limits {
                reset_codes_per_hour: 2,
                code_failures: 2,
                ..small()
            },
            actors: vec![
                actor(1, 1, &[M::AskReset, M::ResetCode, M::ResetPassword], 3 + more, 1),
                actor(
                    2,
                    3,
                    &[M::AskResetOf(1), M::AskResetOf(2), M::WrongResetCode],
                    3,
                    1,
                ),
            ],
            jumps: &[],
            rightful: Some(0),
            prologue: &[Prior::Plays(0, TO_PENDING), Prior::Plays(0, TO_ACTIVE)],
            budgets: |_| {},
        },
        Draft {
            name: "reset-and-log-in",
            shows: "a reset, a log-in with the old password and one's session at once, and wrong passwords meanwhile",
            limits: small(),
            actors: vec![
                actor(1, 1, &[M::ResetPassword], 1 + more, 1),
                actor(1, 1, &[M::Code, M::RenewSession], 2, 1),
                in_network(1, actor(1, 1, &[M::LogInWrong], 1, 1)),
            ],
            jumps: &[],
            rightful: Some(0),
            prologue: &[
                Prior::Plays(0, TO_PENDING),
                Prior::Plays(0, TO_ACTIVE),
                Prior::Shares(0, 1),
                Prior::Plays(1, &[M::LogIn]),
                Prior::Plays(0, TO_RESET),
            ],
            budgets: |_| {},
        },
        Draft {
            name: "reset-of-a-lockout",
            shows: "two resets of one password that wrong ones turned off, in two tabs and with a crash",
            limits: Limits {
                wrong_passwords_before_lockout: 1,
                free_wrong_passwords: 3,
                ..small()
            },
            actors: vec![
                actor(1, 1, &[M::ResetPassword], 1 + more, 1),
                actor(1, 1, &[M::ResetCode, M::ResetPassword], 2, 1),
                in_network(1, actor(1, 1, &[M::LogInWrong], 1, 1)),
            ],
            jumps: &[],
            rightful: Some(0),
            prologue: &[
                Prior::Plays(0, TO_PENDING),
                Prior::Plays(0, TO_ACTIVE),
                Prior::Forgets(0),
                Prior::Plays(1, TO_RESET_CODE),
                Prior::Plays(0, TO_RESET),
            ],
            budgets: |state| state.crashes = 1,
        },
    ]
}
