//! E-mail: to aiosmtpd, and to a server that fails at every step.

mod aiosmtpd;
mod faults;
mod sink;
