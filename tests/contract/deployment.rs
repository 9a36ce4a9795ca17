//! The result of a deployment: versions for a roll-back, settings that take effect, rights that grant what they state.

use std::collections::BTreeSet;

use serde_norway::Value as Yaml;

use crate::{house, template};

/// The form of a version's description in Lambda.
const DESCRIPTION: usize = 256;

fn resources(path: &str) -> Vec<(String, Yaml)> {
    let template = house::yaml(path);
    let resources = template["Resources"].as_mapping().unwrap();
    let named = |(name, resource): (&Yaml, &Yaml)| (template::word(name).to_owned(), resource.clone());
    resources.iter().map(named).collect()
}

fn of_type(path: &str, kind: &str) -> Vec<(String, Yaml)> {
    let mut found = resources(path);
    found.retain(|(_, resource)| template::word(&resource["Type"]) == kind);
    found
}

/// All references in a value by `!Ref`, `!GetAtt` and `!Sub`.
fn references(value: &Yaml, found: &mut BTreeSet<String>) {
    match value {
        Yaml::Tagged(tagged) if tagged.tag == "Ref" || tagged.tag == "GetAtt" => {
            let name = template::word(&tagged.value).split('.').next().unwrap();
            found.insert(name.to_owned());
        }
        Yaml::Tagged(tagged) if tagged.tag == "Sub" => {
            let text = match &tagged.value {
                Yaml::Sequence(parts) => template::word(&parts[0]),
                text => template::word(text),
            };
            found.extend(placeholders(text).map(str::to_owned));
            references(&tagged.value, found);
        }
        Yaml::Tagged(tagged) => references(&tagged.value, found),
        Yaml::Sequence(list) => list.iter().for_each(|value| references(value, found)),
        Yaml::Mapping(map) => map.values().for_each(|value| references(value, found)),
        _ => {}
    }
}

/// The names in `${…}`.
fn placeholders(text: &str) -> impl Iterator<Item = &str> {
    text.split("${")
        .skip(1)
        .map(|rest| rest.split('}').next().unwrap())
}

/// A release that only changes settings keeps each version's logical id and replaces its resource: without the
/// policy the previous version is deleted, and a roll-back is impossible. With a `DeletionPolicy` SAM would delete
/// versions at each change of code, or keep functions when the stack is deleted.
#[test]
fn the_version_before_a_release_is_kept() {
    for (name, function) in of_type("template.yaml", "AWS::Serverless::Function") {
        let policy = function.get("UpdateReplacePolicy");
        assert_eq!(policy, Some(&Yaml::from("Retain")), "{name}");
        assert!(function.get("DeletionPolicy").is_none(), "{name}");
        // SAM also applies the policy to the mapping that it makes of a stream's event, so a replaced mapping would stay.
        let events = function["Properties"].get("Events").and_then(Yaml::as_mapping);
        for event in events.into_iter().flat_map(|events| events.values()) {
            assert_ne!(template::word(&event["Type"]), "DynamoDB", "{name}");
        }
    }
}

/// SAM publishes a version for another code or template, and not for another value of a parameter. CloudFormation does
/// for another description, so the description names all parameters of a function's settings.
#[test]
fn a_changed_setting_is_published() {
    for (name, function) in of_type("template.yaml", "AWS::Serverless::Function") {
        let properties = &function["Properties"];
        let mut settings = BTreeSet::from(["Revision".to_owned()]);
        references(&properties["Environment"]["Variables"], &mut settings);
        // Its own resource, whose name changes only with the stack.
        settings.remove("SimulatorTable");
        // Another stage is another stack.
        settings.remove("Stage");
        let mut named = BTreeSet::new();
        references(&properties["VersionDescription"], &mut named);
        let missing: Vec<_> = settings.difference(&named).collect();
        assert!(
            missing.is_empty(),
            "{name}: the version does not change with {missing:?}"
        );
    }
}

#[test]
fn the_longest_settings_fit_into_a_versions_description() {
    let template = house::yaml("template.yaml");
    let parameters = &template["Parameters"];
    let longest = |name: &str| -> usize {
        match name {
            "Revision" => 6,
            "RefusedStartsPerNetwork" => 5,
            // portal-prod-r1, portal-audit-prod, portal-prod: what infra/ names them.
            "TableName" | "AuditTableName" => 17,
            "MailConfigurationSet" => 11,
            // The last part of an ARN: portal/prod/keys-AbCdEf
            "Ring" => 23,
            "Claims" => usize::try_from(parameters["ClaimsBaseUrl"]["MaxLength"].as_u64().unwrap()).unwrap(),
            name => {
                let length = parameters[name]["MaxLength"].as_u64();
                usize::try_from(length.unwrap_or_else(|| panic!("{name} has no MaxLength"))).unwrap()
            }
        }
    };
    for (name, function) in of_type("template.yaml", "AWS::Serverless::Function") {
        let Yaml::Tagged(description) = &function["Properties"]["VersionDescription"] else {
            panic!("{name}");
        };
        let text = match &description.value {
            Yaml::Sequence(parts) => template::word(&parts[0]),
            text => template::word(text),
        };
        let names: Vec<&str> = placeholders(text).collect();
        let between = text.len() - names.iter().map(|name| name.len() + 3).sum::<usize>();
        let length = between + names.into_iter().map(longest).sum::<usize>();
        assert!(length <= DESCRIPTION, "{name}: {length}");
    }
}

/// The verb supports no resource, so with a stream's ARN it grants nothing.
#[test]
fn who_reads_a_stream_may_list_streams() {
    let mut readers = 0;
    for (name, role) in of_type("template.yaml", "AWS::IAM::Role") {
        for policy in role["Properties"]["Policies"].as_sequence().unwrap() {
            let statements = policy["PolicyDocument"]["Statement"].as_sequence().unwrap();
            let of = |verb: &str| {
                let allows = move |statement: &&Yaml| template::words(&statement["Action"]).contains(&verb);
                statements.iter().find(allows)
            };
            let Some(lists) = of("dynamodb:ListStreams") else {
                assert!(of("dynamodb:GetRecords").is_none(), "{name}");
                continue;
            };
            readers += 1;
            assert_eq!(
                template::words(&lists["Action"]),
                ["dynamodb:ListStreams"],
                "{name}"
            );
            assert_eq!(lists["Resource"], Yaml::from("*"), "{name}");
        }
    }
    assert_eq!(readers, 2);
}

/// In its sandbox SES authorises a mail at the recipient's identity, too. On `prod` that right stays away.
#[test]
fn in_the_sandbox_of_ses_a_mail_may_go_to_an_identity_of_the_account() {
    let template = house::yaml("template.yaml");
    let policy = &template["Resources"]["SendsInSandbox"];
    assert_eq!(template::word(&policy["Condition"]), "InMailSandbox");
    let properties = &policy["Properties"];
    assert_eq!(template::word(&properties["RoleName"]), "DeliverMailRole");
    let statement = &properties["PolicyDocument"]["Statement"][0];
    assert!(template::word(&statement["Resource"]).ends_with(":identity/*"));
    let sender = &statement["Condition"]["StringEquals"]["ses:FromAddress"];
    assert_eq!(template::word(sender), "MailSender");
    let rule = house::text("template.yaml");
    let rule = rule.split("NoMailSandboxInProduction:").nth(1).unwrap();
    let rule: Vec<&str> = rule.lines().skip(1).take(3).map(str::trim).collect();
    assert_eq!(rule[0], "RuleCondition: !Equals [!Ref Stage, prod]");
    assert_eq!(rule[2], r#"- Assert: !Equals [!Ref MailSandbox, "false"]"#);
}

/// A put that returns what it replaced would be a way to read the archive.
#[test]
fn a_put_to_the_audit_returns_nothing() {
    let template = house::yaml("template.yaml");
    let statements = &template["Resources"]["KeepAuditRole"]["Properties"]["Policies"][0]["PolicyDocument"];
    let put = statements["Statement"]
        .as_sequence()
        .unwrap()
        .iter()
        .find(|statement| template::words(&statement["Action"]) == ["dynamodb:PutItem"])
        .unwrap();
    let returns = &put["Condition"]["StringEqualsIfExists"]["dynamodb:ReturnValues"];
    assert_eq!(returns, &Yaml::from("NONE"));
}

fn deployments() -> toml::Table {
    house::text("samconfig.toml").parse().unwrap()
}

/// Without a stage, SAM uses the section `default`, which must contain a stage and all values.
#[test]
fn a_guided_deployment_begins_with_the_answers_of_dev() {
    let all = deployments();
    let of = |stage: &str| all[stage]["deploy"]["parameters"].as_table().unwrap().clone();
    let (mut default, mut dev) = (of("default"), of("dev"));
    assert_eq!(default.remove("confirm_changeset"), Some(true.into()));
    dev.remove("confirm_changeset");
    assert_eq!(default, dev);
}

/// For every route of an API without `Auth`, `sam deploy --guided` asks for confirmation, and its default answer stops
/// the deployment. An authorizer that no route names does not change the API.
#[test]
fn a_guided_deployment_does_not_stop_at_the_routes() {
    for (name, api) in of_type("template.yaml", "AWS::Serverless::HttpApi") {
        let auth = api["Properties"]["Auth"].as_mapping().unwrap();
        assert_eq!(auth.len(), 1, "{name}");
        assert_eq!(auth["EnableIamAuthorizer"], Yaml::from(true), "{name}");
    }
}

/// Every stage gives values for the same parameters, and for none that its template does not have.
#[test]
fn every_stage_answers_the_same_questions() {
    let all = deployments();
    for (section, settings) in &all {
        let Some(settings) = settings.get("deploy").and_then(|deploy| deploy.get("parameters")) else {
            continue;
        };
        let file = settings["template_file"].as_str().unwrap();
        let template = house::yaml(file);
        let known = template["Parameters"].as_mapping().unwrap();
        for line in settings["parameter_overrides"].as_array().unwrap() {
            let name = line.as_str().unwrap().split('=').next().unwrap();
            assert!(known.contains_key(name), "{section}: {file} has no {name}");
        }
    }
}

/// The gateway's contract requires a private network: on `prod` its two callers are in one, and no other function is.
#[test]
fn who_asks_the_claims_system_goes_by_the_private_way() {
    for (name, function) in of_type("template.yaml", "AWS::Serverless::Function") {
        let properties = &function["Properties"];
        let mut variables = properties["Environment"]["Variables"]
            .as_mapping()
            .unwrap()
            .iter();
        let asks = variables.any(|(variable, _)| template::word(variable) == "CLAIMS_BASE_URL");
        assert_eq!(properties.get("VpcConfig").is_some(), asks, "{name}");
    }
    let template = house::yaml("template.yaml");
    let rule = &template["Rules"]["ClaimsByThePrivateWay"];
    let mut asserted = BTreeSet::new();
    references(&rule["Assertions"], &mut asserted);
    assert_eq!(
        asserted,
        BTreeSet::from(["ClaimsSecurityGroup", "ClaimsSubnets"].map(str::to_owned))
    );
    // Lambda may create network interfaces for the two, but they may not create any themselves.
    let interfaces = &template["Resources"]["MakesInterfaces"]["Properties"]["PolicyDocument"]["Statement"];
    assert_eq!(interfaces[1]["Effect"], Yaml::from("Deny"));
    assert_eq!(interfaces[1]["Action"], Yaml::from("ec2:*"));
}

/// From the network, the table and the ring are reached by endpoints, and the Internet is not reachable.
#[test]
fn the_private_network_has_one_way_out_and_the_two_endpoints() {
    let routes = of_type("infra/network.yaml", "AWS::EC2::Route");
    assert_eq!(routes.len(), 1);
    let (name, route) = &routes[0];
    assert!(route["Properties"].get("TransitGatewayId").is_some(), "{name}");
    for kind in ["AWS::EC2::InternetGateway", "AWS::EC2::NatGateway"] {
        assert!(of_type("infra/network.yaml", kind).is_empty());
    }
    let endpoints = of_type("infra/network.yaml", "AWS::EC2::VPCEndpoint");
    let services: BTreeSet<_> = endpoints
        .iter()
        .map(|(_, endpoint)| template::word(&endpoint["Properties"]["ServiceName"]))
        .collect();
    assert_eq!(
        services,
        BTreeSet::from([
            "com.amazonaws.${AWS::Region}.dynamodb",
            "com.amazonaws.${AWS::Region}.secretsmanager"
        ])
    );
}

/// IAM cannot prevent code from overwriting an audit record, so no principal can delete the copies.
#[test]
fn copies_of_both_tables_cannot_be_deleted() {
    let template = house::yaml("infra/backup.yaml");
    let resources = &template["Resources"];
    let lock = &resources["Vault"]["Properties"]["LockConfiguration"];
    // With a grace period after which it cannot be changed, the lock also binds the root user.
    assert_eq!(template::word(&lock["ChangeableForDays"]), "LockAfterDays");
    for (plan, table) in [("Table", "TableArn"), ("Audit", "AuditTableArn")] {
        let rule = &resources[format!("{plan}Plan")]["Properties"]["BackupPlan"]["BackupPlanRule"][0];
        assert_eq!(template::word(&rule["TargetBackupVault"]), "Vault");
        let days = template::word(&rule["Lifecycle"]["DeleteAfterDays"]);
        let least = template["Parameters"][days]["MinValue"].as_u64().unwrap();
        assert!(least >= lock["MinRetentionDays"].as_u64().unwrap(), "{days}");
        let selection = &resources[format!("{plan}Selection")]["Properties"]["BackupSelection"];
        assert_eq!(template::words(&selection["Resources"]), [table]);
    }
}
