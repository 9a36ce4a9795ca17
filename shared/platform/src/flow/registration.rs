//! What only the flow 初回利用登録 does.

use jiff::Timestamp;
use portal::account::Account;
use portal::challenge::Challenge;
use portal::claims::RegisteredOffice;
use portal::code::Purpose;
use portal::keys::KeyRing;
use portal::office::{Claim, Office, Seats};
use portal::problem::Kind;
use portal::registration::{self, NoMailAddress, Registration, Stage};
use portal::steps::Cookie;
use portal::values::{ChallengeId, FlowId, OfficeName};

use super::{Flow, Flows, living, no_flow};
use crate::fault::Fault;
use crate::http::{Problem, Stop};
use crate::store::{Consistency, Stored};
use crate::wire::Progress;

impl Flow for Registration {
    type Context = ();

    const COOKIE: Cookie = Cookie::Registration;

    fn is_expired(&self, now: Timestamp) -> bool {
        self.is_expired(now)
    }

    async fn progress(&self, flows: &Flows<Self>, now: Timestamp) -> Result<Progress, Stop> {
        let seats = flows.seats_of(self, now).await?;
        Ok(Progress::of_registration(self, &seats, now, &flows.edge.limits))
    }
}

impl Flows<Registration> {
    /// The seats that decide, beside the stage, what may be done next. At stages where none do, nothing is read.
    pub async fn seats_of(&self, flow: &Registration, now: Timestamp) -> Result<Seats, Stop> {
        match &flow.stage {
            Stage::AlreadyRegistered { office } => Ok(self.seats(office, Consistency::Strong, now).await?),
            Stage::Completed { member, account, .. } => {
                let account = self.table.get::<Account>(account, Consistency::Strong).await?;
                let member = account.and_then(|stored| stored.item.noted(member).cloned());
                // A member who was replaced meanwhile leaves a flow behind that leads nowhere.
                let member = member.ok_or_else(no_flow::<Registration>)?;
                Ok(Seats {
                    claim: Claim::Taken,
                    members: vec![member],
                })
            }
            Stage::SecurityCode { .. }
            | Stage::Otp { .. }
            | Stage::Profile { .. }
            | Stage::Confirm { .. } => Ok(Seats::none()),
        }
    }

    /// What an office's members mean now. A refusal rests on a strong read; an eventual one is enough where a condition
    /// decides later on.
    pub async fn seats(
        &self,
        office: &OfficeName,
        consistency: Consistency,
        now: Timestamp,
    ) -> Result<Seats, Fault> {
        let office: Option<Stored<Office>> = self.table.get(&office.number, consistency).await?;
        let Some(stored) = office else {
            return Ok(Seats::none());
        };
        let mut members = Vec::new();
        for (member, _) in self.table.members_of(&stored.item).await? {
            if !member.seat_has_expired(now, &self.edge.limits) {
                members.push(member);
            }
        }
        let claim = stored.item.claim(&members, now, &self.edge.limits);
        Ok(Seats { claim, members })
    }

    /// Promises the registration code to the address that the claims system names; answers with the stage at
    /// which the registration then stands.
    pub async fn promise_code(
        &self,
        keys: &KeyRing,
        registered: &RegisteredOffice,
        (by, ends_at): (&FlowId, Timestamp),
        now: Timestamp,
    ) -> Result<Stage, Stop> {
        let limits = &self.edge.limits;
        let (office, address) = registration::office_and_address(registered)
            .map_err(|NoMailAddress| Stop::from(Kind::ClaimsNoMailAddress))?;
        let id = ChallengeId::new(self.edge.random.id()?);
        let challenge = Challenge::begin(
            id,
            Purpose::Registration,
            keys,
            address.clone(),
            ends_at,
            now,
            limits,
        )?;
        let key = address.key();
        let promise = |before: Option<&Account>| {
            Ok::<_, Stop>(Account::promise_registration_code(before, &key, by, now, limits))
        };
        self.table.change(None, promise).await?.0?;
        Ok(Stage::Otp { office, challenge })
    }

    /// `email-taken`. The fifth such answer ends the registration, so that nobody asks through a list of addresses.
    pub async fn refuse_email(&self, flow: Stored<Registration>, now: Timestamp) -> Result<Stop, Stop> {
        let limits = &self.edge.limits;
        let count = |current: Option<&Registration>| Ok(living(current)?.count_email_taken(limits));
        Ok(match self.table.change::<_, _, Stop>(Some(flow), count).await? {
            ((), Some(flow)) => self.refuse(&flow.item, Kind::EmailTaken, now).await,
            ((), None) => Problem::from(Kind::EmailTaken)
                .deleting(Cookie::Registration)
                .into(),
        })
    }
}
