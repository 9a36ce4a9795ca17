//! The definitions of the tables, as in the deployed stack's template.

use super::EngineError;
use dynoxide::{
    Database,
    actions::{
        create_table::CreateTableRequest, update_table::UpdateTableRequest,
        update_time_to_live::UpdateTimeToLiveRequest,
    },
};
use serde_json::{Value, json};

/// The portal's one table.
pub const PORTAL: &str = "portal";

/// The table of the claims simulator, which is not part of the portal.
pub const CLAIMS_SIMULATOR: &str = "claims-simulator";

/// The audit's table, for tests; the stack itself uses a file.
pub const AUDIT: &str = "audit";

/// The attribute with the second from which an item may be deleted.
pub const TTL_ATTRIBUTE: &str = "ttl";

/// Creates missing tables. Tables of an earlier run stay as they are, but for the index that the portal's may lack.
pub(super) fn create_missing(database: &Database) -> Result<(), EngineError> {
    let stream = json!({ "StreamEnabled": true, "StreamViewType": "NEW_AND_OLD_IMAGES" });
    let portal = json!({
        "StreamSpecification": stream,
        "AttributeDefinitions": attributes(),
        "GlobalSecondaryIndexes": [inquiries()],
    });
    create(database, PORTAL, portal, true)?;
    add_index(database)?;
    create(database, CLAIMS_SIMULATOR, json!({}), false)?;
    let by_time = json!({
        "AttributeDefinitions": [
            { "AttributeName": "pk", "AttributeType": "S" },
            { "AttributeName": "sk", "AttributeType": "S" },
        ],
        "KeySchema": [
            { "AttributeName": "pk", "KeyType": "HASH" },
            { "AttributeName": "sk", "KeyType": "RANGE" },
        ],
    });
    create(database, AUDIT, by_time, true)
}

/// The attributes of the keys of the portal's table and of its index.
fn attributes() -> Value {
    json!([
        { "AttributeName": "pk", "AttributeType": "S" },
        { "AttributeName": "inquiryState", "AttributeType": "S" },
        { "AttributeName": "at", "AttributeType": "N" },
    ])
}

/// The index of the inquiries.
fn inquiries() -> Value {
    json!({
        "IndexName": "inquiries",
        "KeySchema": [
            { "AttributeName": "inquiryState", "KeyType": "HASH" },
            { "AttributeName": "at", "KeyType": "RANGE" },
        ],
        "Projection": { "ProjectionType": "KEYS_ONLY" },
    })
}

/// Adds the index to a portal's table that was made before there was one.
fn add_index(database: &Database) -> Result<(), EngineError> {
    let portal = database.get_table_metadata(PORTAL)?;
    if portal.is_none_or(|portal| portal.gsi_definitions.is_some()) {
        return Ok(());
    }
    database.update_table(serde_json::from_value::<UpdateTableRequest>(json!({
        "TableName": PORTAL,
        "AttributeDefinitions": attributes(),
        "GlobalSecondaryIndexUpdates": [{ "Create": inquiries() }],
    }))?)?;
    Ok(())
}

/// Creates a table of this definition; the key is `pk` unless the definition has another.
fn create(database: &Database, name: &str, own: Value, expires: bool) -> Result<(), EngineError> {
    if database.get_table_metadata(name)?.is_some() {
        return Ok(());
    }
    let mut definition = json!({
        "TableName": name,
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [{ "AttributeName": "pk", "AttributeType": "S" }],
        "KeySchema": [{ "AttributeName": "pk", "KeyType": "HASH" }],
    });
    if let (Some(definition), Value::Object(own)) = (definition.as_object_mut(), own) {
        definition.extend(own);
    }
    database.create_table(serde_json::from_value::<CreateTableRequest>(definition)?)?;
    if expires {
        database.update_time_to_live(serde_json::from_value::<UpdateTimeToLiveRequest>(json!({
            "TableName": name,
            "TimeToLiveSpecification": { "AttributeName": TTL_ATTRIBUTE, "Enabled": true },
        }))?)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use dynoxide::actions::{put_item::PutItemRequest, query::QueryRequest};

    #[test]
    fn a_table_of_an_earlier_run_gets_the_index_with_what_is_in_it() {
        let database = Database::memory().unwrap();
        create(&database, PORTAL, json!({}), true).unwrap();
        let item =
            json!({ "pk": { "S": "INQUIRY#1" }, "inquiryState": { "S": "received" }, "at": { "N": "1" } });
        let put = json!({ "TableName": PORTAL, "Item": item });
        let put: PutItemRequest = serde_json::from_value(put).unwrap();
        database.put_item(put).unwrap();
        for _ in 0..2 {
            create_missing(&database).unwrap();
            let query = json!({
                "TableName": PORTAL,
                "IndexName": "inquiries",
                "KeyConditionExpression": "inquiryState = :state",
                "ExpressionAttributeValues": { ":state": { "S": "received" } },
            });
            let query: QueryRequest = serde_json::from_value(query).unwrap();
            assert_eq!(database.query(query).unwrap().count, 1);
        }
    }
}
