//! Back-off and lockout after wrong passwords of an account (`docs/adr/0028-waits-by-network.md`).

use jiff::Timestamp;

use crate::limits::Limits;
use crate::time::{Seconds, plus};
use crate::values::NetworkTag;

/// Consecutive wrong passwords from one network or one known device, and the back-off that they cost.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct BackOff {
    /// Consecutive wrong passwords.
    pub failures: u64,
    /// The time of the last one.
    pub last_failure: Option<Timestamp>,
}

/// Whether a password is judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Guarded {
    /// The password is judged.
    Open,
    /// A back-off runs, or the password is locked out: the answer is that of a wrong password, and nothing is
    /// counted.
    Closed,
}

impl Guarded {
    const fn closed_if(closed: bool) -> Self {
        if closed { Self::Closed } else { Self::Open }
    }
}

impl BackOff {
    /// The end of the back-off, if one runs.
    pub fn waits_until(&self, limits: &Limits) -> Option<Timestamp> {
        let over = self
            .failures
            .checked_sub(limits.free_wrong_passwords.checked_add(1)?)?;
        let doubled = 1_u64
            .checked_shl(u32::try_from(over).unwrap_or(u32::MAX))
            .unwrap_or(u64::MAX);
        let wait = Seconds::new(doubled);
        self.last_failure
            .map(|at| plus(at, wait.min(limits.wrong_password_longest_wait)))
    }

    fn is_running(&self, now: Timestamp, limits: &Limits) -> bool {
        self.waits_until(limits).is_some_and(|until| now < until)
    }

    /// Whether a password from the known device with this back-off is judged now. A device has its own lockout.
    pub fn state_of_device(&self, now: Timestamp, limits: &Limits) -> Guarded {
        Guarded::closed_if(
            self.is_running(now, limits) || limits.wrong_passwords_before_lockout <= self.failures,
        )
    }

    /// The state after a wrong password.
    #[must_use]
    pub fn failed(&self, now: Timestamp) -> Self {
        Self {
            failures: self.failures.saturating_add(1),
            last_failure: Some(now),
        }
    }

    /// Whether the last failure is so old that the failures have expired.
    fn is_forgotten(&self, now: Timestamp, limits: &Limits) -> bool {
        let memory = limits
            .wrong_password_memory
            .max(limits.wrong_password_longest_wait);
        self.last_failure.is_none_or(|at| plus(at, memory) <= now)
    }
}

/// Wrong passwords from one network at one account.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct NetworkWait {
    /// The network.
    pub network: NetworkTag,
    /// Its wrong passwords and its back-off.
    pub back_off: BackOff,
}

/// Wrong passwords of one account, from all unknown browsers.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct PasswordGuard {
    /// Consecutive ones, from all networks together; a hundred lock the password out for all but known devices.
    pub consecutive: u64,
    /// By network, the one with the latest failure last. Each has its own back-off.
    pub networks: Vec<NetworkWait>,
}

impl PasswordGuard {
    /// Whether a password from this network is judged now.
    pub fn state(&self, network: &NetworkTag, now: Timestamp, limits: &Limits) -> Guarded {
        let waits = self
            .networks
            .iter()
            .any(|wait| wait.network == *network && wait.back_off.is_running(now, limits));
        Guarded::closed_if(waits || limits.wrong_passwords_before_lockout <= self.consecutive)
    }

    /// The guard after a wrong password from this network. Expired networks are dropped, and there are never more
    /// than failures in the series that locks out.
    #[must_use]
    pub fn failed(&self, network: &NetworkTag, now: Timestamp, limits: &Limits) -> Self {
        let (before, mut networks): (Vec<_>, Vec<_>) = self
            .networks
            .iter()
            .filter(|wait| !wait.back_off.is_forgotten(now, limits))
            .cloned()
            .partition(|wait| wait.network == *network);
        let before = before.into_iter().next().map(|wait| wait.back_off);
        networks.push(NetworkWait {
            network: network.clone(),
            back_off: before.unwrap_or_default().failed(now),
        });
        let most = usize::try_from(limits.wrong_passwords_before_lockout).unwrap_or(usize::MAX);
        networks.drain(..networks.len().saturating_sub(most));
        Self {
            consecutive: self.consecutive.saturating_add(1),
            networks,
        }
    }

    /// The guard after the right password from this network: only the back-off of this network ends.
    #[must_use]
    pub fn proven(&self, network: &NetworkTag) -> Self {
        let mut next = self.clone();
        next.networks.retain(|wait| wait.network != *network);
        next
    }

    /// The guard after a completed log-in: the series that locks out starts again, and the back-offs of all networks
    /// continue.
    #[must_use]
    pub fn completed(&self) -> Self {
        Self {
            consecutive: 0,
            networks: self.networks.clone(),
        }
    }

    /// When the last back-off in it ends.
    pub fn waits_end_at(&self, limits: &Limits) -> Option<Timestamp> {
        let last = self
            .networks
            .iter()
            .filter_map(|wait| wait.back_off.last_failure)
            .max();
        last.map(|at| plus(at, limits.wrong_password_longest_wait))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{LIMITS, t};

    fn n(name: &str) -> NetworkTag {
        NetworkTag::new(name)
    }

    fn fails(guard: PasswordGuard, network: &str, times: u32, second: u64) -> PasswordGuard {
        (0..times).fold(guard, |guard, _| guard.failed(&n(network), t(second), &LIMITS))
    }

    #[test]
    fn four_wrong_passwords_are_free_then_the_wait_doubles_up_to_a_quarter_of_an_hour() {
        let mut back_off = BackOff::default();
        let mut guard = PasswordGuard::default();
        for _ in 0..4 {
            back_off = back_off.failed(t(0));
            guard = fails(guard, "a", 1, 0);
            assert_eq!(back_off.state_of_device(t(0), &LIMITS), Guarded::Open);
            assert_eq!(guard.state(&n("a"), t(0), &LIMITS), Guarded::Open);
        }
        for wait in [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900] {
            back_off = back_off.failed(t(0));
            guard = fails(guard, "a", 1, 0);
            for (second, expected) in [
                (wait - 1, Guarded::Closed),
                (wait, Guarded::Open),
                (wait + 1, Guarded::Open),
            ] {
                let at = t(second);
                assert_eq!(back_off.state_of_device(at, &LIMITS), expected, "wait {wait}");
                assert_eq!(guard.state(&n("a"), at, &LIMITS), expected, "wait {wait}");
                assert_eq!(guard.state(&n("b"), at, &LIMITS), Guarded::Open, "wait {wait}");
            }
        }
        assert_eq!(guard.consecutive, 16);
        let most = BackOff {
            failures: u64::MAX,
            last_failure: None,
        };
        assert_eq!(most.failed(t(0)).failures, u64::MAX);
    }

    /// NIST SP 800-63B-4 3.2.2
    #[test]
    fn a_hundred_in_a_row_from_everywhere_lock_every_network_out_until_a_log_in_is_completed() {
        let mut guard = PasswordGuard::default();
        for at in 0..99 {
            guard = fails(guard, &format!("{}", at % 30), 1, 0);
        }
        assert_eq!(guard.state(&n("new"), t(0), &LIMITS), Guarded::Open);
        let full = fails(guard, "a", 1, 0);
        assert_eq!(full.state(&n("new"), t(1_000_000), &LIMITS), Guarded::Closed);
        // The right password does not end the series: only a completed log-in does.
        let proven = full.proven(&n("a"));
        assert_eq!(proven.state(&n("a"), t(1_000_000), &LIMITS), Guarded::Closed);
        assert_eq!(full.completed().state(&n("new"), t(0), &LIMITS), Guarded::Open);
    }

    #[test]
    fn the_right_password_ends_the_wait_of_its_own_network_and_of_no_other() {
        let guard = fails(fails(PasswordGuard::default(), "a", 5, 0), "b", 5, 0);
        for after in [guard.proven(&n("a")), guard.proven(&n("a")).completed()] {
            assert_eq!(after.state(&n("a"), t(0), &LIMITS), Guarded::Open);
            assert_eq!(after.state(&n("b"), t(0), &LIMITS), Guarded::Closed);
            assert_eq!(
                fails(after.clone(), "a", 4, 0).state(&n("a"), t(0), &LIMITS),
                Guarded::Open
            );
        }
    }

    #[test]
    fn a_network_is_forgotten_a_day_after_its_last_wrong_password() {
        let guard = fails(PasswordGuard::default(), "a", 5, 0);
        for (second, failures) in [(86_399, 6), (86_400, 1), (86_401, 1)] {
            let again = fails(guard.clone(), "a", 1, second);
            assert_eq!(again.networks[0].back_off.failures, failures);
            let other = fails(guard.clone(), "b", 1, second);
            assert_eq!(other.networks.len(), if failures == 6 { 2 } else { 1 });
            assert_eq!(
                (again.consecutive, other.consecutive),
                (6, 6),
                "the row is not forgotten"
            );
        }
        assert_eq!(guard.waits_end_at(&LIMITS), Some(t(900)));
        assert_eq!(PasswordGuard::default().waits_end_at(&LIMITS), None);
    }

    #[test]
    fn there_are_no_more_networks_than_wrong_passwords_in_the_row_that_locks_out() {
        let mut guard = PasswordGuard::default();
        for at in 0..150 {
            guard = fails(guard.completed(), &format!("{at}"), 1, at);
        }
        assert_eq!(guard.networks.len(), 100);
        assert_eq!(guard.networks[0].network, n("50"), "who failed longest ago goes");
        // A network that fails again moves to the end.
        let again = fails(guard, "50", 1, 200);
        assert_eq!(again.networks.len(), 100);
        assert_eq!(again.networks[99].back_off.failures, 2);
    }
}
