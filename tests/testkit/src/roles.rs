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
    static RUNNING: Function;
}

/// What the role of each function allows on the portal's table, by `template.yaml`.
pub static ROLES: LazyLock<Roles> = LazyLock::new(|| {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../template.yaml");
    let text = std::fs::read_to_string(path).expect("template.yaml");
    let template: Yaml = serde_norway::from_str(&text).expect("YAML");
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

fn rights(role: &Yaml) -> Rights {
    let mut rights = Rights::new();
    let policies = role["Policies"].as_sequence().unwrap().iter();
    let statements = policies.flat_map(|policy| policy["PolicyDocument"]["Statement"].as_sequence().unwrap());
    for statement in statements.filter(|statement| words(&statement["Resource"]).contains(&"TableArn")) {
        let keys = &statement["Condition"]["ForAllValues:StringLike"]["dynamodb:LeadingKeys"];
        for kind in words(keys) {
            let kind = kind
                .strip_suffix("#*")
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
pub struct Recorded(Arc<Mutex<Roles>>);

impl Recorded {
    /// Runs a function, so that its calls are recorded as its own.
    pub async fn running<T>(&self, function: Function, work: impl Future<Output = T>) -> T {
        let done = RUNNING.scope(function, work).await;
        let beyond = self.beyond_the_role(function);
        assert!(
            beyond.is_empty(),
            "{} asks for {beyond:?}, which its role in template.yaml does not allow",
            function.name()
        );
        done
    }

    /// Every function's calls so far.
    pub fn calls(&self) -> Roles {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn beyond_the_role(&self, function: Function) -> Vec<String> {
        let recorded = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let allowed = ROLES.get(&function);
        let mut beyond = Vec::new();
        for (kind, verbs) in recorded.get(&function).into_iter().flatten() {
            let allowed = allowed.and_then(|rights| rights.get(kind));
            let missing = verbs
                .iter()
                .filter(|verb| !allowed.is_some_and(|allowed| allowed.contains(*verb)));
            beyond.extend(missing.map(|verb| format!("{verb} of {kind}")));
        }
        beyond
    }

    fn note(&self, function: Function, verb: &str, key: Option<&HashMap<String, AttributeValue>>) {
        let pk = key.and_then(|key| key.get("pk")?.as_s().ok());
        let kind = pk.and_then(|pk| pk.split('#').next()).unwrap_or("?");
        let mut recorded = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let verbs = recorded.entry(function).or_default();
        verbs.entry(kind.to_owned()).or_default().insert(verb.to_owned());
    }

    /// DynamoDB requires the right of each part of a transaction.
    fn note_part(&self, function: Function, part: &TransactWriteItem) {
        if let Some(put) = part.put() {
            self.note(function, "PutItem", Some(put.item()));
        }
        if let Some(update) = part.update() {
            self.note(function, "UpdateItem", Some(update.key()));
        }
        if let Some(delete) = part.delete() {
            self.note(function, "DeleteItem", Some(delete.key()));
        }
        if let Some(check) = part.condition_check() {
            self.note(function, "ConditionCheckItem", Some(check.key()));
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
        let Ok(function) = RUNNING.try_with(|function| *function) else {
            return Ok(());
        };
        let input = context.input();
        if let Some(input) = input.downcast_ref::<GetItemInput>() {
            self.note(function, "GetItem", input.key());
        } else if let Some(input) = input.downcast_ref::<PutItemInput>() {
            self.note(function, "PutItem", input.item());
        } else if let Some(input) = input.downcast_ref::<UpdateItemInput>() {
            self.note(function, "UpdateItem", input.key());
        } else if let Some(input) = input.downcast_ref::<DeleteItemInput>() {
            self.note(function, "DeleteItem", input.key());
        } else if let Some(input) = input.downcast_ref::<TransactWriteItemsInput>() {
            for part in input.transact_items() {
                self.note_part(function, part);
            }
        } else {
            // No role allows any other call.
            self.note(function, "?", None);
        }
        Ok(())
    }
}
