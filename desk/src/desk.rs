//! The desk: the portal's table, and who sits before it.

use platform::audit::Records;
use platform::clock::Clock;
use platform::fault::Fault;
use platform::inquiries::Listing;
use platform::random::Random;
use platform::store::{Consistency, Stored, Table};
use portal::change::Change;
use portal::desk::{Deed, Identity, NoReason, Operator, Reason, Target};
use portal::keys::KeyId;
use portal::limits::Limits;
use portal::values::{FlowId, MemberId};

use crate::cli::Look;
use crate::exit::Stop;

/// What the commands work with.
#[derive(Debug, Clone)]
pub struct Desk {
    /// The portal's table.
    pub table: Table,
    /// The list of inquiries.
    pub inquiries: Listing,
    /// The audit, to read.
    pub records: Records,
    /// SES, for its suppression list.
    pub ses: aws_sdk_sesv2::Client,
    /// The clock.
    pub clock: Clock,
    /// Draws ids.
    pub random: Random,
    /// The limits in force.
    pub limits: Limits,
    /// Who sits here.
    pub who: Identity,
    /// The name of the key with which initial passwords are derived now, where it is known. The keys themselves never
    /// come here.
    pub key: Option<KeyId>,
}

impl Desk {
    /// The id of a new operation.
    pub fn operation(&self) -> Result<FlowId, Fault> {
        Ok(FlowId::new(self.random.id()?))
    }

    /// The operator's own item, as it is stored.
    pub async fn own_item(&self) -> Result<Option<Stored<Operator>>, Fault> {
        self.table.get(&self.who.id, Consistency::Strong).await
    }

    /// Records a look, before anything of it is read for showing.
    pub async fn looks(&self, deed: &Deed, target: &Target, member: Option<&MemberId>) -> Result<(), Stop> {
        let (known, id, now) = (self.own_item().await?, self.operation()?, self.clock.now());
        let record = |_: Option<&Operator>| {
            let record = Operator::does(
                &self.who,
                id.clone(),
                deed.clone(),
                target.clone(),
                member.cloned(),
                now,
            );
            Ok::<_, Fault>(Change::Store(record, ()))
        };
        self.table.change(known, record).await?;
        Ok(())
    }
}

impl Look {
    /// As it is recorded.
    pub fn deed(&self) -> Result<Deed, Stop> {
        let reason = self.reason.as_deref().map(reason).transpose()?;
        Ok(match reason {
            Some(reason) if self.reveal => Deed::Reveal(reason),
            Some(_) | None => Deed::Look,
        })
    }
}

/// The reason that was typed.
pub fn reason(typed: &str) -> Result<Reason, Stop> {
    Reason::parse(typed).map_err(|why| {
        let told = match why {
            NoReason::Empty => "理由を書いてください。",
            NoReason::TooLong => "理由は200文字までです。",
            NoReason::Forbidden => "理由に、改行、見えない文字、絵文字は使えません。",
            NoReason::Address => {
                "理由にメールアドレスは書けません（@ は使えません）。監査記録に個人情報を残さないためです。"
            }
        };
        Stop::Usage(told.to_owned())
    })
}
