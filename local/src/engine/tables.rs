//! The tables, in the words of the deployed stack's template.

use super::EngineError;
use dynoxide::{
    Database,
    actions::{create_table::CreateTableRequest, update_time_to_live::UpdateTimeToLiveRequest},
};
use serde_json::{Value, json};

/// The portal's one table.
pub const PORTAL: &str = "portal";

/// The table of the claims simulator, which is no part of the portal.
pub const CLAIMS_SIMULATOR: &str = "claims-simulator";

/// The attribute that holds the second an item may be swept away.
pub const TTL_ATTRIBUTE: &str = "ttl";

/// Creates what is not there yet. Tables of an earlier run stay as they are.
pub(super) fn create_missing(database: &Database) -> Result<(), EngineError> {
    let stream = json!({ "StreamEnabled": true, "StreamViewType": "NEW_AND_OLD_IMAGES" });
    create(database, PORTAL, json!({ "StreamSpecification": stream }), true)?;
    create(database, CLAIMS_SIMULATOR, json!({}), false)
}

fn create(database: &Database, name: &str, mut definition: Value, expires: bool) -> Result<(), EngineError> {
    if database.get_table_metadata(name)?.is_some() {
        return Ok(());
    }
    if let Some(definition) = definition.as_object_mut() {
        definition.extend([
            ("TableName".to_owned(), json!(name)),
            ("BillingMode".to_owned(), json!("PAY_PER_REQUEST")),
            (
                "AttributeDefinitions".to_owned(),
                json!([{ "AttributeName": "pk", "AttributeType": "S" }]),
            ),
            (
                "KeySchema".to_owned(),
                json!([{ "AttributeName": "pk", "KeyType": "HASH" }]),
            ),
        ]);
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
