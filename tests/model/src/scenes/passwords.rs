//! Wrong passwords: back-offs, networks, the lockout.

use portal::limits::Limits;

use super::limits::small;
use super::prologue::{Prior, TO_ACTIVE, TO_PENDING};
use super::{Draft, actor, in_network};
use crate::moves::Move as M;

#[expect(clippy::too_many_lines, reason = "a list")]
pub(super) fn drafts(more: u8) -> Vec<Draft> {
    vec![
        Draft {
            name: "passwords",
            shows: "a stranger's wrong passwords and the owner's right one at once, from a known browser and another",
            limits: small(),
            actors: vec![
                actor(1, 1, &[M::LogInWrong], 3 + more, 3),
                actor(1, 1, &[M::LogIn, M::LogInWrong], 1 + more, 2),
            ],
            jumps: &[],
            rightful: Some(1),
            prologue: &[
                Prior::Plays(1, TO_PENDING),
                Prior::Plays(1, TO_ACTIVE),
                Prior::Plays(1, &[M::LogOut]),
            ],
            budgets: |_| {},
        },
        Draft {
            name: "waits",
            shows: "wrong passwords with waits between them; the owner only has to wait",
            limits: small(),
            actors: vec![
                actor(1, 1, &[M::LogInWrong], 3 + more, 1),
                actor(1, 1, &[M::LogIn], 1, 1),
            ],
            jumps: &[1, 2, -5],
            rightful: Some(1),
            prologue: &[
                Prior::Plays(1, TO_PENDING),
                Prior::Plays(1, TO_ACTIVE),
                Prior::Forgets(1),
            ],
            budgets: |state| state.jumps = 3,
        },
        Draft {
            name: "waits-of-an-initial-password",
            shows: "wrong passwords from the owner's own network until the lockout, and the initial password, which waits for none",
            limits: Limits {
                wrong_passwords_before_lockout: 3,
                ..small()
            },
            actors: vec![
                actor(1, 1, &[M::LogInWrong], 2 + more, 1),
                in_network(1, actor(1, 1, &[M::LogInWrong], 1, 1)),
                actor(1, 1, &[M::LogIn], 1, 1),
            ],
            jumps: &[],
            rightful: Some(2),
            prologue: &[Prior::Plays(2, TO_PENDING)],
            budgets: |_| {},
        },
        Draft {
            name: "networks",
            shows: "wrong passwords from two networks, and the owner's right one from a third, in an unknown browser",
            limits: small(),
            actors: vec![
                in_network(1, actor(1, 1, &[M::LogInWrong], 2 + more, 2)),
                in_network(2, actor(1, 1, &[M::LogInWrong], 1, 1)),
                actor(1, 1, &[M::LogIn], 1, 1),
            ],
            jumps: &[],
            rightful: Some(2),
            prologue: &[
                Prior::Plays(2, TO_PENDING),
                Prior::Plays(2, TO_ACTIVE),
                Prior::Forgets(2),
            ],
            budgets: |_| {},
        },
        Draft {
            name: "refused-starts",
            shows: "starts that are refused at once, until the network is full, and the owner there in a known browser",
            limits: Limits {
                refused_starts_per_network: 2,
                ..small()
            },
            actors: vec![
                actor(1, 1, &[M::LogInWrong], 2 + more, 2),
                actor(1, 1, &[M::LogInWrong], 1, 1),
                actor(1, 1, &[M::LogIn], 1, 1),
            ],
            jumps: &[],
            rightful: Some(2),
            prologue: &[
                Prior::Plays(2, TO_PENDING),
                Prior::Plays(2, TO_ACTIVE),
                Prior::Plays(2, &[M::LogOut]),
            ],
            budgets: |_| {},
        },
        Draft {
            name: "row-of-all-networks",
            shows: "wrong passwords from two networks until the lockout, and the owner in a known browser at once",
            limits: Limits {
                wrong_passwords_before_lockout: 3,
                ..small()
            },
            actors: vec![
                in_network(1, actor(1, 1, &[M::LogInWrong], 2 + more, 1)),
                in_network(2, actor(1, 1, &[M::LogInWrong], 1, 1)),
                actor(1, 1, &[M::LogIn, M::Code], 2, 1),
            ],
            jumps: &[],
            rightful: Some(2),
            prologue: &[
                Prior::Plays(2, TO_PENDING),
                Prior::Plays(2, TO_ACTIVE),
                Prior::Plays(2, &[M::LogOut]),
            ],
            budgets: |_| {},
        },
    ]
}
