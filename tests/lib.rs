//! Tests only: see `journeys/`, `contract/` and `stack/`.
