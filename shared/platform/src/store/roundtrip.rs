//! Every item that the rules can make is read as it was written; a garbled one is a corrupt item.

use std::collections::BTreeMap;
use std::fmt::Debug;

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;
use portal::account::{Account, Agreement, Credential, Device, Holder, Member, Role, Session, VoidClaim};
use portal::challenge::Challenge;
use portal::claims_record::ClaimsRecord;
use portal::code::{Label, Purpose};
use portal::contact::Contact;
use portal::guards::{
    Attempt, BackOff, ClaimsGuard, CodeGuard, MailBudget, NetworkWait, PasswordGuard, RefusedStarts,
    SecurityCodeGuard,
};
use portal::initial_password::Source;
use portal::keys::KeyId;
use portal::limits::Limits;
use portal::login::{self, Login, SessionPointer, Shown};
use portal::mail::{Content, Delivery, Notice, Promise};
use portal::office::{Founding, Office};
use portal::registration::{self, Registered, Registration, Replaced};
use portal::values::{
    AccountKey, ChallengeId, ClaimsUserId, DeviceId, Draft, EmailAddress, FlowId, Line, MemberId, NameKana,
    NetworkTag, OfficeName, PhoneNumber, Profile, RequestKey, SessionId,
};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

use super::codec::{Attributes, Reader, Writer, image_of_json, json_of_image};
use super::item::NetworkRecord;
use super::items::{Layout, mails_of_image};
use crate::fault::Fault;

fn attributes<T: Layout>(item: &T) -> Attributes {
    let mut writer = Writer::default();
    item.write(&mut writer, &Limits::standard());
    writer.finish()
}

fn read<T: Layout>(id: &T::Id, attributes: &Attributes) -> Result<T, Fault> {
    T::read(T::id_text(id), &Reader::new(T::KIND, attributes))
}

/// The laws of an item.
fn is_read_as_written<T: Layout + PartialEq + Debug>(item: &T, garbling: &[Garbling]) {
    let written = attributes(item);
    let again = read::<T>(item.id(), &written).unwrap();
    assert_eq!(again, *item);
    assert_eq!(attributes(&again), written, "writing it again changes nothing");
    assert_eq!(
        image_of_json(&json_of_image(&written)).unwrap(),
        written,
        "as the stream has it"
    );
    for garbling in garbling {
        let garbled = garbling.apply(&written);
        let faults = [
            read::<T>(item.id(), &garbled).err(),
            mails_of_image(&garbled).err(),
        ];
        for fault in faults.into_iter().flatten() {
            assert!(matches!(fault, Fault::CorruptItem { .. }), "{fault}");
        }
    }
}

/// The stream's filter and its reader find the promises of an item.
fn is_seen_by_the_stream(attributes: &Attributes, promises: &[Promise]) {
    let mut seen = mails_of_image(attributes).unwrap();
    let mut promises = promises.to_vec();
    seen.sort_by_key(|mail| mail.content.of().to_owned());
    promises.sort_by_key(|mail| mail.content.of().to_owned());
    assert_eq!(seen, promises, "the stream sees the promise");
    let queued = promises.iter().any(|mail| mail.delivery == Delivery::Queued);
    let flag = attributes.get("queued");
    assert_eq!(
        flag,
        queued.then_some(&AttributeValue::Bool(true)),
        "and so does its filter"
    );
}

/// Ways to garble an item: an attribute is missing, or has another value.
#[derive(Debug, Clone)]
struct Garbling {
    at: usize,
    with: Option<AttributeValue>,
}

impl Garbling {
    fn apply(&self, attributes: &Attributes) -> Attributes {
        let mut at = self.at;
        self.map(attributes, &mut at)
    }

    fn map(&self, attributes: &Attributes, at: &mut usize) -> Attributes {
        let sorted: BTreeMap<&String, &AttributeValue> = attributes.iter().collect();
        let inner = sorted
            .into_iter()
            .filter_map(|(name, value)| Some((name.clone(), self.value(value, at)?)));
        inner.collect()
    }

    fn value(&self, value: &AttributeValue, at: &mut usize) -> Option<AttributeValue> {
        if *at == 0 {
            *at = usize::MAX;
            return self.with.clone();
        }
        *at -= 1;
        Some(match value {
            AttributeValue::M(map) => AttributeValue::M(self.map(map, at)),
            AttributeValue::L(list) => {
                AttributeValue::L(list.iter().filter_map(|inner| self.value(inner, at)).collect())
            }
            other => other.clone(),
        })
    }
}

fn garblings() -> impl Strategy<Value = Vec<Garbling>> {
    let text = prop_oneof![".{0,20}", "-?[0-9]{1,30}", "(NaN|1e400|0x1|otp|queued|manager)"];
    let value = prop_oneof![
        text.clone().prop_map(AttributeValue::S),
        text.prop_map(AttributeValue::N),
        any::<bool>().prop_map(AttributeValue::Bool),
        Just(AttributeValue::Null(true)),
        Just(AttributeValue::L(vec![AttributeValue::S("x".to_owned())])),
        Just(AttributeValue::M(Attributes::new())),
        Just(AttributeValue::Ss(vec!["x".to_owned()])),
    ];
    vec(
        (0_usize..60, option::of(value)).prop_map(|(at, with)| Garbling { at, with }),
        8,
    )
}

fn id() -> impl Strategy<Value = String> {
    "[A-Za-z0-9_-]{1,43}"
}

/// Any whole second that there is.
fn instant() -> impl Strategy<Value = Timestamp> {
    prop_oneof![
        4 => 1_775_000_000_i64..1_780_000_000,
        1 => Timestamp::MIN.as_second()..=Timestamp::MAX.as_second(),
    ]
    .prop_map(|second| Timestamp::from_second(second).unwrap())
}

fn instants() -> impl Strategy<Value = Vec<Timestamp>> {
    vec(instant(), 0..20)
}

fn attempts() -> impl Strategy<Value = Vec<Attempt>> {
    let attempt = (instant(), id(), any::<bool>()).prop_map(|(at, network, accepts_risk)| Attempt {
        at,
        network: NetworkTag::new(network),
        accepts_risk,
    });
    vec(attempt, 0..6)
}

fn email() -> impl Strategy<Value = EmailAddress> {
    ("[a-zA-Z0-9.!#$%&'*+/^_`{|}~-]{1,20}", "[a-z0-9]{1,10}")
        .prop_map(|(local, domain)| EmailAddress::parse(&format!("{local}@{domain}.jp")).unwrap())
}

fn office() -> impl Strategy<Value = OfficeName> {
    ("[0-9]{10}", "\\PC{1,60}").prop_map(|(number, name)| OfficeName { number, name })
}

/// A line as the rules make it.
fn line() -> impl Strategy<Value = Line> {
    "[一-龠ぁ-んァ-ヶ髙﨑𠮷A-Za-z0-9{}#:'\" -]{1,40}"
        .prop_filter_map("a name", |text| Line::parse(&text).ok())
}

fn profile() -> impl Strategy<Value = Profile> {
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

fn promise(content: impl Strategy<Value = Content>) -> impl Strategy<Value = Promise> {
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

fn challenge() -> impl Strategy<Value = Challenge> {
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

fn member() -> impl Strategy<Value = Member> {
    let sessions = vec((id(), id(), instant(), instant()), 0..5).prop_map(|sessions| {
        let session = |(id, flow, created_at, expires_at): (String, String, _, _)| Session {
            id: SessionId::new(id),
            flow: FlowId::new(flow),
            created_at,
            expires_at,
        };
        sessions.into_iter().map(session).collect::<Vec<_>>()
    });
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
    let what = (id(), 0..Notice::ALL.len()).prop_map(|(member, at)| Content::Notice {
        member: MemberId::new(member),
        what: Notice::ALL[at],
    });
    (
        who,
        (credential, option::of(promise(what))),
        any::<u32>(),
        agreement,
        option::of(instant()),
        (sessions, devices, instant(), instants(), codes()),
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

fn codes() -> impl Strategy<Value = CodeGuard> {
    (instants(), option::of(instant())).prop_map(|(failures, stopped_until)| CodeGuard {
        failures,
        stopped_until,
    })
}

/// Without a failure there is no last one.
fn back_off() -> impl Strategy<Value = BackOff> {
    option::of((1_u64.., option::of(instant()))).prop_map(|guard| {
        guard.map_or_else(BackOff::default, |(failures, last_failure)| BackOff {
            failures,
            last_failure,
        })
    })
}

fn passwords() -> impl Strategy<Value = PasswordGuard> {
    let wait = (id(), back_off()).prop_map(|(network, back_off)| NetworkWait {
        network: NetworkTag::new(network),
        back_off,
    });
    (any::<u64>(), vec(wait, 0..4)).prop_map(|(row, networks)| PasswordGuard { row, networks })
}

fn account() -> impl Strategy<Value = Account> {
    (id(), passwords(), instant(), holder(), vec(void_claim(), 0..5)).prop_map(
        |(key, passwords, judged_at, holder, void_claims)| Account {
            key: AccountKey::new(key),
            passwords,
            judged_at,
            holder,
            void_claims,
        },
    )
}

/// One member who has logged in, or up to five who have not.
fn holder() -> impl Strategy<Value = Holder> {
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

fn void_claim() -> impl Strategy<Value = VoidClaim> {
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

fn registration() -> impl Strategy<Value = Registration> {
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

fn log_in() -> impl Strategy<Value = Login> {
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

proptest! {
    #[test]
    fn a_registration(item in registration(), garblings in garblings()) {
        is_read_as_written(&item, &garblings);
        let mail = match &item.stage {
            registration::Stage::Otp { challenge, .. } => vec![challenge.mail.clone()],
            _ => Vec::new(),
        };
        is_seen_by_the_stream(&attributes(&item), &mail);
    }

    #[test]
    fn a_log_in(item in log_in(), garblings in garblings()) {
        is_read_as_written(&item, &garblings);
    }

    #[test]
    fn an_account(item in account(), garblings in garblings()) {
        is_read_as_written(&item, &garblings);
        let mails: Vec<Promise> = item.members().filter_map(Member::promised).cloned().collect();
        is_seen_by_the_stream(&attributes(&item), &mails);
    }

    #[test]
    fn an_office(
        name in office(),
        members in proptest::collection::btree_map(id(), id(), 0..5),
        founding in (id(), id(), id(), id(), instant()),
        garblings in garblings(),
    ) {
        let (flow, request, draft, member, at) = founding;
        let seat = |(member, account): (String, String)| (MemberId::new(member), AccountKey::new(account));
        let item = Office {
            office: name,
            members: members.into_iter().map(seat).collect(),
            founding: Founding {
                flow: FlowId::new(flow),
                request: RequestKey::new(request),
                draft: Draft::new(draft),
                member: MemberId::new(member),
                at,
            },
        };
        is_read_as_written(&item, &garblings);
    }

    #[test]
    fn a_claims_user_and_a_contact(
        user in "KJ[0-9A-Z]{0,30}",
        failures in attempts(),
        open in attempts(),
        asked in instants(),
        codes in codes(),
        mails in instants(),
        judged_at in instant(),
        garblings in garblings(),
    ) {
        let user = ClaimsUserId::parse(&user).unwrap();
        let mails = MailBudget { sends: mails };
        let contact = Contact { key: AccountKey::new(user.as_str()), mails: mails.clone() };
        is_read_as_written(&contact, &garblings);
        let item = ClaimsRecord { user, passwords: ClaimsGuard { failures, open }, security_codes: SecurityCodeGuard { asked }, codes, mails, judged_at };
        is_read_as_written(&item, &garblings);
    }

    #[test]
    fn a_session_and_a_network(
        ids in (id(), id(), id(), id()),
        at in (instant(), instant(), instant()),
        requests: u64,
        garblings in garblings(),
    ) {
        let session = SessionPointer {
            id: SessionId::new(ids.0),
            account: AccountKey::new(ids.1),
            member: MemberId::new(ids.2),
            expires_at: at.0,
            last_seen_at: at.1,
        };
        is_read_as_written(&session, &garblings);
        let budget = RefusedStarts { since: at.2, count: requests };
        let network = NetworkRecord { network: NetworkTag::new(ids.3), budget };
        is_read_as_written(&network, &garblings);
    }
}
