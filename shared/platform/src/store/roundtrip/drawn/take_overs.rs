//! Take-overs and their agenda.

use portal::keys::KeyId;
use portal::mail::{Content, Promise};
use portal::office::Founding;
use portal::take_over::{Agenda, Asked, Bulletin, Ending, Newcomer, News, StopCode, TakeOver};
use portal::values::{AccountKey, AgendaDay, Draft, FlowId, MemberId, RequestKey};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

use super::{email, id, instant, office, promise};

fn asked() -> impl Strategy<Value = Asked> {
    (id(), id(), instant()).prop_map(|(flow, request, at)| Asked {
        flow: FlowId::new(flow),
        request: RequestKey::new(request),
        at,
    })
}

fn newcomer() -> impl Strategy<Value = Newcomer> {
    let times = (instant(), option::of(instant()));
    (id(), id(), id(), id(), id(), times).prop_map(|(flow, request, draft, member, account, times)| {
        let (at, password_ends_at) = times;
        Newcomer {
            founding: Founding {
                flow: FlowId::new(flow),
                request: RequestKey::new(request),
                draft: Draft::new(draft),
                member: MemberId::new(member),
                at,
                password_ends_at,
            },
            account: AccountKey::new(account),
        }
    })
}

pub(in crate::store::roundtrip) fn take_over() -> impl Strategy<Value = TakeOver> {
    let ended = option::of((select(Ending::ALL), instant()));
    let told = (option::of(instant()), option::of(instant()));
    (
        office(),
        (vec(asked(), 0..3), asked()),
        (instant(), instant()),
        ("[0-9A-Z]{1,4}", email(), id(), id()),
        (option::of(newcomer()), ended, told),
    )
        .prop_map(
            |(
                office,
                (earlier, asked),
                (from, until),
                (end, contact, key, nonce),
                (newcomer, ended, told),
            )| {
                TakeOver {
                    office,
                    earlier,
                    asked,
                    from,
                    until,
                    claims_user_end: end,
                    contact,
                    stop_code: StopCode {
                        key: KeyId::new(key),
                        nonce,
                    },
                    newcomer,
                    ended,
                    reminded_at: told.0,
                    opened_at: told.1,
                }
            },
        )
}

/// A promise that tells something of a take-over.
pub(in crate::store::roundtrip) fn promised_bulletin() -> impl Strategy<Value = Promise> {
    let stop_code = option::of((id(), id()).prop_map(|(key, nonce)| StopCode {
        key: KeyId::new(key),
        nonce,
    }));
    let bulletin = (
        office(),
        select(News::ALL),
        (instant(), instant()),
        ("[0-9A-Z]{1,4}", "\\PC{1,20}"),
        stop_code,
    );
    promise(bulletin.prop_map(
        |(office, news, (asked_at, from), (claims_user_end, contact_masked), stop_code)| {
            Content::TakeOver(Box::new(Bulletin {
                office,
                news,
                asked_at,
                from,
                claims_user_end,
                contact_masked,
                stop_code,
            }))
        },
    ))
}

pub(in crate::store::roundtrip) fn agenda() -> impl Strategy<Value = Agenda> {
    ("[0-9]{4}-[0-9]{2}-[0-9]{2}", vec(office(), 0..4)).prop_map(|(day, offices)| Agenda {
        day: AgendaDay::new(day),
        offices: offices.into_iter().map(|office| office.number).collect(),
    })
}
