//! Criteria as conditions of PostgreSQL.
//!
//! A condition selects exactly the customers that the criteria select in memory. The documents' values travel as
//! parameters alone; names come from the catalog and from the relation.

mod advice;
mod attribute;
mod bind;
mod column;
mod condition;
mod number;
mod question;
mod received;
mod relation;
pub(crate) mod selected;
mod shown;
mod sink;

pub(crate) use self::relation::{Attributes, Place, Relation, RelationKey, SqlColumn};
pub use self::{
    advice::{index_advice, index_for},
    shown::{CriteriaSql, SqlBind},
};
