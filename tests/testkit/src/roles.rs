//! Each function's calls to the portal's table, compared with its role in `template.yaml`.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use aws_sdk_dynamodb::config::interceptors::BeforeSerializationInterceptorContextRef;
use aws_sdk_dynamodb::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_dynamodb::error::BoxError;
use aws_sdk_dynamodb::operation::delete_item::DeleteItemInput;
use aws_sdk_dynamodb::operation::get_item::GetItemInput;
use aws_sdk_dynamodb::operation::put_item::PutItemInput;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsInput;
use aws_sdk_dynamodb::operation::update_item::UpdateItemInput;
use aws_sdk_dynamodb::types::{AttributeValue, TransactWriteItem};
use portal::steps::Function;
use serde_norway::Value as Yaml;

/// Verbs of DynamoDB, by the kind of item: the first part of its key.
pub type Rights = BTreeMap<String, BTreeSet<String>>;

/// The rights of each function.
pub type Roles = BTreeMap<Function, Rights>;

tokio::task_local! {
    /// The function, or the desk.
    static RUNNING: Option<Function>;
}

/// What the role of each function allows on the portal's table, by `template.yaml`.
pub static ROLES: LazyLock<Roles> = LazyLock::new(|| {
    let template = read("template.yaml");
    let resources = template["Resources"].as_mapping().unwrap().values();
    resources
        .filter(|resource| word(&resource["Type"]) == "AWS::Serverless::Function")
        .map(|resource| {
            let folder = word(&resource["Properties"]["CodeUri"]).trim_end_matches('/');
            let name = folder.rsplit('/').next().unwrap();
            let function = Function::named(name).unwrap_or_else(|| panic!("{name} is no function"));
            let role = word(&resource["Properties"]["Role"])
                .strip_suffix(".Arn")
                .unwrap();
            (function, rights(&template["Resources"][role]["Properties"]))
        })
        .collect()
});

/// What the role of the desk allows on the portal's table, by `infra/desk.yaml`.
pub static DESK: LazyLock<Rights> =
    LazyLock::new(|| rights(&read("infra/desk.yaml")["Resources"]["DeskRole"]["Properties"]));

fn read(template: &str) -> Yaml {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(template);
    let text = std::fs::read_to_string(path).expect(template);
    serde_norway::from_str(&text).expect("YAML")
}

fn rights(role: &Yaml) -> Rights {
    let mut rights = Rights::new();
    let policies = role["Policies"].as_sequence().unwrap().iter();
    let statements = policies.flat_map(|policy| policy["PolicyDocument"]["Statement"].as_sequence().unwrap());
    for statement in statements.filter(|statement| words(&statement["Resource"]).contains(&"TableArn")) {
        let condition = &statement["Condition"];
        let operators = ["ForAllValues:StringLike", "ForAllValues:StringEquals"];
        let operator = operators.iter().find_map(|operator| condition.get(*operator));
        let keys = &operator.expect("a condition")["dynamodb:LeadingKeys"];
        for kind in words(keys) {
            // An operator at the desk reaches the own record only.
            let kind = kind
                .strip_suffix("#*")
                .or_else(|| kind.strip_suffix("#${aws:userid}"))
                .unwrap_or_else(|| panic!("{kind} is no kind of item"));
            let actions = words(&statement["Action"]);
            let verbs = actions
                .iter()
                .map(|action| action.strip_prefix("dynamodb:").unwrap().to_owned());
            rights.entry(kind.to_owned()).or_default().extend(verbs);
        }
    }
    rights
}

/// The text, without a tag (`!Ref`, `!GetAtt`).
fn word(value: &Yaml) -> &str {
    match value {
        Yaml::Tagged(tagged) => word(&tagged.value),
        value => value.as_str().unwrap_or_else(|| panic!("no text: {value:?}")),
    }
}

fn words(value: &Yaml) -> Vec<&str> {
    match value {
        Yaml::Tagged(tagged) => words(&tagged.value),
        Yaml::Sequence(list) => list.iter().map(word).collect(),
        value => vec![word(value)],
    }
}

/// Records the calls of the functions of a world.
#[derive(Debug, Clone, Default)]
pub struct Recorded(Arc<Mutex<BTreeMap<Option<Function>, Rights>>>);

impl Recorded {
    /// Runs a function, so that its calls are recorded as its own.
    pub async fn running<T>(&self, function: Function, work: impl Future<Output = T>) -> T {
        let done = RUNNING.scope(Some(function), work).await;
        let beyond = self.beyond(Some(function), ROLES.get(&function));
        assert!(
            beyond.is_empty(),
            "{} asks for {beyond:?}, which its role in template.yaml does not allow",
            function.name()
        );
        done
    }

    /// Runs a command of the desk, so that its calls are recorded as the desk's.
    pub async fn at_desk<T>(&self, work: impl Future<Output = T>) -> T {
        let done = RUNNING.scope(None, work).await;
        let beyond = self.beyond(None, Some(&DESK));
        assert!(
            beyond.is_empty(),
            "the desk asks for {beyond:?}, which its role in infra/desk.yaml does not allow"
        );
        done
    }

    /// Every function's calls so far.
    pub fn calls(&self) -> Roles {
        let recorded = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let of_function = |(role, rights): (Option<Function>, Rights)| Some((role?, rights));
        recorded.into_iter().filter_map(of_function).collect()
    }

    /// The desk's calls so far.
    pub fn calls_at_desk(&self) -> Rights {
        let recorded = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        recorded.get(&None).cloned().unwrap_or_default()
    }

    fn beyond(&self, role: Option<Function>, allowed: Option<&Rights>) -> Vec<String> {
        let recorded = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut beyond = Vec::new();
        for (kind, verbs) in recorded.get(&role).into_iter().flatten() {
            let allowed = allowed.and_then(|rights| rights.get(kind));
            let missing = verbs
                .iter()
                .filter(|verb| !allowed.is_some_and(|allowed| allowed.contains(*verb)));
            beyond.extend(missing.map(|verb| format!("{verb} of {kind}")));
        }
        beyond
    }

    fn note(&self, role: Option<Function>, verb: &str, key: Option<&HashMap<String, AttributeValue>>) {
        let pk = key.and_then(|key| key.get("pk")?.as_s().ok());
        let kind = pk.and_then(|pk| pk.split('#').next()).unwrap_or("?");
        let mut recorded = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let verbs = recorded.entry(role).or_default();
        verbs.entry(kind.to_owned()).or_default().insert(verb.to_owned());
    }

    /// DynamoDB requires the right of each part of a transaction.
    fn note_part(&self, role: Option<Function>, part: &TransactWriteItem) {
        if let Some(put) = part.put() {
            self.note(role, "PutItem", Some(put.item()));
        }
        if let Some(update) = part.update() {
            self.note(role, "UpdateItem", Some(update.key()));
        }
        if let Some(delete) = part.delete() {
            self.note(role, "DeleteItem", Some(delete.key()));
        }
        if let Some(check) = part.condition_check() {
            self.note(role, "ConditionCheckItem", Some(check.key()));
        }
    }
}

impl Intercept for Recorded {
    fn name(&self) -> &'static str {
        "recorded"
    }

    fn read_before_serialization(
        &self,
        context: &BeforeSerializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        // A test's own calls have no role.
        let Ok(role) = RUNNING.try_with(|role| *role) else {
            return Ok(());
        };
        let input = context.input();
        if let Some(input) = input.downcast_ref::<GetItemInput>() {
            self.note(role, "GetItem", input.key());
        } else if let Some(input) = input.downcast_ref::<PutItemInput>() {
            self.note(role, "PutItem", input.item());
        } else if let Some(input) = input.downcast_ref::<UpdateItemInput>() {
            self.note(role, "UpdateItem", input.key());
        } else if let Some(input) = input.downcast_ref::<DeleteItemInput>() {
            self.note(role, "DeleteItem", input.key());
        } else if let Some(input) = input.downcast_ref::<TransactWriteItemsInput>() {
            for part in input.transact_items() {
                self.note_part(role, part);
            }
        } else {
            // No role allows any other call.
            self.note(role, "?", None);
        }
        Ok(())
    }
}
