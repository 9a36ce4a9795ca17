//! Golden items: the present code reads items that earlier code stored at each stage.
//!
//! A file in `golden/` is a stored item. It is never edited; a new shape gets a new file.

use platform::store::{Consistency, Item, Replacing, Table, image_of_json, json_of_image};
use portal::account::Account;
use portal::address_change::AddressChange;
use portal::claims_record::ClaimsRecord;
use portal::contact::Contact;
use portal::inquiry::{Inquiry, ReceiptNumber};
use portal::login::{Login, SessionPointer};
use portal::mail::Letter;
use portal::office::Office;
use portal::password_reset::PasswordReset;
use portal::registration::Registration;
use portal::take_over::{Agenda, TakeOver};
use serde_json::{Map, Value};
use testkit::World;

fn golden(json: &str) -> Map<String, Value> {
    let Value::Object(map) = serde_json::from_str(json).unwrap() else {
        panic!("no object")
    };
    map
}

/// The present code reads the item, and writes it back unchanged.
async fn survives<T: Item>(world: &World, name: &str, json: &str, id: fn(&str) -> T::Id) {
    let table: &Table = &world.table;
    let item = golden(json);
    let image = image_of_json(&item).unwrap();
    world.puts_back(&image).await;
    let key = item["pk"]["S"].as_str().unwrap().to_owned();
    let id = id(key.split_once('#').unwrap().1);
    let stored = table
        .get::<T>(&id, Consistency::Strong)
        .await
        .unwrap()
        .expect(name);
    world
        .edits_by_hand(stored.item.clone(), Replacing::Read(&stored))
        .await;
    let mut again = json_of_image(&world.item(&key).await.unwrap());
    let mut item = item;
    again.remove("v");
    item.remove("v");
    assert_eq!(again, item, "{name}");
}

macro_rules! golden {
    ($($name:ident: $kind:ty, $file:literal, $id:expr;)*) => {$(
        #[tokio::test]
        async fn $name() {
            let world = World::start().await;
            survives::<$kind>(&world, $file, include_str!(concat!("golden/", $file, ".json")), $id).await;
        }
    )*};
}

use portal::values::{AccountKey, AgendaDay, ClaimsUserId, FlowId, LetterId, OfficeNumber, SessionId};

golden! {
    a_registration_at_the_security_code_is_read: Registration, "registration-security-code", |id| FlowId::new(id);
    a_registration_at_the_code_is_read: Registration, "registration-otp", |id| FlowId::new(id);
    a_registration_at_the_profile_is_read: Registration, "registration-profile", |id| FlowId::new(id);
    a_registration_at_the_confirmation_is_read: Registration, "registration-confirm", |id| FlowId::new(id);
    a_registration_at_its_end_is_read: Registration, "registration-completed", |id| FlowId::new(id);
    a_registration_of_a_registered_office_is_read: Registration, "registration-already-registered", |id| FlowId::new(id);
    a_log_in_at_the_code_is_read: Login, "login-otp", |id| FlowId::new(id);
    a_log_in_at_the_new_password_is_read: Login, "login-new-password", |id| FlowId::new(id);
    a_log_in_at_the_new_password_of_an_account_is_read: Login, "login-new-password-account", |id| FlowId::new(id);
    a_log_in_at_its_end_is_read: Login, "login-my-page", |id| FlowId::new(id);
    a_reset_at_the_code_is_read: PasswordReset, "reset-otp", |id| FlowId::new(id);
    a_reset_of_claims_is_read: PasswordReset, "reset-otp-claims", |id| FlowId::new(id);
    a_reset_of_an_unknown_address_is_read: PasswordReset, "reset-otp-unknown", |id| FlowId::new(id);
    a_reset_at_the_new_password_is_read: PasswordReset, "reset-new-password", |id| FlowId::new(id);
    a_reset_at_its_end_is_read: PasswordReset, "reset-done", |id| FlowId::new(id);
    a_reset_of_an_account_at_its_end_is_read: PasswordReset, "reset-done-account", |id| FlowId::new(id);
    an_account_that_was_reset_is_read: Account, "account-reset", |id| AccountKey::new(id);
    a_change_of_the_address_is_read: AddressChange, "change", |id| FlowId::new(id);
    a_letter_is_read: Letter, "letter", |id| LetterId::new(id);
    an_account_with_changes_of_the_address_is_read: Account, "account-changes", |id| AccountKey::new(id);
    a_session_is_read: SessionPointer, "session", |id| SessionId::new(id);
    an_account_with_a_pending_member_is_read: Account, "account-pending", |id| AccountKey::new(id);
    an_account_with_an_active_member_is_read: Account, "account-active", |id| AccountKey::new(id);
    an_account_with_sessions_of_known_browsers_is_read: Account, "account-sessions", |id| AccountKey::new(id);
    an_account_with_a_notice_is_read: Account, "account-notice", |id| AccountKey::new(id);
    an_account_without_an_owner_is_read: Account, "account-without-owner", |id| AccountKey::new(id);
    a_claims_user_is_read: ClaimsRecord, "claims", |id| ClaimsUserId::parse(id).unwrap();
    a_contact_is_read: Contact, "contact", |id| AccountKey::new(id);
    a_contact_with_receipts_is_read: Contact, "contact-receipts", |id| AccountKey::new(id);
    an_inquiry_is_read: Inquiry, "inquiry", |id| ReceiptNumber::parse(id).unwrap();
    a_take_over_that_waits_is_read: TakeOver, "take-over-waiting", |id| OfficeNumber::parse(id).unwrap();
    a_take_over_with_a_newcomer_is_read: TakeOver, "take-over-completing", |id| OfficeNumber::parse(id).unwrap();
    a_take_over_that_was_stopped_is_read: TakeOver, "take-over-stopped", |id| OfficeNumber::parse(id).unwrap();
    an_agenda_is_read: Agenda, "agenda", |id| AgendaDay::new(id);
    an_office_with_a_take_over_is_read: Office, "office-take-over", |id| OfficeNumber::parse(id).unwrap();
    an_account_with_a_newcomer_is_read: Account, "account-newcomer", |id| AccountKey::new(id);
    a_registration_that_takes_over_is_read: Registration, "registration-take-over", |id| FlowId::new(id);
    a_letter_about_a_take_over_is_read: Letter, "letter-take-over", |id| LetterId::new(id);
    an_office_with_colleagues_who_were_added_is_read: Office, "office-invited", |id| OfficeNumber::parse(id).unwrap();
    a_letter_about_a_colleague_is_read: Letter, "letter-colleague", |id| LetterId::new(id);
    an_account_with_counted_notices_is_read: Account, "account-told", |id| AccountKey::new(id);
    an_office_is_read: Office, "office", |id| OfficeNumber::parse(id).unwrap();
}
