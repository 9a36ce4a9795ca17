//! Log-ins: their codes, the first one of an address, the new password, sessions.

use portal::limits::Limits;

use super::limits::small;
use super::prologue::{Prior, TO_ACTIVE, TO_NEW_PASSWORD, TO_PENDING};
use super::{Draft, actor, guesser};
use crate::moves::Move as M;

#[expect(clippy::too_many_lines, reason = "a list")]
pub(super) fn drafts(more: u8) -> Vec<Draft> {
    vec![
        Draft {
            name: "login-guesses-pending",
            shows: "the same at the first log-in, where the right code leads to the password",
            limits: small(),
            actors: vec![actor(1, 1, &[M::WrongCode, M::Code], 3 + more, 3)],
            jumps: &[],
            rightful: None,
            prologue: &[
                Prior::Plays(0, TO_PENDING),
                Prior::Plays(0, &[M::LogIn]),
                Prior::Clock(30),
            ],
            budgets: |state| state.losses = 1,
        },
        Draft {
            name: "login-guesses-active",
            shows: "the same where the right code gives a session",
            limits: small(),
            actors: vec![
                guesser(&[M::WrongCode, M::Code], 2 + more),
                guesser(&[M::Code, M::RenewSession], 1),
            ],
            jumps: &[],
            rightful: None,
            prologue: &[
                Prior::Plays(0, TO_PENDING),
                Prior::Plays(0, TO_ACTIVE),
                Prior::Plays(0, &[M::LogOut, M::LogIn]),
                Prior::Shares(0, 1),
            ],
            budgets: |state| state.crashes = 1,
        },
        Draft {
            name: "login-budget",
            shows: "guesses in two challenges of one account: the budget is the account's",
            limits: Limits {
                code_failures: 2,
                ..small()
            },
            actors: vec![
                guesser(&[M::WrongCode], 2 + more),
                guesser(&[M::WrongCode, M::Code], 1 + more),
            ],
            jumps: &[],
            rightful: None,
            prologue: &[
                Prior::Plays(0, TO_PENDING),
                Prior::Plays(0, &[M::LogIn]),
                Prior::Plays(1, &[M::LogIn]),
            ],
            budgets: |_| {},
        },
        Draft {
            name: "first-log-ins",
            shows: "two offices claim one address, and both log in for the first time at once",
            limits: small(),
            actors: vec![
                actor(1, 1, &[M::ChangePassword, M::MyPage], 2 + more, 2),
                actor(
                    2,
                    1,
                    &[M::ChangePassword, M::MyPage, M::RenewSession],
                    2 + more,
                    1,
                ),
            ],
            jumps: &[],
            rightful: None,
            prologue: &[
                Prior::Plays(0, TO_PENDING),
                Prior::Plays(1, TO_PENDING),
                Prior::Plays(0, TO_NEW_PASSWORD),
                Prior::Plays(1, TO_NEW_PASSWORD),
            ],
            budgets: |state| {
                state.crashes = 1;
                state.losses = 1;
            },
        },
        Draft {
            name: "password-change",
            shows: "「パスワードを変更する」 twice at once, in two tabs, with a lost answer, and a log-out in between",
            limits: small(),
            actors: vec![
                actor(
                    1,
                    1,
                    &[M::ChangePassword, M::RenewSession, M::MyPage],
                    2 + more,
                    2,
                ),
                actor(1, 1, &[M::ChangePassword, M::LogOut, M::CancelLogin], 1, 1),
            ],
            jumps: &[],
            rightful: Some(0),
            prologue: &[
                Prior::Plays(0, TO_PENDING),
                Prior::Plays(0, TO_NEW_PASSWORD),
                Prior::Shares(0, 1),
            ],
            budgets: |state| {
                state.crashes = 1;
                state.losses = 1;
            },
        },
        Draft {
            name: "sessions",
            shows: "log-out, renewal and use of one session at once; another log-in of the same person",
            limits: Limits {
                sessions_per_person: 2,
                ..small()
            },
            actors: vec![
                actor(1, 1, &[M::LogOut, M::RenewSession, M::MyPage], 2 + more, 2),
                actor(1, 1, &[M::Code, M::MyPage], 1 + more, 1),
            ],
            jumps: &[],
            rightful: Some(0),
            prologue: &[
                Prior::Plays(0, TO_PENDING),
                Prior::Plays(0, TO_ACTIVE),
                Prior::Shares(0, 1),
                Prior::Plays(1, &[M::LogIn]),
            ],
            budgets: |state| {
                state.crashes = 1;
                state.is_late = true;
            },
        },
    ]
}
