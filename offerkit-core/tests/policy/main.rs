//! The policy against a table that people can read, decision by decision, and by properties.
//!
//! `table` says who may do what, `model` adds the rules above permissions, `world` describes people and things. None
//! of them asks the policy.

#[cfg(test)]
mod documents;
#[cfg(test)]
mod exhaustive;
#[cfg(test)]
mod four_eyes;
#[cfg(test)]
mod holds;
#[cfg(test)]
mod jobs;
#[cfg(test)]
mod model;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod refusals;
#[cfg(test)]
mod resources;
#[cfg(test)]
mod table;
#[cfg(test)]
mod world;
