//! The notifiers against counterparts on this machine: servers that keep to the protocol, and servers that do not.

mod messages;
#[cfg(feature = "smtp")]
mod peers;
#[cfg(feature = "smtp")]
mod smtp;
#[cfg(feature = "tls")]
mod tls;
