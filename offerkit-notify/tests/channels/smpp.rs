//! Text messages over SMPP: to a real message centre, and to one that misbehaves.

mod centre;
mod faults;
mod peer;
mod receipts;
