//! 「登録する」 while a take-over is open: the newcomer, who has no seat until the first completed log-in.

use jiff::Timestamp;
use platform::fault::Fault;
use platform::http::Stop;
use platform::store::{Commit, Consistency, ROUNDS, Replacing, Stored};
use portal::account::{Account, Member, NewMember};
use portal::office::{Founding, NotRegistered};
use portal::take_over::{Confirming, TakeOver};

use super::Deps;

/// Reads, decides and commits, until no other request has written one of the items in between. Answers with the newcomer
/// as stored.
pub(super) async fn register(
    deps: &Deps,
    newcomer: &NewMember,
    founding: &Founding,
    now: Timestamp,
) -> Result<Result<Member, NotRegistered>, Stop> {
    let (table, limits) = (&deps.flows.table, &deps.flows.edge.limits);
    let address = newcomer.profile.email.key();
    let confirming = Confirming { newcomer, founding };
    for round in 0..ROUNDS {
        let known: Option<Stored<TakeOver>> = table.get(&newcomer.office.number, Consistency::Strong).await?;
        let there: Option<Stored<Account>> = table.get(&address, Consistency::Strong).await?;
        let earlier = known.as_ref().and_then(|known| known.item.newcomer.as_ref());
        let left: Option<Stored<Account>> = match earlier.filter(|earlier| earlier.account != address) {
            Some(earlier) => table.get(&earlier.account, Consistency::Strong).await?,
            None => None,
        };
        let decided = confirming.decide(
            known.as_ref().map(|stored| &stored.item),
            there.as_ref().map(|stored| &stored.item),
            left.as_ref().map(|stored| &stored.item),
            now,
            limits,
        );
        let writes = match decided {
            Ok(writes) => writes,
            Err(not) => return Ok(Err(not)),
        };
        let mut commit = Commit::default();
        commit.put(writes.take_over, known.as_ref().into());
        commit.put(writes.account, there.as_ref().into());
        if let (Some(ended), Some(left)) = (writes.left, &left) {
            commit.put(ended, Replacing::Read(left));
        }
        if table.commit(&commit).await?.is_ok() {
            return Ok(Ok(writes.newcomer));
        }
        table.back_off(round).await?;
    }
    Err(Fault::Contention("TAKEOVER").into())
}
