//! The layouts of guards, which items of several kinds contain.

use portal::guards::{BackOff, CodeGuard, NetworkWait, PasswordGuard};
use portal::values::NetworkTag;

use super::super::codec::{Reader, Writer};
use crate::fault::Fault;

pub(super) fn write_back_off(writer: &mut Writer, back_off: &BackOff) {
    if back_off.failures > 0 {
        writer
            .number("wrong", back_off.failures)
            .time_if("wrongAt", back_off.last_failure);
    }
}

pub(super) fn read_back_off(reader: &Reader<'_>) -> Result<BackOff, Fault> {
    Ok(BackOff {
        failures: reader.number_if("wrong")?.unwrap_or(0),
        last_failure: reader.time_if("wrongAt")?,
    })
}

pub(super) fn write_passwords(writer: &mut Writer, passwords: &PasswordGuard) {
    if passwords.consecutive > 0 {
        writer.number("wrong", passwords.consecutive);
    }
    let waits = passwords.networks.iter().map(|wait| {
        let mut writer = Writer::default();
        writer.text("of", wait.network.as_str());
        write_back_off(&mut writer, &wait.back_off);
        writer
    });
    writer.maps("waits", waits.collect());
}

/// An older item, from before back-offs by network, has one count and the time of its last failure, which is a
/// back-off of no network.
pub(super) fn read_passwords(reader: &Reader<'_>) -> Result<PasswordGuard, Fault> {
    let wait = |wait: &Reader<'_>| {
        Ok::<_, Fault>(NetworkWait {
            network: NetworkTag::new(wait.text("of")?),
            back_off: read_back_off(wait)?,
        })
    };
    Ok(PasswordGuard {
        consecutive: reader.number_if("wrong")?.unwrap_or(0),
        networks: reader.maps("waits")?.iter().map(wait).collect::<Result<_, _>>()?,
    })
}

pub(super) fn write_codes(writer: &mut Writer, codes: &CodeGuard) {
    writer
        .times("codes", &codes.failures)
        .time_if("codesStop", codes.stopped_until);
}

pub(super) fn read_codes(reader: &Reader<'_>) -> Result<CodeGuard, Fault> {
    Ok(CodeGuard {
        failures: reader.times("codes")?,
        stopped_until: reader.time_if("codesStop")?,
    })
}
