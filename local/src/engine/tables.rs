//! The definitions of the tables, as in the deployed stack's template.

use super::EngineError;
use dynoxide::{
    Database,
    actions::{create_table::CreateTableRequest, update_time_to_live::UpdateTimeToLiveRequest},
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

/// Creates missing tables. Tables of an earlier run stay as they are.
pub(super) fn create_missing(database: &Database) -> Result<(), EngineError> {
    let stream = json!({ "StreamEnabled": true, "StreamViewType": "NEW_AND_OLD_IMAGES" });
    let portal = json!({
        "StreamSpecification": stream,
        "AttributeDefinitions": [
            { "AttributeName": "pk", "AttributeType": "S" },
            { "AttributeName": "inquiryState", "AttributeType": "S" },
            { "AttributeName": "at", "AttributeType": "N" },
        ],
        "GlobalSecondaryIndexes": [{
            "IndexName": "inquiries",
            "KeySchema": [
                { "AttributeName": "inquiryState", "KeyType": "HASH" },
                { "AttributeName": "at", "KeyType": "RANGE" },
            ],
            "Projection": { "ProjectionType": "KEYS_ONLY" },
        }],
    });
    create(database, PORTAL, portal, true)?;
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
