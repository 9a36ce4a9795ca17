//! Pages of `docs/`.

pub mod audit;
pub mod limits;
pub mod problems;
pub mod steps;
