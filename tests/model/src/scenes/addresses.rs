//! Changes of the address: other sessions, managers, other offices and other members at the same time.

use super::limits::small;
use super::prologue::{Prior, TO_ACTIVE, TO_NEW_PASSWORD, TO_PENDING};
use super::{Draft, actor};
use crate::address::AddressDoes as A;
use crate::mine::Management as Does;
use crate::moves::Move as M;
use crate::take_over::TakeOverDoes as T;

const TO_CODE: &[M] = &[M::Address(A::Ask(5))];
const TO_ANOTHER_CODE: &[M] = &[M::Address(A::Ask(6))];

pub(super) fn drafts(more: u8) -> Vec<Draft> {
    let mut drafts = of_one_person(more);
    drafts.extend(of_an_office(more));
    drafts.extend(of_two_offices(more));
    drafts
}

fn of_one_person(more: u8) -> Vec<Draft> {
    vec![
        Draft {
            name: "address-guesses",
            shows: "parallel guesses at the code of an address change, the right code among them",
            limits: small(),
            actors: vec![actor(
                1,
                1,
                &[M::Address(A::WrongCode), M::Address(A::Code)],
                3 + more,
                2,
            )],
            jumps: &[],
            rightful: Some(0),
            prologue: &[
                Prior::Plays(0, TO_PENDING),
                Prior::Plays(0, TO_ACTIVE),
                Prior::Plays(0, TO_CODE),
            ],
            budgets: |state| {
                state.is_prompt = true;
                state.losses = 1;
            },
        },
        Draft {
            name: "address-change-and-log-in",
            shows: "a member's address changes while the same person resets the password and logs in at the old address",
            limits: small(),
            actors: vec![
                actor(1, 1, &[M::Address(A::Code)], 1, 1),
                actor(1, 1, &[M::ResetPassword], 1, 1),
                actor(1, 1, &[M::Code, M::RenewSession], 2 + more, 1),
            ],
            jumps: &[],
            rightful: Some(0),
            prologue: &[
                Prior::Plays(0, TO_PENDING),
                Prior::Plays(0, TO_ACTIVE),
                Prior::Shares(0, 2),
                Prior::Plays(2, &[M::LogIn]),
                Prior::Plays(1, &[M::AskReset, M::ResetCode]),
                Prior::Plays(0, TO_CODE),
            ],
            budgets: |state| {
                state.is_prompt = true;
                state.losses = 1;
            },
        },
        Draft {
            name: "two-address-changes",
            shows: "two members change to one address, and one of them in another session to another address",
            limits: small(),
            actors: vec![
                actor(1, 1, &[M::Address(A::Code)], 1 + more, 1),
                actor(1, 1, &[M::Address(A::Code), M::Address(A::Cancel)], 1, 1),
                actor(1, 2, &[M::Address(A::Code)], 1, 1),
            ],
            jumps: &[],
            rightful: Some(0),
            prologue: &[
                Prior::Plays(0, TO_PENDING),
                Prior::Plays(0, TO_ACTIVE),
                Prior::Plays(0, &[M::Manage(Does::Add(1), 2)]),
                Prior::Plays(2, TO_ACTIVE),
                Prior::Shares(0, 1),
                Prior::Plays(1, &[M::LogIn, M::Code]),
                Prior::Plays(0, TO_CODE),
                Prior::Plays(1, TO_ANOTHER_CODE),
                Prior::Plays(2, TO_CODE),
            ],
            budgets: |state| {
                state.is_prompt = true;
                state.crashes = 1;
            },
        },
    ]
}

fn of_an_office(more: u8) -> Vec<Draft> {
    vec![
        Draft {
            name: "address-change-and-removal",
            shows: "a member's address changes while a manager disables, enables or removes the member, or adds another one",
            limits: small(),
            actors: vec![
                actor(1, 2, &[M::Address(A::Code)], 1 + more, 1),
                actor(
                    1,
                    1,
                    &[
                        M::Manage(Does::Remove, 2),
                        M::Manage(Does::Disable, 2),
                        M::Manage(Does::Enable, 2),
                        M::Manage(Does::Add(2), 5),
                    ],
                    2,
                    1,
                ),
            ],
            jumps: &[],
            rightful: Some(1),
            prologue: &[
                Prior::Plays(1, TO_PENDING),
                Prior::Plays(1, TO_ACTIVE),
                Prior::Plays(1, &[M::Manage(Does::Add(1), 2)]),
                Prior::Plays(0, TO_ACTIVE),
                Prior::Plays(0, TO_CODE),
            ],
            budgets: |state| state.is_prompt = true,
        },
        Draft {
            name: "address-change-and-take-over",
            shows: "a member's address changes while a newcomer completes a take-over of the office, or the member stops it",
            limits: super::take_overs::at_once(),
            actors: vec![
                actor(1, 1, &[M::Address(A::Code), M::TakeOver(T::Stop)], 2, 1),
                actor(1, 2, &[M::ChangePassword], 1 + more, 1),
            ],
            jumps: &[],
            rightful: Some(0),
            prologue: &[
                Prior::Plays(0, TO_PENDING),
                Prior::Plays(0, TO_ACTIVE),
                Prior::Plays(1, super::take_overs::ASKS),
                Prior::Plays(1, super::take_overs::CONFIRMS_AS_2),
                Prior::Plays(1, TO_NEW_PASSWORD),
                Prior::Plays(0, TO_CODE),
            ],
            budgets: |state| {
                state.is_prompt = true;
                state.crashes = 1;
                state.losses = 1;
            },
        },
    ]
}

fn of_two_offices(more: u8) -> Vec<Draft> {
    vec![Draft {
        name: "address-change-and-claims",
        shows: "a member's address changes while another office's member logs in with it for the first time",
        limits: small(),
        actors: vec![
            actor(1, 1, &[M::Address(A::Code)], 1 + more, 1),
            actor(2, 5, &[M::ChangePassword], 1, 1),
        ],
        jumps: &[],
        rightful: Some(0),
        prologue: &[
            Prior::Plays(0, TO_PENDING),
            Prior::Plays(0, TO_ACTIVE),
            Prior::Plays(1, &[M::Authenticate, M::Code, M::Profile(5), M::Confirm(1)]),
            Prior::Plays(1, TO_NEW_PASSWORD),
            Prior::Plays(0, TO_CODE),
        ],
        budgets: |state| state.is_prompt = true,
    }]
}
