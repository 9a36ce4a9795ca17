//! The right code: the member, with everything that is the member's, moves to the account of the new address.

use platform::fault::Fault;
use platform::http::{Answer, Call, Stop, Success};
use platform::session::{SignedIn, no_session};
use platform::store::{Commit, Consistency, ROUNDS, Replacing, Stored};
use platform::void_claims;
use portal::account::{Account, Member, Session};
use portal::address_change::{AddressChange, NotMoved};
use portal::login::SessionPointer;
use portal::office::Office;
use portal::problem::{Kind, Refusal};
use portal::steps::Cookie;
use portal::values::SessionId;

use crate::Deps;

/// Commits the change, hands the session's new cookie over, and answers with マイページ.
pub(crate) async fn complete(
    deps: &Deps,
    signed_in: &SignedIn,
    change: &AddressChange,
    call: &Call,
) -> Answer {
    let (sessions, now) = (&deps.sessions, call.now);
    let cookie = sessions.edge.random.cookie()?;
    let (member, session) =
        move_member(deps, signed_in, change, &SessionId::of_cookie(&cookie), call).await?;
    // The change is over by the new version of the credential, whether its item is there or not.
    let pointer = SessionPointer {
        account: change.to().key(),
        ..signed_in.pointer.clone()
    };
    sessions.store_pointer(&session, &pointer, now).await?;
    let moved = SignedIn {
        session,
        pointer,
        account: signed_in.account.clone(),
        member,
    };
    let me = sessions.me(&moved, now).await?;
    Ok(Success::json(me).with_cookie(Cookie::Session, cookie))
}

/// One commit: the account of the old address, that of the new one, the office and the letter; or none of them. After a
/// conflict everything is judged again, the session and the owner of the new address included.
async fn move_member(
    deps: &Deps,
    signed_in: &SignedIn,
    change: &AddressChange,
    cookie: &SessionId,
    call: &Call,
) -> Result<(Member, Session), Stop> {
    let (sessions, table) = (&deps.sessions, &deps.sessions.table);
    let (limits, now) = (&sessions.edge.limits, call.now);
    let number = &signed_in.member.office.number;
    let mut old = Some(signed_in.account.clone());
    // The new address is usually unknown: the first commit expects that, and costs no read.
    let mut new: Option<Stored<Account>> = None;
    for round in 0..ROUNDS {
        let account = old.as_ref().ok_or_else(no_session)?;
        let (member, by) = signed_in
            .pointer
            .session_in(&account.item, now)
            .ok_or_else(no_session)?;
        if !change.is_open_for(member, now) {
            return Err(Kind::WrongStep.into());
        }
        let office: Option<Stored<Office>> = table.get(number, Consistency::Strong).await?;
        let office = office.ok_or(Fault::MissingItem("OFFICE"))?;
        let there = new.as_ref().map(|stored| &stored.item);
        let moved = change
            .complete(
                (&account.item, member, by),
                there,
                &office.item,
                cookie.clone(),
                now,
                limits,
            )
            .map_err(|not| match not {
                NotMoved::Stopped(not) => Refusal::from(not),
                NotMoved::Taken => Kind::EmailTaken.into(),
            })?;
        let mut commit = Commit::default();
        commit.put(moved.office, Replacing::Read(&office));
        commit.put(moved.old, Replacing::Read(account));
        commit.put(moved.new, new.as_ref().into());
        let mut mails = vec![moved.mail];
        if let Some(there) = there {
            mails.extend(void_claims::mails(table, there, (member, by.browser), now, limits).await?);
        }
        commit.promise(mails, &sessions.edge.random, now)?;
        let Err(mut conflicts) = table.commit(&commit).await? else {
            return Ok((moved.member, moved.session));
        };
        conflicts.update(&mut Some(office))?;
        conflicts.update(&mut old)?;
        conflicts.update(&mut new)?;
        table.back_off(round).await?;
    }
    Err(Fault::Contention("OFFICE").into())
}
