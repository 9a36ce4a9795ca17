//! 端末 — a browser that the account knows, and whose wrong passwords count where.

use jiff::Timestamp;

use super::{Account, Holder, Member};
use crate::guards::PasswordGuard;
use crate::limits::Limits;
use crate::time::plus;
use crate::values::DeviceId;

/// 端末 — a browser from which the member has completed a log-in. Its wrong passwords are counted apart from those of
/// unknown browsers, so that guesses from elsewhere do not lock the owner out (`docs/adr/0020-known-devices.md`).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Device {
    /// The digest of its cookie.
    pub id: DeviceId,
    /// Its wrong passwords in a row.
    pub passwords: PasswordGuard,
    /// When a log-in was last completed from it.
    pub seen_at: Timestamp,
}

impl Member {
    /// The device of this id, if it is known and was not away too long.
    pub fn device(&self, id: &DeviceId, now: Timestamp, limits: &Limits) -> Option<&Device> {
        self.devices
            .iter()
            .find(|device| device.id == *id && now < plus(device.seen_at, limits.known_device_life))
    }

    /// The member after a log-in was completed from this device: it is known, with no wrong passwords. Above the limit, the
    /// device that was longest away is forgotten.
    #[must_use]
    pub fn with_device(mut self, id: DeviceId, now: Timestamp, limits: &Limits) -> Self {
        self.devices
            .retain(|other| other.id != id && now < plus(other.seen_at, limits.known_device_life));
        self.devices.push(Device {
            id,
            passwords: PasswordGuard::default(),
            seen_at: now,
        });
        let most = usize::try_from(limits.known_devices).unwrap_or(usize::MAX);
        let over = self.devices.len().saturating_sub(most);
        self.devices.drain(..over);
        self
    }
}

impl Account {
    /// The wrong passwords that count for a log-in from this device: its own where it is known, those of all unknown
    /// browsers where it is not.
    pub(super) fn guard(&self, device: Option<&DeviceId>, now: Timestamp, limits: &Limits) -> &PasswordGuard {
        let known = device
            .zip(self.owner())
            .and_then(|(id, owner)| owner.device(id, now, limits));
        known.map_or(&self.passwords, |known| &known.passwords)
    }

    /// The account with another guard for log-ins from this device.
    pub(super) fn with_guard(
        mut self,
        device: Option<&DeviceId>,
        guard: PasswordGuard,
        now: Timestamp,
        limits: &Limits,
    ) -> Self {
        let known = device
            .zip(self.owner())
            .and_then(|(id, owner)| owner.device(id, now, limits))
            .map(|known| known.id.clone());
        let there = known.and_then(|id| {
            let Holder::Owner(owner) = &mut self.holder else {
                return None;
            };
            owner.devices.iter_mut().find(|device| device.id == id)
        });
        match there {
            Some(device) => device.passwords = guard,
            None => self.passwords = guard,
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::samples::{HALF_A_YEAR, ids};
    use crate::samples::{LIMITS, active, device, t};

    #[test]
    fn a_device_is_known_until_half_a_year_has_passed() {
        let member = Member {
            devices: vec![device("d", 0)],
            ..active("m")
        };
        let known = |id: &str, second| member.device(&DeviceId::new(id), t(second), &LIMITS).is_some();
        assert!(known("d", HALF_A_YEAR - 1));
        assert!(!known("d", HALF_A_YEAR));
        assert!(!known("d", HALF_A_YEAR + 1));
        assert!(!known("other", HALF_A_YEAR - 1));
        assert!(!known("other", HALF_A_YEAR));
    }

    #[test]
    fn a_sixth_device_puts_the_one_that_was_longest_away_among_the_strangers() {
        let mut member = active("m");
        for (second, name) in (0..).zip(["a", "b", "c", "a", "d", "e", "f"]) {
            member = member.with_device(DeviceId::new(name), t(second), &LIMITS);
        }
        assert_eq!(ids(&member.devices, |d| d.id.as_str()), ["c", "a", "d", "e", "f"]);
        let far = t(3 + HALF_A_YEAR);
        let member = member.with_device(DeviceId::new("g"), far, &LIMITS);
        assert_eq!(
            ids(&member.devices, |d| d.id.as_str()),
            ["d", "e", "f", "g"],
            "c was away for more than half a year, a for exactly as long"
        );
        assert_eq!(member.devices[3].seen_at, far);
    }

    #[test]
    fn a_device_owes_nothing_after_a_completed_log_in() {
        let owing = Device {
            passwords: PasswordGuard::default().failed(t(0)),
            ..device("d", 0)
        };
        let member = Member {
            devices: vec![owing],
            ..active("m")
        };
        let member = member.with_device(DeviceId::new("d"), t(9), &LIMITS);
        assert_eq!(member.devices, [device("d", 9)]);
    }
}
