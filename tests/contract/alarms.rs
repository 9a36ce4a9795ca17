//! The alarms: their metrics exist, and each notifies the right people.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use portal::problem::Kind;
use portal::steps::STEPS;
use serde_norway::Value as Yaml;

use crate::{house, template};

const WATCHED: &str = "infra/observability.yaml";
/// The templates of all stacks.
const TEMPLATES: [&str; 9] = [
    "template.yaml",
    "infra/data.yaml",
    "infra/mail.yaml",
    "infra/edge.yaml",
    "infra/web.yaml",
    "infra/network.yaml",
    "infra/backup.yaml",
    "infra/desk.yaml",
    WATCHED,
];

fn of_type(path: &str, kind: &str) -> Vec<(String, Yaml)> {
    let template = house::yaml(path);
    let resources = template["Resources"].as_mapping().unwrap().clone();
    let named = resources
        .into_iter()
        .map(|(name, resource)| (template::word(&name).to_owned(), resource));
    named
        .filter(|(_, resource)| template::word(&resource["Type"]) == kind)
        .collect()
}

/// The alarms of all stacks, by their name without the stage.
fn alarms() -> BTreeMap<String, Yaml> {
    let all = TEMPLATES
        .iter()
        .flat_map(|path| of_type(path, "AWS::CloudWatch::Alarm"));
    all.map(|(_, alarm)| {
        let properties = alarm["Properties"].clone();
        let name = template::word(&properties["AlarmName"]);
        let name = name
            .strip_prefix("portal-${Stage}-")
            .unwrap_or_else(|| panic!("{name}"));
        (name.to_owned(), properties)
    })
    .collect()
}

#[test]
fn every_alarm_has_a_recipient() {
    let topics: BTreeSet<String> = TEMPLATES
        .iter()
        .flat_map(|path| of_type(path, "AWS::SNS::Topic"))
        .map(|(name, topic)| {
            let subscription = &topic["Properties"]["Subscription"][0];
            assert_eq!(template::word(&subscription["Endpoint"]), "AlarmMail", "{name}");
            name
        })
        .collect();
    for (name, alarm) in alarms() {
        let actions = template::words(&alarm["AlarmActions"]);
        assert!(!actions.is_empty(), "{name}");
        assert!(actions.iter().all(|action| topics.contains(*action)), "{name}");
    }
}

#[test]
fn every_alarm_has_a_page_and_every_page_an_alarm() {
    let mut named: BTreeSet<String> = alarms().into_keys().collect();
    for (name, alarm) in alarms() {
        let page = format!("（docs/runbooks/{name}.md）");
        assert!(
            template::word(&alarm["AlarmDescription"]).ends_with(&page),
            "{name}"
        );
    }
    assert_eq!(of_type(WATCHED, "AWS::Budgets::Budget").len(), 1);
    named.insert("budget".to_owned());
    let pages = fs::read_dir(house::root().join("docs/runbooks")).unwrap();
    let pages = pages.map(|page| page.unwrap().file_name().into_string().unwrap());
    let mut pages: BTreeSet<String> = pages
        .map(|page| page.strip_suffix(".md").unwrap().to_owned())
        .collect();
    assert!(pages.remove("README"));
    assert_eq!(pages, named);
    let index = house::text("docs/runbooks/README.md");
    for page in &pages {
        assert!(index.contains(&format!("({page}.md)")), "{page}");
        let text = house::text(&format!("docs/runbooks/{page}.md"));
        let headings: Vec<&str> = text.lines().filter(|line| line.starts_with("## ")).collect();
        let expected = [
            "## What people feel",
            "## How to see it",
            "## What to do",
            "## How to know that it is over",
        ];
        assert_eq!(headings, expected, "{page}");
    }
}

/// An alarm needs a rate, or several bad periods; missing data raises it only where it is the fault.
#[test]
fn one_bad_minute_or_a_quiet_hour_raises_no_page() {
    for (name, alarm) in alarms() {
        let silence = template::word(&alarm["TreatMissingData"]);
        assert_eq!(silence == "breaching", name.ends_with("-still"), "{name}");
        let pages = template::words(&alarm["AlarmActions"]) == ["Pages"];
        let queue = alarm
            .get("Namespace")
            .is_some_and(|namespace| namespace == "AWS/SQS");
        if pages && !queue {
            assert!(alarm["DatapointsToAlarm"].as_u64().unwrap() >= 2, "{name}");
        }
    }
}

/// A missing reader of the stream is detected by the one metric that a reader reports even if it finds nothing.
#[test]
fn an_alarm_is_raised_when_a_streams_reader_stops() {
    let alarms = alarms();
    let resources = &house::yaml("template.yaml")["Resources"];
    for (function, event, name) in [
        ("DeliverMail", "Promise", "deliver-mail"),
        ("KeepAudit", "Act", "keep-audit"),
    ] {
        let mapping = format!("{function}{event}");
        assert_eq!(
            resources[&mapping]["Type"],
            Yaml::from("AWS::Lambda::EventSourceMapping")
        );
        let metrics = &resources[&mapping]["Properties"]["MetricsConfig"]["Metrics"];
        assert_eq!(template::words(metrics), ["EventCount"]);
        let handed_on = &resources[format!("{function}MappingParameter")]["Properties"];
        assert_eq!(template::word(&handed_on["Value"]), mapping);
        assert_eq!(
            template::word(&handed_on["Name"]),
            format!("/portal/${{Stage}}/{name}-mapping")
        );

        let alarm = &alarms[&format!("{name}-still")];
        assert_eq!(alarm["MetricName"], Yaml::from("PolledEventCount"));
        let dimension = &alarm["Dimensions"][0];
        assert_eq!(dimension["Name"], Yaml::from("EventSourceMappingUUID"));
        assert_eq!(template::word(&dimension["Value"]), format!("{function}Mapping"));
        // The number of reports, and not of records: a quiet night must not raise the alarm.
        assert_eq!(alarm["Statistic"], Yaml::from("SampleCount"));
        assert_eq!(alarm["ComparisonOperator"], Yaml::from("LessThanThreshold"));
        assert_eq!(alarm["Threshold"], Yaml::from(1));
    }
}

/// Records that could not be processed are in a queue, and an alarm is raised.
#[test]
fn every_queue_and_every_reader_of_the_stream_is_watched() {
    let alarms = alarms();
    for (name, queue) in of_type("template.yaml", "AWS::SQS::Queue") {
        let queue = template::word(&queue["Properties"]["QueueName"]);
        let queue = queue.strip_prefix("${AWS::StackName}-").unwrap();
        let alarm = &alarms
            .get(queue)
            .unwrap_or_else(|| panic!("{name} has no alarm {queue}"));
        assert_eq!(
            template::word(&alarm["Dimensions"][0]["Value"]),
            format!("portal-${{Stage}}-{queue}")
        );
        assert_eq!(alarm["Threshold"], Yaml::from(0));
    }
    for reader in ["deliver-mail", "keep-audit"] {
        let late = &alarms[&format!("{reader}-late")];
        assert_eq!(late["MetricName"], Yaml::from("IteratorAge"));
        assert_eq!(
            template::word(&late["Dimensions"][0]["Value"]),
            format!("portal-${{Stage}}-{reader}")
        );
    }
}

/// A filter that names an unknown step, outcome or message would silently count nothing.
#[test]
fn every_metric_counts_lines_that_there_are() {
    let functions = house::functions();
    let outcomes: BTreeSet<&str> = Kind::ALL
        .iter()
        .map(|kind| kind.code())
        .chain(["ok", "sent"])
        .collect();
    for (name, filter) in of_type(WATCHED, "AWS::Logs::MetricFilter") {
        let properties = &filter["Properties"];
        let group = template::word(&properties["LogGroupName"]);
        let function = group.strip_prefix("/aws/lambda/portal-${Stage}-").unwrap();
        assert!(functions.contains(function), "{name}: {function}");
        let source = house::sources(&format!("functions/{function}/src"));
        let source: String = source.into_iter().map(|(_, text)| text).collect();
        let pattern = template::word(&properties["FilterPattern"]);
        let mut terms = 0;
        for term in pattern.split("$.").skip(1) {
            let (field, rest) = term.split_once(" = \"").unwrap();
            let value = rest.split('"').next().unwrap();
            terms += 1;
            let known = match field {
                "step" => STEPS
                    .iter()
                    .any(|step| step.name == value && step.function.name() == function),
                "outcome" => outcomes.contains(value),
                "message" if value == "request answered" => {
                    STEPS.iter().any(|step| step.function.name() == function)
                }
                "message" | "why" | "event" => source.contains(&format!("\"{value}\"")),
                _ => false,
            };
            assert!(known, "{name}: no line of {function} has {field} = {value:?}");
        }
        assert!(terms > 0, "{name}");
        let metric = template::word(&properties["MetricTransformations"][0]["MetricName"]);
        assert_eq!(metric, name);
        let text = house::text(WATCHED);
        assert!(
            text.matches(metric).count() > 2,
            "{name}: no dashboard or alarm uses it"
        );
    }
}

/// Every custom metric that an alarm or the dashboard names is produced by a filter.
#[test]
fn every_alarm_looks_at_a_metric_that_there_is() {
    let made: BTreeSet<String> = of_type(WATCHED, "AWS::Logs::MetricFilter")
        .into_iter()
        .map(|(name, _)| name)
        .collect();
    for (name, alarm) in alarms() {
        let single = [alarm.clone()];
        let metrics = alarm.get("Metrics").and_then(Yaml::as_sequence);
        let metrics = metrics.map_or(single.as_slice(), Vec::as_slice);
        for metric in metrics {
            let metric = metric.get("MetricStat").map_or(metric, |stat| &stat["Metric"]);
            let Some(namespace) = metric.get("Namespace") else {
                continue;
            };
            if template::word(namespace).starts_with("Portal/") {
                assert!(made.contains(template::word(&metric["MetricName"])), "{name}");
            }
        }
    }
    let template = house::yaml(WATCHED);
    let body = template::word(&template["Resources"]["Dashboard"]["Properties"]["DashboardBody"]);
    let body: serde_json::Value = serde_json::from_str(body).unwrap();
    let widgets = body["widgets"].as_array().unwrap();
    let of = |widget: &serde_json::Value| -> Vec<String> {
        let metrics = widget["properties"]["metrics"].as_array().unwrap();
        let ours = metrics.iter().filter(|metric| metric[0] == "Portal/${Stage}");
        ours.map(|metric| metric[1].as_str().unwrap().to_owned())
            .collect()
    };
    for metric in widgets.iter().flat_map(of) {
        assert!(made.contains(&metric), "{metric}");
    }
    // The first row follows the order of the procedure.
    let funnel = [
        "RegistrationsStarted",
        "ClaimsAccepted",
        "RegistrationCodesRight",
        "Registered",
        "LoginCodesRight",
        "TermsAgreed",
    ];
    assert_eq!(of(&widgets[0]), funnel);
    assert_eq!(
        widgets[0]["properties"]["title"],
        "初回利用登録の歩み（期間の合計）"
    );
    assert_eq!(widgets[0]["y"], 0);
}
