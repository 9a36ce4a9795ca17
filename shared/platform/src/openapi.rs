//! The OpenAPI document (placeholder).
