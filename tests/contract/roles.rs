//! What the roles allow beside the calls that the journeys record (`testkit::roles`, `tests/journeys/roles.rs`).

use std::collections::BTreeSet;

use serde_norway::Value as Yaml;
use testkit::roles::{DESK, ROLES};

use crate::{house, template};

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
fn the_roles_name_every_kind_of_item_as_the_store_does() {
    let kinds: BTreeSet<&str> = platform::store::Key::KINDS.iter().copied().collect();
    let named = ROLES.values().chain([&*DESK]).flat_map(|rights| rights.keys());
    assert_eq!(named.map(String::as_str).collect::<BTreeSet<_>>(), kinds);
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

/// An operator writes no record in another's name, and no operator is nameless.
#[test]
fn the_desks_role_is_assumed_by_name_and_reaches_the_own_record_only() {
    let text = house::text("infra/desk.yaml");
    let operators: Vec<&str> = text
        .lines()
        .filter(|line| line.contains("LeadingKeys") && line.contains("OPERATOR"))
        .collect();
    assert_eq!(operators.len(), 1);
    assert!(
        operators[0]
            .contains(r#""ForAllValues:StringEquals": {"dynamodb:LeadingKeys": ["OPERATOR#${aws:userid}"]}"#)
    );
    let template = house::yaml("infra/desk.yaml");
    let role = &template["Resources"]["DeskRole"]["Properties"];
    let trust = &role["AssumeRolePolicyDocument"]["Statement"][0]["Condition"];
    assert_eq!(
        trust["StringEquals"]["sts:RoleSessionName"],
        Yaml::from("${aws:username}")
    );
    assert_eq!(trust["Bool"]["aws:MultiFactorAuthPresent"], Yaml::from("true"));
    // It reads the audit and the list of inquiries by a query, and nothing else.
    let queried: Vec<&str> = text
        .split("- Effect: Allow")
        .filter(|statement| statement.contains("dynamodb:Query"))
        .filter_map(|statement| statement.lines().find(|line| line.contains("Resource:")))
        .map(str::trim)
        .collect();
    assert_eq!(
        queried,
        [
            "Resource: !Sub ${TableArn}/index/inquiries",
            "Resource: !Ref AuditTableArn"
        ]
    );
    assert!(text.contains("Action: [ses:GetSuppressedDestination, ses:DeleteSuppressedDestination]"));
    // The keys of codes and passwords never come to the desk, and it empties nothing.
    for verb in [
        "secretsmanager",
        "DeleteItem",
        "UpdateItem",
        "dynamodb:*",
        "Scan",
        "ses:Send",
        "ses:*",
    ] {
        assert!(!text.contains(verb), "{verb}");
    }
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

/// The local stack's event source mappings let through what the deployed filters let through.
#[test]
fn the_streams_readers_have_the_filters_of_the_template() {
    let template = house::yaml("template.yaml");
    let pattern = |function: &str, event: &str| {
        let mapping = &template["Resources"][format!("{function}{event}")]["Properties"];
        let filters = mapping["FilterCriteria"]["Filters"].as_sequence().unwrap();
        assert_eq!(filters.len(), 1);
        filters[0]["Pattern"].as_str().unwrap().to_owned()
    };
    assert_eq!(
        pattern("DeliverMail", "Promise"),
        portal_local::mapping::QUEUED_MAIL
    );
    assert_eq!(pattern("KeepAudit", "Act"), portal_local::mapping::EVENTFUL);
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
