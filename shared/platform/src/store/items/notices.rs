//! The layout of a budget of notices, in a member, and of each manager in an office.

use portal::guards::{CountedNotice, NoticeBudget};
use portal::mail::Notice;

use super::super::codec::{Reader, Writer};
use crate::fault::Fault;

/// The notices that were counted within a day.
const NOTICES: &str = "notices";

pub(super) fn write_notices(writer: &mut Writer, budget: &NoticeBudget) {
    let counted = |notice: &CountedNotice| {
        let mut writer = Writer::default();
        writer.text("what", notice.what.code()).time("at", notice.at);
        writer
    };
    writer.maps(NOTICES, budget.counted.iter().map(counted).collect());
}

/// A kind that only later code knows is dropped: it counts nowhere else.
pub(super) fn read_notices(reader: &Reader<'_>) -> Result<NoticeBudget, Fault> {
    let mut counted = Vec::new();
    for notice in reader.maps(NOTICES)? {
        if let Some(what) = Notice::parse(notice.text("what")?) {
            let at = notice.time("at")?;
            counted.push(CountedNotice { what, at });
        }
    }
    Ok(NoticeBudget { counted })
}
