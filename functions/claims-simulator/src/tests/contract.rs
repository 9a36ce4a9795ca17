//! Answers and examples against `infra/claims-gateway.yaml`.

use std::collections::BTreeSet;

use super::*;

/// The schemas of `infra/claims-gateway.yaml`.
pub(super) struct Contract(Value);

impl Contract {
    pub(super) fn read() -> Self {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../infra/claims-gateway.yaml");
        Self(serde_norway::from_str(&std::fs::read_to_string(path).unwrap()).unwrap())
    }

    fn schema(&self, name: &str) -> &Value {
        &self.0["components"]["schemas"][name]
    }

    pub(super) fn allows(&self, name: &str, value: &Value) -> bool {
        self.keeps(self.schema(name), value)
    }

    /// Whether the value conforms: the part of JSON Schema that the contract uses, without patterns and limits.
    fn keeps(&self, schema: &Value, value: &Value) -> bool {
        if let Some(reference) = schema["$ref"].as_str() {
            return self.keeps(self.0.pointer(&reference[1..]).unwrap(), value);
        }
        if let Some(choices) = schema["oneOf"].as_array() {
            return choices.iter().filter(|choice| self.keeps(choice, value)).count() == 1;
        }
        if let Some(choices) = schema["enum"].as_array() {
            return choices.contains(value);
        }
        match (schema.get("const"), schema["type"].as_str().unwrap()) {
            (Some(only), _) => only == value,
            (None, "string") => value.is_string(),
            (None, "object") => value.as_object().is_some_and(|object| {
                let required = schema["required"].as_array().unwrap();
                let known = |(name, value): (&String, &Value)| match schema["properties"].get(name) {
                    Some(schema) => self.keeps(schema, value),
                    None => schema["additionalProperties"] != json!(false),
                };
                required
                    .iter()
                    .all(|name| object.contains_key(name.as_str().unwrap()))
                    && object.iter().all(known)
            }),
            (None, other) => panic!("the contract has a {other}, which this reader does not know"),
        }
    }
}

#[tokio::test]
async fn every_answer_keeps_to_the_contract_and_every_result_of_it_is_given() {
    let stand = Stand::new().await;
    let contract = Contract::read();
    let mut given = BTreeSet::new();

    let mut passwords = vec![(PLAIN, "falsch"), ("KJ999999999999", "falsch")];
    for seed in seed::SEEDS {
        let office = seed.office();
        for password in [Some(office.password), office.temporary_password]
            .into_iter()
            .flatten()
        {
            passwords.push((seed.user_id, Box::leak(password.into_boxed_str())));
        }
    }
    for (user_id, password) in passwords.into_iter().filter(|(_, password)| !password.is_empty()) {
        let answer = stand.password(user_id, password).await;
        assert!(contract.allows("AuthenticationAnswer", &answer), "{answer}");
        given.insert(answer["result"].as_str().unwrap().to_owned());
    }
    let promised = contract.schema("AuthenticationRefused")["properties"]["result"]["enum"]
        .as_array()
        .unwrap();
    assert_eq!(given.len(), promised.len() + 1);
    assert!(
        promised
            .iter()
            .all(|result| given.contains(result.as_str().unwrap())),
        "{given:?}"
    );

    let mut given = BTreeSet::new();
    for code in ["20260002", "a", "b", "c", "d"] {
        let answer = stand.code(WITH_CODE, code).await;
        assert!(contract.allows("SecurityCodeAnswer", &answer), "{answer}");
        given.insert(answer["result"].as_str().unwrap().to_owned());
    }
    assert_eq!(
        given.into_iter().collect::<Vec<_>>(),
        ["accepted", "locked", "wrong"]
    );
}

#[test]
fn every_example_of_the_contract_keeps_to_it() {
    let contract = Contract::read();
    let mut seen = 0;
    for (_, path) in contract.0["paths"].as_object().unwrap() {
        let contents = [&path["post"]["requestBody"], &path["post"]["responses"]["200"]];
        for content in contents.map(|place| &place["content"]["application/json"]) {
            for (name, example) in content["examples"].as_object().unwrap() {
                assert!(contract.keeps(&content["schema"], &example["value"]), "{name}");
                seen += 1;
            }
        }
    }
    assert_eq!(seen, 12);
}
