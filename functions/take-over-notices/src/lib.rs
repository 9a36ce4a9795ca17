//! 引き継ぎのお知らせ — promises, once an hour, the notices of take-overs that fall due: the second mail to the members on
//! the last business day, and the one to the claims address once it is open (`docs/api.md` 3).

use std::error::Error as _;

use jiff::Timestamp;
use lambda_runtime::Error;
use platform::clock::Clock;
use platform::config::Variable;
use platform::fault::Fault;
use platform::random::Random;
use platform::store::{Commit, Consistency, ROUNDS, Replacing, Stored, Table};
use platform::take_over::OfficeSnapshot;
use portal::limits::Limits;
use portal::take_over::Agenda;
use portal::values::OfficeNumber;

/// The environment variables of this function.
pub const NEEDS: &[Variable] = &[Variable::PortalTable];

/// The dependencies of this function.
#[derive(Clone)]
pub struct Deps {
    /// The table.
    pub table: Table,
    /// The clock.
    pub clock: Clock,
    /// The source of ids.
    pub random: Random,
    /// The numbers in force.
    pub limits: Limits,
}

/// Promises every notice that is due. An office that fails is tried again in an hour, and holds up no other one; the
/// failure is reported at the end.
pub async fn handle(deps: &Deps) -> Result<(), Error> {
    let now = deps.clock.now();
    let (mut promised, mut failed) = (0_u32, 0_u32);
    for day in Agenda::days_due(now) {
        let agenda: Option<Stored<Agenda>> = deps.table.get(&day, Consistency::Strong).await?;
        for office in agenda.iter().flat_map(|agenda| &agenda.item.offices) {
            match promise(deps, office, now).await {
                Ok(count) => promised = promised.saturating_add(count),
                Err(fault) => {
                    let cause = fault.source().map(tracing::field::display);
                    tracing::error!(%fault, cause, office = office.as_str(), "a notice of a take-over is not promised");
                    failed = failed.saturating_add(1);
                }
            }
        }
    }
    tracing::info!(promised, "notices of take-overs promised");
    if failed == 0 {
        Ok(())
    } else {
        Err(format!("the notices of {failed} offices are not promised").into())
    }
}

/// Promises the notices that an office's take-over owes; answers how many.
async fn promise(deps: &Deps, office: &OfficeNumber, now: Timestamp) -> Result<u32, Fault> {
    let mut promised = 0_u32;
    for round in 0..ROUNDS {
        let Some(snapshot) = OfficeSnapshot::read(&deps.table, office).await? else {
            return Ok(promised);
        };
        let Some(known) = &snapshot.take_over else {
            return Ok(promised);
        };
        let Some(notice) = known.item.due_notice(now) else {
            return Ok(promised);
        };
        let mut commit = Commit::default();
        commit.put(known.item.told(notice, now), Replacing::Read(known));
        let members = snapshot.members.iter().map(|(member, _)| member);
        let mails = known.item.mails(notice.news(), members, now, &deps.limits);
        commit.promise(mails, &deps.random, now)?;
        if deps.table.commit(&commit).await?.is_ok() {
            promised = promised.saturating_add(1);
        } else {
            deps.table.back_off(round).await?;
        }
    }
    Err(Fault::Contention("TAKEOVER"))
}
