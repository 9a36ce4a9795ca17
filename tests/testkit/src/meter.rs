//! Counts the calls to the table, and their cost.

use std::sync::{Arc, Mutex, PoisonError};

use aws_sdk_dynamodb::config::interceptors::{
    BeforeSerializationInterceptorContextMut, FinalizerInterceptorContextRef,
};
use aws_sdk_dynamodb::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_dynamodb::error::BoxError;
use aws_sdk_dynamodb::operation::delete_item::{DeleteItemInput, DeleteItemOutput};
use aws_sdk_dynamodb::operation::get_item::{GetItemInput, GetItemOutput};
use aws_sdk_dynamodb::operation::put_item::{PutItemInput, PutItemOutput};
use aws_sdk_dynamodb::operation::transact_write_items::{TransactWriteItemsInput, TransactWriteItemsOutput};
use aws_sdk_dynamodb::operation::update_item::{UpdateItemInput, UpdateItemOutput};
use aws_sdk_dynamodb::types::{ConsumedCapacity, ReturnConsumedCapacity};

/// Requests and capacity since the last reading.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Used {
    /// Operations, in order.
    pub operations: Vec<&'static str>,
    /// Write request units; a transaction costs double.
    pub writes: f64,
    /// Read request units; an eventually consistent read costs half.
    pub reads: f64,
}

/// Meters a client of the table.
#[derive(Debug, Clone, Default)]
pub struct Meter(Arc<Mutex<Used>>);

impl Meter {
    /// The usage since the last reading.
    pub fn take(&self) -> Used {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn note(&self, operation: &'static str, writes: f64, reads: f64) {
        let mut used = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        used.operations.push(operation);
        used.writes += writes;
        used.reads += reads;
    }
}

fn units(capacity: Option<&ConsumedCapacity>) -> f64 {
    capacity.and_then(ConsumedCapacity::capacity_units).unwrap_or(1.0)
}

impl Intercept for Meter {
    fn name(&self) -> &'static str {
        "meter"
    }

    fn modify_before_serialization(
        &self,
        context: &mut BeforeSerializationInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let total = Some(ReturnConsumedCapacity::Total);
        let input = context.input_mut();
        if let Some(input) = input.downcast_mut::<GetItemInput>() {
            input.return_consumed_capacity = total;
        } else if let Some(input) = input.downcast_mut::<PutItemInput>() {
            input.return_consumed_capacity = total;
        } else if let Some(input) = input.downcast_mut::<UpdateItemInput>() {
            input.return_consumed_capacity = total;
        } else if let Some(input) = input.downcast_mut::<DeleteItemInput>() {
            input.return_consumed_capacity = total;
        } else if let Some(input) = input.downcast_mut::<TransactWriteItemsInput>() {
            input.return_consumed_capacity = total;
        } else {
            // Scan, Query and the rest: the portal does not use them, which a test checks.
            self.note("other", 0.0, 0.0);
        }
        Ok(())
    }

    fn read_after_execution(
        &self,
        context: &FinalizerInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let Some(Ok(output)) = context.output_or_error() else {
            // A write whose condition fails costs as much as a successful one: one unit for these small items.
            self.note("failed write", 1.0, 0.0);
            return Ok(());
        };
        if let Some(output) = output.downcast_ref::<GetItemOutput>() {
            self.note("GetItem", 0.0, units(output.consumed_capacity()));
        } else if let Some(output) = output.downcast_ref::<PutItemOutput>() {
            self.note("PutItem", units(output.consumed_capacity()), 0.0);
        } else if let Some(output) = output.downcast_ref::<UpdateItemOutput>() {
            self.note("UpdateItem", units(output.consumed_capacity()), 0.0);
        } else if let Some(output) = output.downcast_ref::<DeleteItemOutput>() {
            self.note("DeleteItem", units(output.consumed_capacity()), 0.0);
        } else if let Some(output) = output.downcast_ref::<TransactWriteItemsOutput>() {
            let writes = output
                .consumed_capacity()
                .iter()
                .map(|capacity| units(Some(capacity)))
                .sum();
            self.note("TransactWriteItems", writes, 0.0);
        }
        Ok(())
    }
}
