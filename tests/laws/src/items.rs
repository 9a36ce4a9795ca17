//! Stored items: an unexpected shape is a corrupt item, and never a panic or a plausible value.

use platform::fault::Fault;
use platform::store::{
    Attributes, Consistency, Item, NetworkRecord, image_of_json, json_of_image, mails_of_image,
};
use portal::account::Account;
use portal::address_change::AddressChange;
use portal::claims_record::ClaimsRecord;
use portal::contact::Contact;
use portal::desk::Operator;
use portal::inquiry::{Inquiry, ReceiptNumber};
use portal::login::{Login, SessionPointer};
use portal::mail::Letter;
use portal::office::Office;
use portal::password_reset::PasswordReset;
use portal::registration::Registration;
use portal::values::{
    AccountKey, ClaimsUserId, FlowId, LetterId, NetworkTag, OfficeNumber, OperatorId, RequestKey, SessionId,
};
use serde_json::{Map, Value, json};

use super::doubles::Aws;
use super::mail;

/// The law for an item in the form of the table's answer: `{"name": {"S": "text"}}`.
pub async fn of_any_item(aws: &Aws, item: &Value) {
    assert!(
        kinds_that_read(aws, item).await.len() <= 1,
        "an item of two kinds"
    );
}

/// The kinds of item as which it can be read.
pub async fn kinds_that_read(aws: &Aws, item: &Value) -> Vec<&'static str> {
    aws.answers(json!({ "Item": item }).to_string());
    let flow = FlowId::new("f");
    let claims_user = ClaimsUserId::parse("KJ1").expect("an id");
    let office = OfficeNumber::parse("1379901018").expect("a number");
    let kinds = [
        as_one::<Registration>(aws, &flow).await,
        as_one::<Login>(aws, &flow).await,
        as_one::<PasswordReset>(aws, &flow).await,
        as_one::<AddressChange>(aws, &flow).await,
        as_one::<SessionPointer>(aws, &SessionId::new("s")).await,
        as_one::<Account>(aws, &AccountKey::new("a")).await,
        as_one::<Office>(aws, &office).await,
        as_one::<ClaimsRecord>(aws, &claims_user).await,
        as_one::<Contact>(aws, &AccountKey::new("a")).await,
        as_one::<NetworkRecord>(aws, &NetworkTag::new("n")).await,
        as_one::<Letter>(aws, &LetterId::new("l")).await,
        as_one::<Operator>(aws, &OperatorId::new("o")).await,
        as_one::<Inquiry>(aws, &ReceiptNumber::of(&RequestKey::new("r"), 0)).await,
    ];
    kinds.into_iter().flatten().collect()
}

/// The kind, if it could be read as one.
async fn as_one<T: Item>(aws: &Aws, id: &T::Id) -> Option<&'static str> {
    match aws.table().get::<T>(id, Consistency::Strong).await {
        Ok(found) => found.map(|_| T::KIND),
        Err(Fault::CorruptItem { kind, .. }) => {
            assert_eq!(kind, T::KIND);
            None
        }
        // The SDK could not read the answer at all.
        Err(Fault::Table { operation, .. }) => {
            assert_eq!(operation, "GetItem");
            None
        }
        Err(other) => panic!("{other}"),
    }
}

/// The law for an image of the stream.
pub fn of_any_image(image: &Map<String, Value>) {
    let attributes: Attributes = match image_of_json(image) {
        Ok(attributes) => attributes,
        Err(Fault::CorruptItem { .. }) => return,
        Err(other) => panic!("{other}"),
    };
    let again = image_of_json(&json_of_image(&attributes)).expect("what was read can be written");
    assert_eq!(again, attributes);
    match mails_of_image(&attributes) {
        Err(Fault::CorruptItem { .. }) => {}
        Ok(promises) => promises.iter().for_each(mail::of_any_promise),
        Err(other) => panic!("{other}"),
    }
}
