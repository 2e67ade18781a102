//! Customers of a host in tables and views of its own: that they are read as criteria see them, sent to as any others, and
//! that nothing of the host's is altered.

mod ambiguous;
mod campaign;
mod client;
mod hostile;
mod keys;
mod plans;
mod unfit;
mod values;
mod world;
mod zones;
