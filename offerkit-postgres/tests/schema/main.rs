//! The schema and its defences, attacked by raw SQL: no service and no repository stands in between.

mod attack;
mod attacks;
mod check;
mod lint;
mod migrations;
mod page;
mod world;
