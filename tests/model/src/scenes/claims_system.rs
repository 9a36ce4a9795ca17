//! The claims system: passwords and security codes.

use super::limits::{few_claims_passwords, small};
use super::prologue::{Prior, TO_CODE};
use super::{Draft, actor, in_network};
use crate::moves::Move as M;

pub(super) fn drafts(more: u8) -> Vec<Draft> {
    vec![
        Draft {
            name: "claims-passwords",
            shows: "parallel wrong passwords of the claims system, with missing answers",
            limits: small(),
            actors: vec![
                actor(1, 1, &[M::AuthenticateWrong], 3 + more, 3),
                actor(1, 2, &[M::Authenticate], 1, 1),
            ],
            jumps: &[],
            rightful: Some(1),
            prologue: &[],
            budgets: |state| {
                // One more fault multiplies the states; the long form has it.
                let is_long = state.browsers.first().is_some_and(|browser| browser.left > 3);
                state.claims_faults = u8::from(is_long);
            },
        },
        Draft {
            name: "claims-risks",
            shows: "wrong claims passwords whose risk is accepted, from two networks at once",
            limits: few_claims_passwords(),
            actors: vec![
                actor(1, 1, &[M::AuthenticateWrongAcceptingRisk], 3, 2),
                in_network(1, actor(1, 2, &[M::AuthenticateWrongAcceptingRisk], 2 + more, 1)),
            ],
            jumps: &[],
            rightful: None,
            prologue: &[],
            budgets: |_| {},
        },
        Draft {
            name: "security-codes",
            shows: "parallel security codes, in two registrations of one user id, with missing answers",
            limits: small(),
            actors: vec![
                actor(0, 1, &[M::SecurityCode, M::WrongSecurityCode], 2 + more, 1),
                actor(0, 2, &[M::WrongSecurityCode], 1, 1),
            ],
            jumps: &[],
            rightful: Some(0),
            prologue: &[Prior::Plays(0, TO_CODE), Prior::Plays(1, TO_CODE)],
            budgets: |state| {
                state.claims_faults = 1;
                state.crashes = 1;
            },
        },
    ]
}
