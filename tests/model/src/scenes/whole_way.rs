//! The whole procedure: every call at every stage, and one person from the first screen to the last.

use super::limits::small;
use super::{Draft, actor};
use crate::moves::{Actor, Move as M};

pub(super) fn drafts(more: u8) -> Vec<Draft> {
    vec![
        Draft {
            name: "any-step-any-time",
            shows: "every call at every stage: a call out of order is refused and grants nothing",
            limits: small(),
            actors: vec![Actor {
                is_blind: true,
                ..actor(
                    1,
                    1,
                    &[
                        M::Authenticate,
                        M::SecurityCode,
                        M::Code,
                        M::WrongCode,
                        M::ResendCode,
                        M::Profile(1),
                        M::Confirm(1),
                        M::ResendInitial,
                        M::ReissueInitial,
                        M::LogIn,
                        M::Terms,
                        M::ChangePassword,
                        M::RenewSession,
                        M::LogOut,
                        M::MyPage,
                        M::AskReset,
                        M::ResetCode,
                        M::ResendResetCode,
                        M::ResetPassword,
                    ],
                    6 + more,
                    1,
                )
            }],
            jumps: &[],
            rightful: None,
            prologue: &[],
            budgets: |_| {},
        },
        Draft {
            name: "whole-journey",
            shows: "one person from the first screen to the last, with a crash and a lost answer at any point",
            limits: small(),
            actors: vec![Actor {
                is_orderly: true,
                ..actor(
                    0,
                    1,
                    &[
                        M::Authenticate,
                        M::SecurityCode,
                        M::Code,
                        M::Profile(1),
                        M::Confirm(1),
                        M::LogIn,
                        M::Terms,
                        M::ChangePassword,
                        M::MyPage,
                    ],
                    11 + more,
                    1,
                )
            }],
            jumps: &[],
            rightful: Some(0),
            prologue: &[],
            budgets: |state| {
                state.crashes = 1;
                state.losses = 1;
            },
        },
    ]
}
