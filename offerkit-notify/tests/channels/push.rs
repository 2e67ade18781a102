//! Push messages: to stubs of FCM and of a push service.

mod fcm;
mod web;
