//! Each function's role allows exactly its operations on the table.

use std::collections::{BTreeMap, BTreeSet};

use serde_norway::Value as Yaml;

use crate::{house, template};

const GET: &str = "GetItem";
const PUT: &str = "PutItem";
const UPDATE: &str = "UpdateItem";
const DELETE: &str = "DeleteItem";

type Asked = &'static [(&'static str, &'static [&'static str])];

/// The operations of the code by the kind of item: `get` and `promise` read, `put` and `change` put, a `Change::Remove`
/// and `forget` delete, `mark_mail` updates, and so on. A refusal contains the progress of the flow, which reads the
/// office and the accounts of its members: at any stage, if a submission may come late.
const ASKED: [(&str, Asked); 17] = [
    // The flow is new, so its progress reads nothing; a conflict returns the current item.
    (
        "claims-auth",
        &[
            ("CLAIMS", &[PUT, DELETE]),
            ("REGISTRATION", &[PUT, DELETE]),
            ("ACCOUNT", &[PUT]),
            ("NETWORK", &[PUT]),
        ],
    ),
    (
        "security-code",
        &[
            ("REGISTRATION", &[GET, PUT]),
            ("ACCOUNT", &[GET, PUT]),
            ("CLAIMS", &[PUT]),
            ("OFFICE", &[GET]),
        ],
    ),
    (
        "registration-otp",
        &[
            ("REGISTRATION", &[GET, PUT]),
            ("ACCOUNT", &[GET, PUT]),
            ("CLAIMS", &[PUT]),
            ("OFFICE", &[GET]),
        ],
    ),
    // The fifth `email-taken` removes the flow, here and at confirm.
    (
        "profile",
        &[
            ("REGISTRATION", &[GET, PUT, DELETE]),
            ("ACCOUNT", &[GET]),
            ("OFFICE", &[GET]),
        ],
    ),
    // One transaction puts the office and the accounts.
    (
        "confirm",
        &[
            ("REGISTRATION", &[GET, PUT, DELETE]),
            ("ACCOUNT", &[GET, PUT]),
            ("OFFICE", &[GET, PUT]),
        ],
    ),
    (
        "resend-initial-password",
        &[
            ("REGISTRATION", &[GET, PUT]),
            ("ACCOUNT", &[GET, PUT]),
            ("OFFICE", &[GET]),
        ],
    ),
    (
        "registration-progress",
        &[
            ("REGISTRATION", &[GET, DELETE]),
            ("ACCOUNT", &[GET]),
            ("OFFICE", &[GET]),
        ],
    ),
    (
        "login",
        &[
            ("ACCOUNT", &[GET, PUT]),
            ("LOGIN", &[PUT, DELETE]),
            ("NETWORK", &[PUT]),
        ],
    ),
    (
        "login-otp",
        &[
            ("LOGIN", &[GET, PUT]),
            ("ACCOUNT", &[GET, PUT]),
            ("SESSION", &[PUT]),
        ],
    ),
    ("terms", &[("LOGIN", &[GET, PUT])]),
    (
        "new-password",
        &[
            ("LOGIN", &[GET, PUT]),
            ("ACCOUNT", &[GET, PUT]),
            ("SESSION", &[PUT]),
        ],
    ),
    (
        "login-progress",
        &[
            ("LOGIN", &[GET, PUT, DELETE]),
            ("ACCOUNT", &[GET, PUT]),
            ("SESSION", &[PUT, DELETE]),
        ],
    ),
    (
        "logout",
        &[
            ("ACCOUNT", &[GET, PUT]),
            ("SESSION", &[GET, DELETE]),
            ("LOGIN", &[GET, DELETE]),
        ],
    ),
    (
        "my-page",
        &[("SESSION", &[GET, PUT]), ("ACCOUNT", &[GET]), ("OFFICE", &[GET])],
    ),
    ("not-found", &[]),
    (
        "deliver-mail",
        &[
            ("REGISTRATION", &[GET, UPDATE]),
            ("LOGIN", &[GET, UPDATE]),
            ("ACCOUNT", &[GET, UPDATE]),
        ],
    ),
    (
        "mail-events",
        &[
            ("REGISTRATION", &[UPDATE]),
            ("LOGIN", &[UPDATE]),
            ("ACCOUNT", &[UPDATE]),
        ],
    ),
];

/// Each has a separate table, and no access to the portal's items.
const ELSEWHERE: [(&str, Asked); 2] = [("claims-simulator", &[]), ("keep-audit", &[])];

#[test]
fn every_role_allows_what_its_function_asks_for_and_nothing_else() {
    let asked: BTreeMap<String, BTreeMap<String, BTreeSet<String>>> = ASKED
        .into_iter()
        .chain(ELSEWHERE)
        .map(|(function, kinds)| {
            let verbs = |verbs: &[&str]| verbs.iter().map(|verb| (*verb).to_owned()).collect();
            (
                function.to_owned(),
                kinds
                    .iter()
                    .map(|(kind, asked)| ((*kind).to_owned(), verbs(asked)))
                    .collect(),
            )
        })
        .collect();
    let allowed: BTreeMap<_, _> = template::functions()
        .into_iter()
        .map(|function| (function.name, function.verbs))
        .collect();
    for (function, asked) in &asked {
        assert_eq!(allowed.get(function), Some(asked), "{function}");
    }
    assert_eq!(
        allowed.keys().collect::<Vec<_>>(),
        asked.keys().collect::<Vec<_>>()
    );
}

#[test]
fn no_role_reaches_the_portals_table_but_by_kind_of_item() {
    let template = house::text("template.yaml");
    let reaches = template
        .lines()
        .filter(|line| line.trim() == "Resource: !Ref TableArn")
        .count();
    let by_kind = template
        .lines()
        .filter(|line| line.contains("dynamodb:LeadingKeys"))
        .count();
    assert_eq!(reaches, by_kind);
    assert!(!template.contains("dynamodb:*"));
}

#[test]
fn every_kind_of_item_is_asked_for_by_the_name_that_the_store_gives_it() {
    let kinds: BTreeSet<&str> = platform::store::Key::KINDS.iter().copied().collect();
    let asked = ASKED
        .iter()
        .flat_map(|(_, kinds)| kinds.iter().map(|(kind, _)| *kind));
    assert_eq!(asked.collect::<BTreeSet<_>>(), kinds);
}

/// `keep-audit` may only put into the archive: no reading, updating or deleting, and no other function has any access.
/// Reading is for people, whose roles are outside the template.
#[test]
fn one_role_puts_into_the_audit_table_and_no_other_touches_it() {
    let template = house::text("template.yaml");
    let lines: Vec<&str> = template.lines().map(str::trim).collect();
    let reaches: Vec<usize> = (0..lines.len())
        .filter(|at| lines[*at] == "Resource: !Ref AuditTableArn")
        .collect();
    assert_eq!(reaches.len(), 1);
    assert_eq!(lines[reaches[0] - 1], "Action: [dynamodb:PutItem]");
    let before = lines[..reaches[0]].join("\n");
    let role = before
        .rsplit("PolicyName: ")
        .next()
        .unwrap()
        .lines()
        .next()
        .unwrap();
    assert_eq!(role, "keep-audit");

    let data = house::yaml("infra/data.yaml");
    let table = &data["Resources"]["AuditTable"];
    assert_eq!(table["DeletionPolicy"], Yaml::from("Retain"));
    assert_eq!(table["UpdateReplacePolicy"], Yaml::from("Retain"));
    let properties = &table["Properties"];
    assert_eq!(properties["DeletionProtectionEnabled"], Yaml::from(true));
    assert_eq!(
        properties["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"],
        Yaml::from(true)
    );
    assert!(properties.get("StreamSpecification").is_none());
    let portal = &data["Resources"]["Table"]["Properties"]["SSESpecification"]["KMSMasterKeyId"];
    assert_ne!(properties["SSESpecification"]["KMSMasterKeyId"], *portal);
}

/// `keep-audit` reads the stream of the portal's table, so with that table's key it may only decrypt; it writes to the
/// audit table. It does not get the shared rights of the functions that write to the portal's table.
#[test]
fn keep_audit_only_decrypts_with_the_key_of_the_portals_table() {
    let by_dynamodb = "dynamodb.${AWS::Region}.amazonaws.com";
    let may = |key: &str, verbs: &[&str]| {
        let verbs = verbs.iter().map(|verb| (*verb).to_owned()).collect();
        (key.to_owned(), verbs, by_dynamodb.to_owned())
    };
    assert_eq!(
        template::key_uses("KeepAuditRole"),
        [
            may(
                "AuditKeyArn",
                &[
                    "Decrypt",
                    "DescribeKey",
                    "Encrypt",
                    "GenerateDataKey",
                    "ReEncryptFrom",
                    "ReEncryptTo"
                ]
            ),
            may("TableKeyArn", &["Decrypt", "DescribeKey"]),
        ]
    );
    let role = &house::yaml("template.yaml")["Resources"]["KeepAuditRole"]["Properties"];
    assert!(role.get("ManagedPolicyArns").is_none());
}

/// The local stack's pumps let through what the deployed filters let through.
#[test]
fn the_streams_readers_have_the_filters_of_the_template() {
    let template = house::yaml("template.yaml");
    let pattern = |function: &str, event: &str| {
        let mapping = &template["Resources"][format!("{function}{event}")]["Properties"];
        let filters = mapping["FilterCriteria"]["Filters"].as_sequence().unwrap();
        assert_eq!(filters.len(), 1);
        filters[0]["Pattern"].as_str().unwrap().to_owned()
    };
    assert_eq!(pattern("DeliverMail", "Promise"), portal_local::pump::QUEUED_MAIL);
    assert_eq!(pattern("KeepAudit", "Act"), portal_local::pump::EVENTFUL);
}

/// `deliver-mail` sends mails that the new image promises and the old one did not.
#[test]
fn the_stream_carries_both_images() {
    let data = house::yaml("infra/data.yaml");
    let stream = &data["Resources"]["Table"]["Properties"]["StreamSpecification"]["StreamViewType"];
    assert_eq!(stream, &Yaml::from("NEW_AND_OLD_IMAGES"));
    assert!(
        house::text("infra/README.md").contains("StreamViewType=NEW_AND_OLD_IMAGES"),
        "nor after a restore"
    );
    let local = house::text("local/src/engine/tables.rs");
    assert!(local.contains("\"NEW_AND_OLD_IMAGES\""), "nor on this machine");
}
