//! What only the flow パスワードの再設定 does.

use jiff::Timestamp;
use portal::account::Account;
use portal::password_reset::{PasswordReset, Stage, Standing};
use portal::steps::Cookie;

use super::{Flow, Flows, no_flow, or_no_flow};
use crate::http::Stop;
use crate::store::{Consistency, Stored};
use crate::wire::Progress;

impl Flow for PasswordReset {
    type Context = ();

    const COOKIE: Cookie = Cookie::Reset;

    fn is_expired(&self, now: Timestamp) -> bool {
        self.is_expired(now)
    }

    /// Once a code was right, the account says where the reset stands; before that nothing of the account shows.
    async fn follow(stored: Stored<Self>, flows: &Flows<Self>, _: Timestamp) -> Result<Stored<Self>, Stop> {
        if !matches!(stored.item.stage, Stage::NewPassword { .. }) {
            return Ok(stored);
        }
        let account = flows.account_of(&stored.item).await?;
        match stored
            .item
            .standing(account.as_ref().map(|account| &account.item))
        {
            Standing::Open => Ok(stored),
            Standing::Done => flows.finish(stored).await?.ok_or_else(no_flow::<Self>),
            Standing::Over => Err(no_flow::<Self>()),
        }
    }

    async fn progress(&self, flows: &Flows<Self>, now: Timestamp) -> Result<Progress, Stop> {
        Ok(Progress::of_password_reset(self, now, &flows.edge.limits))
    }
}

impl Flows<PasswordReset> {
    /// The account of a reset, if there is one.
    pub async fn account_of(&self, flow: &PasswordReset) -> Result<Option<Stored<Account>>, Stop> {
        Ok(self.table.get(&flow.account, Consistency::Strong).await?)
    }

    /// Updates the flow's item to the completed reset.
    pub async fn finish(&self, flow: Stored<PasswordReset>) -> Result<Option<Stored<PasswordReset>>, Stop> {
        let finish = |current: Option<&PasswordReset>| Ok(or_no_flow(current)?.finish());
        let ((), flow) = self.table.change::<_, _, Stop>(Some(flow), finish).await?;
        Ok(flow)
    }
}
