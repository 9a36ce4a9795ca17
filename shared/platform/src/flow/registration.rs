//! The parts of a flow that only 初回利用登録 has.

use jiff::Timestamp;
use portal::account::{Account, VoidClaim};
use portal::challenge::Challenge;
use portal::code::Purpose;
use portal::contact::Contact;
use portal::keys::KeyRing;
use portal::office::{Availability, Office, Seats};
use portal::registration::{Registration, Stage};
use portal::steps::Cookie;
use portal::take_over::TakeOver;
use portal::values::{AccountKey, ChallengeId, EmailAddress, FlowId, OfficeName};

use super::{Flow, Flows, no_flow, or_no_flow};
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

    /// A completed registration whose claim became void returns to the profile.
    async fn follow(stored: Stored<Self>, flows: &Flows<Self>, now: Timestamp) -> Result<Stored<Self>, Stop> {
        let Some(void) = flows.void_claim_of(&stored.item, now).await? else {
            return Ok(stored);
        };
        let (void, seats) = void;
        let note = |current: Option<&Self>| {
            Ok::<_, Stop>(or_no_flow(current)?.note_void(&void, &seats.availability))
        };
        let ((), stored) = flows.table.change(Some(stored), note).await?;
        stored.ok_or_else(no_flow::<Self>)
    }

    async fn progress(&self, flows: &Flows<Self>, now: Timestamp) -> Result<Progress, Stop> {
        let limits = &flows.edge.limits;
        match flows.seats_of(self, now).await {
            Ok(seats) => Ok(Progress::of_registration(self, &seats, now, limits)),
            Err(fault @ Stop::Broken(_)) => Err(fault),
            // The claim may have become void since the registration was opened.
            Err(gone @ Stop::Refused(_)) => match (flows.void_claim_of(self, now).await?, self.office()) {
                (Some((void, seats)), Some(office)) => {
                    let again = self.after_void(office.clone(), &void, &seats.availability);
                    Ok(Progress::of_registration(&again, &seats, now, limits))
                }
                _ => Err(gone),
            },
        }
    }
}

impl Flows<Registration> {
    /// For a completed registration: its void claim, if it has one, and the seats of its office.
    async fn void_claim_of(
        &self,
        flow: &Registration,
        now: Timestamp,
    ) -> Result<Option<(VoidClaim, Seats)>, Stop> {
        let Stage::Completed {
            office,
            member,
            account,
            ..
        } = &flow.stage
        else {
            return Ok(None);
        };
        let account: Option<Stored<Account>> = self.table.get(account, Consistency::Strong).await?;
        let Some(void) = account.and_then(|stored| stored.item.void_claim(member).cloned()) else {
            return Ok(None);
        };
        Ok(Some((void, self.seats(office, Consistency::Strong, now).await?)))
    }

    /// The seats that decide, together with the stage, the next actions. At stages where they do not matter, nothing
    /// is read.
    pub async fn seats_of(&self, flow: &Registration, now: Timestamp) -> Result<Seats, Stop> {
        match &flow.stage {
            Stage::AlreadyRegistered { office } => Ok(self.seats(office, Consistency::Strong, now).await?),
            Stage::Completed { member, account, .. } => {
                let account = self.table.get::<Account>(account, Consistency::Strong).await?;
                let member = account.and_then(|stored| stored.item.noted(member).cloned());
                // A member who was replaced meanwhile leaves a flow without a result.
                let member = member.ok_or_else(no_flow::<Registration>)?;
                Ok(Seats {
                    availability: Availability::Taken,
                    members: vec![member],
                    take_over: None,
                })
            }
            Stage::SecurityCode { .. }
            | Stage::Otp { .. }
            | Stage::Profile { .. }
            | Stage::Confirm { .. } => Ok(Seats::none()),
        }
    }

    /// The seats of an office now. A refusal needs a strong read; an eventually consistent one is sufficient where a
    /// condition decides later.
    pub async fn seats(
        &self,
        office: &OfficeName,
        consistency: Consistency,
        now: Timestamp,
    ) -> Result<Seats, Fault> {
        let known: Option<Stored<Office>> = self.table.get(&office.number, consistency).await?;
        let Some(stored) = known else {
            return Ok(Seats::none());
        };
        let mut members = Vec::new();
        for (member, _) in self.table.members_of(&stored.item).await? {
            if !member.seat_has_expired(now, &self.edge.limits) {
                members.push(member);
            }
        }
        let availability = stored.item.availability(&members, now, &self.edge.limits);
        let take_over: Option<Stored<TakeOver>> = if availability == Availability::Taken {
            self.table.get(&office.number, consistency).await?
        } else {
            None
        };
        Ok(Seats {
            availability,
            members,
            take_over: take_over.map(|stored| stored.item),
        })
    }

    /// Promises the registration code to the contact address; answers with the registration's new stage. The
    /// budget of the user id was charged before; the contact's is charged here.
    pub async fn promise_code(
        &self,
        keys: &KeyRing,
        (office, address): (OfficeName, EmailAddress),
        (by, ends_at): (&FlowId, Timestamp),
        now: Timestamp,
    ) -> Result<Stage, Stop> {
        let limits = &self.edge.limits;
        let id = ChallengeId::new(self.edge.random.id()?);
        let key = address.key();
        let challenge = Challenge::begin(id, Purpose::Registration, keys, address, ends_at, now, limits)?;
        let promise =
            |before: Option<&Contact>| Ok::<_, Stop>(Contact::promise_code(before, &key, by, now, limits));
        self.table.change(None, promise).await?.0?;
        Ok(Stage::Otp { office, challenge })
    }

    /// The address is taken (`email-taken`), unless the registration submitted too many others before. The fifth such
    /// answer ends the registration, and so does the eleventh address.
    pub async fn refuse_address(
        &self,
        flow: Stored<Registration>,
        address: &AccountKey,
        now: Timestamp,
    ) -> Result<Stop, Stop> {
        let limits = &self.edge.limits;
        let refuse =
            |current: Option<&Registration>| Ok(or_no_flow(current)?.refuse_address(address, limits));
        Ok(match self.table.change::<_, _, Stop>(Some(flow), refuse).await? {
            (refusal, Some(flow)) => self.refuse(&flow.item, refusal, now).await,
            (refusal, None) => Problem::from(refusal).deleting(Cookie::Registration).into(),
        })
    }
}
