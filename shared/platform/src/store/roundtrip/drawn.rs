//! Drawn items: everything that the rules can make.

use jiff::Timestamp;
use portal::account::{
    Account, Agreement, BrowserKind, Credential, Device, Holder, Member, Product, Role, Session, System,
    VoidClaim,
};
use portal::challenge::Challenge;
use portal::code::{Label, Purpose};
use portal::guards::{Attempt, BackOff, CodeGuard, MailBudget, NetworkWait, PasswordGuard, ResetGuard};
use portal::initial_password::Source;
use portal::keys::KeyId;
use portal::login::{self, Login, Shown, ShownAccount};
use portal::mail::{Content, Delivery, Notice, Promise};
use portal::password_reset::{self, PasswordReset, Recipient};
use portal::registration::{self, Registered, Registration, Replaced};
use portal::values::{
    AccountKey, ChallengeId, ClaimsUserId, DeviceId, Draft, EmailAddress, FlowId, Line, MemberId, NameKana,
    NetworkTag, OfficeName, OfficeNumber, PhoneNumber, Profile, RequestKey, SessionId,
};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

pub(super) fn id() -> impl Strategy<Value = String> {
    "[A-Za-z0-9_-]{1,43}"
}

/// Any whole second that there is.
pub(super) fn instant() -> impl Strategy<Value = Timestamp> {
    prop_oneof![
        4 => 1_775_000_000_i64..1_780_000_000,
        1 => Timestamp::MIN.as_second()..=Timestamp::MAX.as_second(),
    ]
    .prop_map(|second| Timestamp::from_second(second).unwrap())
}

pub(super) fn instants() -> impl Strategy<Value = Vec<Timestamp>> {
    vec(instant(), 0..20)
}

pub(super) fn attempts() -> impl Strategy<Value = Vec<Attempt>> {
    let attempt = (instant(), id(), any::<bool>()).prop_map(|(at, network, accepts_risk)| Attempt {
        at,
        network: NetworkTag::new(network),
        accepts_risk,
    });
    vec(attempt, 0..6)
}

pub(super) fn email() -> impl Strategy<Value = EmailAddress> {
    ("[a-zA-Z0-9.!#$%&'*+/^_`{|}~-]{1,20}", "[a-z0-9]{1,10}")
        .prop_map(|(local, domain)| EmailAddress::parse(&format!("{local}@{domain}.jp")).unwrap())
}

pub(super) fn office() -> impl Strategy<Value = OfficeName> {
    ("[0-9]{2}[0-9A-HJ-NPR-Z][0-9]{7}", "\\PC{1,60}").prop_map(|(number, name)| OfficeName {
        number: OfficeNumber::parse(&number).unwrap(),
        name,
    })
}

/// A line as the rules make it.
pub(super) fn line() -> impl Strategy<Value = Line> {
    "[一-龠ぁ-んァ-ヶ髙﨑𠮷A-Za-z0-9{}#:'\" -]{1,40}"
        .prop_filter_map("a name", |text| Line::parse(&text).ok())
}

pub(super) fn profile() -> impl Strategy<Value = Profile> {
    let kana = "[ァ-ヺー]{1,30}".prop_map(|kana| NameKana::parse(&kana).unwrap());
    let phone = "0[0-9]{9,10}".prop_map(|digits| PhoneNumber::parse(&digits).unwrap());
    (
        email(),
        line(),
        kana,
        option::of(line()),
        option::of(line()),
        phone,
    )
        .prop_map(|(email, name, name_kana, department, job_title, phone)| Profile {
            email,
            name,
            name_kana,
            department,
            job_title,
            phone,
        })
}

pub(super) fn promise(content: impl Strategy<Value = Content>) -> impl Strategy<Value = Promise> {
    (
        any::<u32>(),
        email(),
        content,
        instant(),
        instant(),
        any::<u32>(),
        proptest::sample::select(Delivery::ALL.as_slice()),
        option::of(instant()),
    )
        .prop_map(
            |(number, to, content, expires_at, promised_at, sends, delivery, sent_at)| Promise {
                number,
                to,
                content,
                expires_at,
                promised_at,
                sends,
                delivery,
                sent_at,
            },
        )
}

pub(super) fn challenge() -> impl Strategy<Value = Challenge> {
    let purpose = prop_oneof![
        Just(Purpose::Login),
        Just(Purpose::Registration),
        Just(Purpose::Reset)
    ];
    let content = (purpose, id(), id(), any::<u32>(), "[A-Z][3-9]").prop_map(
        |(purpose, challenge, key, counter, label)| Content::OneTimeCode {
            purpose,
            challenge: ChallengeId::new(challenge),
            key: KeyId::new(key),
            counter,
            label: Label::stored(label),
        },
    );
    (promise(content), any::<u32>()).prop_map(|(mail, tries)| {
        let Content::OneTimeCode {
            purpose,
            challenge,
            key,
            counter,
            label,
        } = mail.content.clone()
        else {
            unreachable!("the content is a code")
        };
        Challenge {
            id: challenge,
            purpose,
            key,
            counter,
            label,
            tries,
            mail,
        }
    })
}

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

pub(super) fn member() -> impl Strategy<Value = Member> {
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
    let what = (id(), select(Notice::ALL), browser()).prop_map(|(member, what, browser)| Content::Notice {
        member: MemberId::new(member),
        what,
        browser,
    });
    (
        who,
        (credential, option::of(promise(what))),
        any::<u32>(),
        agreement,
        option::of(instant()),
        (sessions(), devices, instant(), instants(), codes()),
    )
        .prop_map(
            |(
                (id, office, profile, manager, disabled, registered_at),
                (mut credential, notice),
                version,
                agreement,
                last,
                (sessions, devices, claimed_at, sends, codes),
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
                    agreement,
                    last_login_at: last,
                    sessions,
                    devices,
                    notice,
                }
            },
        )
}

pub(super) fn codes() -> impl Strategy<Value = CodeGuard> {
    (instants(), option::of(instant())).prop_map(|(failures, stopped_until)| CodeGuard {
        failures,
        stopped_until,
    })
}

/// Without a failure there is no last one.
pub(super) fn back_off() -> impl Strategy<Value = BackOff> {
    option::of((1_u64.., option::of(instant()))).prop_map(|guard| {
        guard.map_or_else(BackOff::default, |(failures, last_failure)| BackOff {
            failures,
            last_failure,
        })
    })
}

pub(super) fn passwords() -> impl Strategy<Value = PasswordGuard> {
    let wait = (id(), back_off()).prop_map(|(network, back_off)| NetworkWait {
        network: NetworkTag::new(network),
        back_off,
    });
    (any::<u64>(), vec(wait, 0..4)).prop_map(|(row, networks)| PasswordGuard { row, networks })
}

pub(super) fn account() -> impl Strategy<Value = Account> {
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
pub(super) fn holder() -> impl Strategy<Value = Holder> {
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

pub(super) fn void_claim() -> impl Strategy<Value = VoidClaim> {
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

pub(super) fn registration() -> impl Strategy<Value = Registration> {
    use registration::Stage;
    let pair =
        || (id(), id()).prop_map(|(member, account)| (MemberId::new(member), AccountKey::new(account)));
    let registered = option::of(
        (id(), id(), instant()).prop_map(|(request, draft, at)| Registered {
            request: RequestKey::new(request),
            draft: Draft::new(draft),
            at,
        }),
    );
    let replaces = option::of(pair().prop_map(|(member, account)| Replaced { member, account }));
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
        (any::<u32>(), asked, voided),
        stage,
    )
        .prop_map(
            |(id, user, expires_at, (email_taken, asked, voided), stage)| Registration {
                id: FlowId::new(id),
                claims_user: ClaimsUserId::parse(&user).unwrap(),
                expires_at,
                email_taken,
                asked: asked.into_iter().map(AccountKey::new).collect(),
                voided,
                stage,
            },
        )
}

pub(super) fn log_in() -> impl Strategy<Value = Login> {
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

pub(super) fn reset() -> impl Strategy<Value = PasswordReset> {
    let address = || profile().prop_map(|profile| profile.email);
    let recipient = prop_oneof![
        (id(), any::<u32>(), address()).prop_map(|(id, credential_version, to)| Recipient::Member {
            id: MemberId::new(id),
            credential_version,
            to
        }),
        (address(), vec("\\PC{1,20}", 1..6)).prop_map(|(to, offices)| Recipient::Claims { to, offices }),
        Just(Recipient::Nobody),
    ];
    let stage = prop_oneof![
        challenge().prop_map(|challenge| password_reset::Stage::Otp { challenge }),
        ("\\PC{1,20}", office()).prop_map(|(email_masked, office)| password_reset::Stage::NewPassword {
            account: ShownAccount { email_masked, office }
        }),
        Just(password_reset::Stage::Done),
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
