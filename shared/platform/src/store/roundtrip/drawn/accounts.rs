//! Accounts, and what they hold.

use portal::account::{
    Account, Agreement, BrowserKind, Credential, Device, Holder, Member, Product, Role, Session, System,
    VoidClaim,
};
use portal::guards::{
    BackOff, ChangeGuard, CodeGuard, CountedNotice, MailBudget, NetworkWait, NoticeBudget, PasswordGuard,
    ResetGuard,
};
use portal::initial_password::Source;
use portal::keys::KeyId;
use portal::mail::{Content, Notice, Promise};
use portal::values::{AccountKey, DeviceId, FlowId, MemberId, NetworkTag, SessionId};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

use super::{id, instant, instants, office, profile, promise};

fn browser() -> impl Strategy<Value = BrowserKind> {
    (option::of(select(Product::ALL)), option::of(select(System::ALL)))
        .prop_map(|(product, system)| BrowserKind { product, system })
}

fn sessions() -> impl Strategy<Value = Vec<Session>> {
    let times = (instant(), instant(), instant());
    vec((id(), id(), times, browser()), 0..5).prop_map(|sessions| {
        let session =
            |(id, flow, (created_at, expires_at, proven_at), browser): (String, String, _, _)| Session {
                id: SessionId::new(id),
                flow: FlowId::new(flow),
                created_at,
                expires_at,
                browser,
                proven_at,
            };
        sessions.into_iter().map(session).collect::<Vec<_>>()
    })
}

/// A promise that tells something.
pub(in super::super) fn promised_notice() -> impl Strategy<Value = Promise> {
    let about = option::of("\\PC{1,20}");
    let what = (id(), select(Notice::ALL), browser(), about, any::<bool>()).prop_map(
        |(member, what, browser, about, is_last)| Content::Notice {
            member: MemberId::new(member),
            what,
            browser,
            about,
            is_last,
        },
    );
    promise(what)
}

pub(in crate::store::roundtrip) fn notices() -> impl Strategy<Value = NoticeBudget> {
    let counted = (select(Notice::ALL), instant()).prop_map(|(what, at)| CountedNotice { what, at });
    vec(counted, 0..4).prop_map(|counted| NoticeBudget { counted })
}

pub(in crate::store::roundtrip) fn member() -> impl Strategy<Value = Member> {
    let agreement = option::of(("\\PC{1,12}", id(), instant(), instant()).prop_map(
        |(version, sha256, shown_at, agreed_at)| Agreement {
            version,
            sha256,
            shown_at,
            agreed_at,
        },
    ));
    let devices = proptest::collection::vec(
        (id(), instant(), back_off()).prop_map(|(id, seen_at, passwords)| Device {
            id: DeviceId::new(id),
            passwords,
            seen_at,
        }),
        0..3,
    );
    let changes = (instants(), codes()).prop_map(|(sends, codes)| ChangeGuard {
        mails: MailBudget { sends },
        codes,
    });
    let who = (id(), office(), profile(), any::<bool>(), any::<bool>(), instant());
    let source = (id(), id(), any::<u32>()).prop_map(|(key, nonce, issue)| Source {
        key: KeyId::new(key),
        nonce,
        issue,
    });
    // The office is the member's, and is set below.
    let content = (id(), source).prop_map(|(member, source)| Content::InitialPassword {
        member: MemberId::new(member),
        office: String::new(),
        source,
    });
    let credential = prop_oneof![
        (promise(content), instants()).prop_map(|(mail, reissues)| {
            let Content::InitialPassword { source, .. } = mail.content.clone() else {
                unreachable!("the content is a password")
            };
            Credential::Initial {
                source,
                reissues,
                mail,
            }
        }),
        ("\\$argon2id\\$[ -~]{0,60}", id()).prop_map(|(hash, by)| Credential::Chosen {
            hash,
            by: FlowId::new(by)
        }),
    ];
    (
        who,
        (credential, option::of(promised_notice()), notices()),
        any::<u32>(),
        agreement,
        option::of(instant()),
        (sessions(), devices, instant(), instants(), codes(), changes),
        option::of(instant()),
    )
        .prop_map(
            |(
                (id, office, profile, manager, disabled, registered_at),
                (mut credential, notice, notices),
                version,
                agreement,
                last,
                (sessions, devices, claimed_at, sends, codes, changes),
                takes_over_until,
            )| {
                if let Credential::Initial { mail, .. } = &mut credential
                    && let Content::InitialPassword { office: name, .. } = &mut mail.content
                {
                    name.clone_from(&office.name);
                }
                let notice = notice.filter(|_| matches!(credential, Credential::Chosen { .. }));
                Member {
                    id: MemberId::new(id),
                    office,
                    profile,
                    role: if manager { Role::Manager } else { Role::Member },
                    disabled,
                    registered_at,
                    claimed_at,
                    credential,
                    credential_version: version,
                    mails: MailBudget { sends },
                    codes,
                    changes,
                    agreement,
                    last_login_at: last,
                    sessions,
                    devices,
                    notice,
                    notices,
                    takes_over_until,
                }
            },
        )
}

pub(in crate::store::roundtrip) fn codes() -> impl Strategy<Value = CodeGuard> {
    (instants(), option::of(instant())).prop_map(|(failures, stopped_until)| CodeGuard {
        failures,
        stopped_until,
    })
}

/// Without a failure there is no last one.
pub(in crate::store::roundtrip) fn back_off() -> impl Strategy<Value = BackOff> {
    option::of((1_u64.., option::of(instant()))).prop_map(|guard| {
        guard.map_or_else(BackOff::default, |(failures, last_failure)| BackOff {
            failures,
            last_failure,
        })
    })
}

pub(in crate::store::roundtrip) fn passwords() -> impl Strategy<Value = PasswordGuard> {
    let wait = (id(), back_off()).prop_map(|(network, back_off)| NetworkWait {
        network: NetworkTag::new(network),
        back_off,
    });
    (any::<u64>(), vec(wait, 0..4)).prop_map(|(consecutive, networks)| PasswordGuard {
        consecutive,
        networks,
    })
}

pub(in crate::store::roundtrip) fn account() -> impl Strategy<Value = Account> {
    let resets = (instants(), codes()).prop_map(|(sends, codes)| ResetGuard {
        mails: MailBudget { sends },
        codes,
    });
    let void_claims = vec(void_claim(), 0..5);
    (id(), passwords(), instant(), holder(), void_claims, resets).prop_map(
        |(key, passwords, judged_at, holder, void_claims, resets)| Account {
            key: AccountKey::new(key),
            passwords,
            judged_at,
            holder,
            resets,
            void_claims,
        },
    )
}

/// One member who has logged in, or up to five who have not.
pub(in crate::store::roundtrip) fn holder() -> impl Strategy<Value = Holder> {
    vec(member(), 0..6).prop_map(|members| {
        let owner = members.iter().find(|member| !member.is_pending());
        owner.cloned().map_or_else(
            || {
                Holder::Claims(
                    members
                        .iter()
                        .map(|member| (member.id.clone(), member.clone()))
                        .collect(),
                )
            },
            Holder::from,
        )
    })
}

pub(in crate::store::roundtrip) fn void_claim() -> impl Strategy<Value = VoidClaim> {
    let source = (id(), id(), any::<u32>());
    (id(), any::<u32>(), source, instant(), "\\PC{1,20}", instant()).prop_map(
        |(member, credential_version, (key, nonce, issue), expires_at, email_masked, at)| VoidClaim {
            member: MemberId::new(member),
            credential_version,
            source: Source {
                key: KeyId::new(key),
                nonce,
                issue,
            },
            expires_at,
            email_masked,
            at,
        },
    )
}
