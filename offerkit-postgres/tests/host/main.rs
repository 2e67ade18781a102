//! A host's own statements beside the library's: in its commits, around them, and after them.

mod cut;
mod events;
mod feed;
mod hook;
mod hooks_that_end;
mod joined;
mod settings;
mod together;
mod world;
