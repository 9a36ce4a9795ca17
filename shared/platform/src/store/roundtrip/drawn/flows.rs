//! Flows.

use portal::address_change::AddressChange;
use portal::login::{self, Login, Shown, ShownAccount};
use portal::password_reset::{self, PasswordReset, Recipient};
use portal::registration::{self, Registered, Registration, Replaced};
use portal::values::{AccountKey, ClaimsUserId, Draft, FlowId, MemberId, RequestKey};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

use super::{challenge, email, id, instant, office, profile};

pub(in crate::store::roundtrip) fn registration() -> impl Strategy<Value = Registration> {
    use registration::Stage;
    let pair =
        || (id(), id()).prop_map(|(member, account)| (MemberId::new(member), AccountKey::new(account)));
    let registered = option::of((id(), id(), instant(), option::of(instant())).prop_map(
        |(request, draft, at, password_ends_at)| Registered {
            request: RequestKey::new(request),
            draft: Draft::new(draft),
            at,
            password_ends_at,
        },
    ));
    let replaces = option::of(prop_oneof![
        pair().prop_map(|(member, account)| Replaced::Pending { member, account }),
        Just(Replaced::Everyone),
    ]);
    let stage = prop_oneof![
        any::<u32>().prop_map(|tries| Stage::SecurityCode { tries }),
        (office(), challenge()).prop_map(|(office, challenge)| Stage::Otp { office, challenge }),
        office().prop_map(|office| Stage::Profile { office }),
        (office(), profile(), replaces).prop_map(|(office, profile, replaces)| Stage::Confirm {
            office,
            profile,
            replaces
        }),
        office().prop_map(|office| Stage::AlreadyRegistered { office }),
        (office(), pair(), registered).prop_map(|(office, (member, account), registered)| Stage::Completed {
            office,
            member,
            account,
            registered,
        }),
    ];
    let asked = vec(id(), 0..10);
    let voided = option::of("\\PC{1,20}");
    (
        id(),
        "KJ[0-9A-Z]{0,30}",
        instant(),
        (any::<u32>(), asked, voided, option::of(email())),
        stage,
    )
        .prop_map(
            |(id, user, expires_at, (email_taken, asked, voided, contact), stage)| Registration {
                id: FlowId::new(id),
                claims_user: ClaimsUserId::parse(&user).unwrap(),
                contact,
                expires_at,
                email_taken,
                asked: asked.into_iter().map(AccountKey::new).collect(),
                voided,
                stage,
            },
        )
}

pub(in crate::store::roundtrip) fn log_in() -> impl Strategy<Value = Login> {
    use login::Stage;
    let shown = option::of(("\\PC{1,12}", instant()).prop_map(|(version, at)| Shown { version, at }));
    let account = option::of(
        ("\\PC{1,12}", office())
            .prop_map(|(email_masked, office)| login::ShownAccount { email_masked, office }),
    );
    let stage = prop_oneof![
        challenge().prop_map(|challenge| Stage::Otp { challenge }),
        (any::<bool>(), account, shown).prop_map(|(required, account, shown)| Stage::NewPassword {
            required,
            account,
            shown,
        }),
        Just(Stage::MyPage),
    ];
    (id(), id(), id(), any::<u32>(), instant(), stage).prop_map(
        |(id, account, member, credential_version, expires_at, stage)| Login {
            id: FlowId::new(id),
            account: AccountKey::new(account),
            member: MemberId::new(member),
            credential_version,
            expires_at,
            stage,
        },
    )
}

pub(in crate::store::roundtrip) fn reset() -> impl Strategy<Value = PasswordReset> {
    let address = || profile().prop_map(|profile| profile.email);
    let recipient = prop_oneof![
        (id(), any::<u32>(), address()).prop_map(|(id, credential_version, to)| Recipient::Member {
            id: MemberId::new(id),
            credential_version,
            to
        }),
        (address(), vec("\\PC{1,20}", 1..6)).prop_map(|(to, offices)| Recipient::Claims { to, offices }),
        Just(Recipient::None),
    ];
    let stage = prop_oneof![
        challenge().prop_map(|challenge| password_reset::Stage::Otp { challenge }),
        ("\\PC{1,20}", office()).prop_map(|(email_masked, office)| password_reset::Stage::NewPassword {
            account: ShownAccount { email_masked, office }
        }),
        option::of(("\\PC{1,20}", office())).prop_map(|account| password_reset::Stage::Done {
            account: account.map(|(email_masked, office)| ShownAccount { email_masked, office })
        }),
    ];
    (id(), id(), recipient, instant(), stage).prop_map(|(id, account, recipient, expires_at, stage)| {
        PasswordReset {
            id: FlowId::new(id),
            account: AccountKey::new(account),
            recipient,
            expires_at,
            stage,
        }
    })
}

pub(in crate::store::roundtrip) fn address_change() -> impl Strategy<Value = AddressChange> {
    (id(), id(), id(), any::<u32>(), instant(), challenge()).prop_map(
        |(id, account, member, credential_version, expires_at, challenge)| AddressChange {
            id: FlowId::new(id),
            account: AccountKey::new(account),
            member: MemberId::new(member),
            credential_version,
            expires_at,
            challenge,
        },
    )
}
