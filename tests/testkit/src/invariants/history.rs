//! Invariants of the history: the allowed changes of an item by one write.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use platform::store::Attributes;
use portal::audit::Act;
use portal::guards::{BackOff, CodeGuard, Guarded, NetworkWait, PasswordGuard};
use portal::limits::Limits;
use portal::values::NetworkTag;

use super::Violations;
use super::item::Item;
use crate::ItemWrite;

/// The violations in a history that begins with an empty table.
pub fn violations(history: &[ItemWrite], limits: &Limits) -> Vec<String> {
    let mut found = Violations::default();
    let mut versions = BTreeSet::new();
    let mut ended = BTreeSet::new();
    let empty = Attributes::new();
    for change in history {
        let Some(after) = &change.after else { continue };
        let before = Item(change.before.as_ref().unwrap_or(&empty));
        let write = Write {
            change,
            before,
            after: Item(after),
            limits,
        };
        found.unless(versions.insert(write.after.text("v")), || {
            format!("{}: the version of another write", change.key)
        });
        match change.kind() {
            "ACCOUNT" => {
                write.check_passwords(&mut found);
                // Codes of resets, of known and unknown addresses.
                write.check_codes(write.before, write.after, &mut found);
                for (id, before) in write.before.named("holders") {
                    if let Some(after) = write.after.map("holders").and_then(|holders| holders.map(id)) {
                        write.check_codes(before, after, &mut found);
                    }
                }
                write.check_sessions(&mut ended, &mut found);
                write.check_credential(&mut found);
                write.check_owner(&mut found);
            }
            "CLAIMS" => write.check_codes(write.before, write.after, &mut found),
            "LOGIN" | "REGISTRATION" | "RESET" if change.before.is_some() => write.check_flow(&mut found),
            _ => {}
        }
    }
    found.0
}

/// One write. If there was no item before, `before` has no attributes.
struct Write<'a> {
    change: &'a ItemWrite,
    before: Item<'a>,
    after: Item<'a>,
    limits: &'a Limits,
}

impl<'a> Write<'a> {
    /// Invariants 4, 10: each wrong password is counted by its own write, and none is judged while it has to wait.
    fn check_passwords(&self, found: &mut Violations) {
        let key = &self.change.key;
        let (was, is) = (passwords(self.before), passwords(self.after));
        found.unless(is.consecutive <= was.consecutive + 1, || {
            format!("{key}: several wrong passwords in one write")
        });
        // Only the network whose wrong password was counted had to be without a back-off; a known device has a count
        // of its own.
        for now in &is.networks {
            let before = was.networks.iter().find(|wait| wait.network == now.network);
            let failures = before.map_or(0, |wait| wait.back_off.failures);
            if before == Some(now) {
                continue;
            }
            let closed = was.state(&now.network, self.change.at, self.limits) == Guarded::Closed;
            found.unless(!closed, || {
                format!("{key}: a password was judged while it had to wait")
            });
            found.unless(
                now.back_off.failures == 1 || now.back_off.failures == failures + 1,
                || {
                    format!(
                        "{key}: {failures} wrong passwords of a network, then {}",
                        now.back_off.failures
                    )
                },
            );
            found.unless(is.consecutive == was.consecutive + 1, || {
                format!("{key}: a wrong password of a network is not in the row of all")
            });
        }
    }

    /// Invariants 4, 10: the same for wrong codes.
    fn check_codes(&self, before: Item<'_>, after: Item<'_>, found: &mut Violations) {
        let key = &self.change.key;
        let (was, is) = (codes(before), codes(after));
        found.unless(is.failures.len() <= was.failures.len() + 1, || {
            format!("{key}: several wrong codes in one write")
        });
        found.unless(was.check(self.change.at).is_ok() || was == is, || {
            format!("{key}: a code was judged during a stop")
        });
        let full = u64::try_from(is.failures.len()).unwrap() >= self.limits.code_failures;
        found.unless(!full || is.stopped_until.is_some(), || {
            format!("{key}: codes are not stopped")
        });
    }

    /// A session that was removed from its account never returns; there are never too many, and at most one per log-in.
    fn check_sessions(&self, ended: &mut BTreeSet<&'a str>, found: &mut Violations) {
        let key = &self.change.key;
        let (before, after) = (sessions(self.before), sessions(self.after));
        ended.extend(
            before
                .iter()
                .filter(|session| !after.contains(session))
                .map(|(id, _)| id),
        );
        found.unless(
            u64::try_from(after.len()).unwrap() <= self.limits.sessions_per_person,
            || format!("{key}: {} sessions", after.len()),
        );
        let flows: BTreeSet<_> = after.iter().map(|(_, flow)| flow).collect();
        found.unless(flows.len() == after.len(), || {
            format!("{key}: a log-in has two sessions")
        });
        found.unless(after.iter().all(|(id, _)| !ended.contains(id)), || {
            format!("{key}: a session came back")
        });
    }

    /// Invariant 12: the version of one member's credential only grows.
    fn check_credential(&self, found: &mut Violations) {
        let after = credentials(self.after);
        for (id, old) in credentials(self.before) {
            let Some(new) = after.get(id).copied() else {
                continue;
            };
            found.unless(grows_by_one_at_most(old, new), || {
                format!("{}: credential {old}, then {new}", self.change.key)
            });
        }
    }

    /// A member who has logged in keeps the address, until a manager or a take-over removes the member, or the member
    /// takes another one.
    fn check_owner(&self, found: &mut Violations) {
        let owner = |account: Item<'a>| {
            let holders = account.named("holders");
            let mut owners = holders.into_iter().filter(|(_, member)| !member.flag("pending"));
            owners.next().map(|(id, _)| id)
        };
        let act = self.after.map("event").and_then(|event| event.text("act"));
        let left = [
            Act::MemberRemoved,
            Act::MemberDisplacedAndRemoved,
            Act::AddressLeft,
        ];
        if left.iter().any(|left| act == Some(left.code())) {
            return;
        }
        let (was, is) = (owner(self.before), owner(self.after));
        found.unless(was.is_none() || was == is, || {
            format!("{}: the owner lost the address", self.change.key)
        });
    }

    /// Invariants 3, 5: a flow never returns to an earlier stage, and the tries of a challenge only grow, by one per write.
    fn check_flow(&self, found: &mut Violations) {
        let key = &self.change.key;
        let [was, is] = [self.before, self.after].map(|item| item.text("stage").unwrap_or_default());
        // The claim of a completed registration may become void.
        let is_void = was == "completed" && self.after.text("voided").is_some();
        found.unless(rank(was).is_some() && (rank(was) <= rank(is) || is_void), || {
            format!("{key}: from {was} to {is}")
        });
        if was == "otp" && is == "otp" {
            let [old, new] = [self.before, self.after].map(|item| item.count("tries"));
            found.unless(grows_by_one_at_most(old, new), || {
                format!("{key}: {old} tries, then {new}")
            });
            let [old, new] =
                [self.before, self.after].map(|item| item.map("mail").map_or(0, |mail| mail.count("n")));
            found.unless(grows_by_one_at_most(old, new), || {
                format!("{key}: mail {old}, then {new}")
            });
        }
    }
}

const fn grows_by_one_at_most(was: u64, is: u64) -> bool {
    is == was || is == was + 1
}

fn rank(stage: &str) -> Option<u8> {
    Some(match stage {
        "security-code" => 0,
        "otp" => 1,
        "profile" | "new-password" => 2,
        // From one to the other: another person registers, or the profile is corrected.
        "confirm" | "already-registered" => 3,
        "completed" | "my-page" | "done" => 4,
        _ => return None,
    })
}

fn passwords(account: Item<'_>) -> PasswordGuard {
    let wait = |wait: Item<'_>| NetworkWait {
        network: NetworkTag::new(wait.text("of").unwrap_or_default()),
        back_off: BackOff {
            failures: wait.count("wrong"),
            last_failure: time(wait, "wrongAt"),
        },
    };
    PasswordGuard {
        consecutive: account.count("wrong"),
        networks: account.maps("waits").into_iter().map(wait).collect(),
    }
}

fn codes(item: Item<'_>) -> CodeGuard {
    CodeGuard {
        failures: item.times("codes").into_iter().map(instant).collect(),
        stopped_until: time(item, "codesStop"),
    }
}

fn time(item: Item<'_>, name: &str) -> Option<Timestamp> {
    item.number(name).map(instant)
}

fn instant(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

/// Who holds the account, each with the version of the credential.
fn credentials(account: Item<'_>) -> BTreeMap<&str, u64> {
    let holders = account.named("holders");
    let version = |(id, holder): (_, Item<'_>)| (id, holder.count("credential"));
    holders.into_iter().map(version).collect()
}

/// Sessions of an account: id and flow.
fn sessions(account: Item<'_>) -> Vec<(&str, &str)> {
    let holders = account.named("holders").into_iter();
    holders
        .flat_map(|(_, member)| member.maps("sessions"))
        .map(|session| {
            (
                session.text("id").unwrap_or_default(),
                session.text("flow").unwrap_or_default(),
            )
        })
        .collect()
}
