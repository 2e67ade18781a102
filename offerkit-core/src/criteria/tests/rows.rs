//! Random rows as customers.

use std::sync::LazyLock;

use offerkit_generator::{Row, customer_of};

use super::{Catalog, catalog};
use crate::domain::customer::{Customer, CustomerParts};

pub(super) static CATALOG: LazyLock<Catalog> = LazyLock::new(catalog);

pub(super) fn customer(row: &Row) -> Customer {
    let parts: CustomerParts<'static> = serde_json::from_value(customer_of(row)).unwrap();
    Customer::from_parts(parts).unwrap()
}
