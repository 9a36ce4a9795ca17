//! 端末 — known browsers, and which guard counts a wrong password.

use jiff::Timestamp;

use super::{Account, Holder, Member};
use crate::guards::{BackOff, Guarded};
use crate::limits::Limits;
use crate::time::plus;
use crate::values::{DeviceId, NetworkTag};

/// 端末 — a browser from which the member has completed a log-in. Its wrong passwords are counted separately from those
/// of unknown browsers, so that guesses from elsewhere do not lock the owner out (`docs/adr/0020-known-devices.md`).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Device {
    /// The digest of its cookie.
    pub id: DeviceId,
    /// Its consecutive wrong passwords.
    pub passwords: BackOff,
    /// When a log-in was last completed from it.
    pub seen_at: Timestamp,
}

impl Member {
    /// The device of this id, if it is known and not expired.
    pub fn device(&self, id: &DeviceId, now: Timestamp, limits: &Limits) -> Option<&Device> {
        self.devices
            .iter()
            .find(|device| device.id == *id && now < plus(device.seen_at, limits.known_device_life))
    }

    /// The member after a completed log-in from this device: it is known, and has no wrong passwords. Above the
    /// limit, the device with the oldest log-in is forgotten.
    #[must_use]
    pub fn with_device(mut self, id: DeviceId, now: Timestamp, limits: &Limits) -> Self {
        self.devices
            .retain(|other| other.id != id && now < plus(other.seen_at, limits.known_device_life));
        self.devices.push(Device {
            id,
            passwords: BackOff::default(),
            seen_at: now,
        });
        let most = usize::try_from(limits.known_devices).unwrap_or(usize::MAX);
        let over = self.devices.len().saturating_sub(most);
        self.devices.drain(..over);
        self
    }
}

/// Where a log-in comes from.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Caller {
    /// The network, by its name in this account.
    pub network: NetworkTag,
    /// The ids that the browser's device names have in this account; at most one of them is known to it.
    pub devices: Vec<DeviceId>,
}

impl Account {
    /// The known device that the call comes from, if there is one. A name that another account gave is ignored.
    pub fn known_device(&self, caller: &Caller, now: Timestamp, limits: &Limits) -> Option<&Device> {
        let owner = self.owner()?;
        caller.devices.iter().find_map(|id| owner.device(id, now, limits))
    }

    /// Whether a password of this caller is judged now: a known device has a guard of its own, all others are counted
    /// by network and together.
    pub(super) fn guarded(&self, caller: &Caller, now: Timestamp, limits: &Limits) -> Guarded {
        match self.known_device(caller, now, limits) {
            Some(device) => device.passwords.state_of_device(now, limits),
            None => self.passwords.state(&caller.network, now, limits),
        }
    }

    /// The account after a wrong password of this caller.
    pub(super) fn with_wrong_password(&self, caller: &Caller, now: Timestamp, limits: &Limits) -> Self {
        match self.known_device(caller, now, limits) {
            Some(device) => self.with_back_off(&device.id, &device.passwords.failed(now)),
            None => Self {
                passwords: self.passwords.failed(&caller.network, now, limits),
                ..self.clone()
            },
        }
    }

    /// The account after the right password of this caller: only the back-off of this device or network ends.
    pub(super) fn with_right_password(&self, caller: &Caller, now: Timestamp, limits: &Limits) -> Self {
        match self.known_device(caller, now, limits) {
            Some(device) => self.with_back_off(&device.id, &BackOff::default()),
            None => Self {
                passwords: self.passwords.proven(&caller.network),
                ..self.clone()
            },
        }
    }

    fn with_back_off(&self, id: &DeviceId, back_off: &BackOff) -> Self {
        let mut next = self.clone();
        if let Holder::Owner(owner) = &mut next.holder {
            for device in owner.devices.iter_mut().filter(|device| device.id == *id) {
                device.passwords = back_off.clone();
            }
        }
        next
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
    fn a_sixth_device_replaces_the_one_with_the_oldest_log_in() {
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
    fn a_device_has_no_back_off_after_a_completed_log_in() {
        let owing = Device {
            passwords: BackOff::default().failed(t(0)),
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
