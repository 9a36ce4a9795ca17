//! Counts of wrong passwords and codes, as items of several kinds have them.

use portal::guards::{CodeGuard, PasswordGuard};

use super::super::codec::{Reader, Writer};
use crate::fault::Fault;

pub(super) fn write_passwords(writer: &mut Writer, passwords: &PasswordGuard) {
    if passwords.failures > 0 {
        writer
            .number("wrong", passwords.failures)
            .time_if("wrongAt", passwords.last_failure);
    }
}

pub(super) fn read_passwords(reader: &Reader<'_>) -> Result<PasswordGuard, Fault> {
    Ok(PasswordGuard {
        failures: reader.number_if("wrong")?.unwrap_or(0),
        last_failure: reader.time_if("wrongAt")?,
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
