//! Push messages: to phones through Firebase Cloud Messaging, to browsers as Web Push.

mod fcm;
mod fcm_settings;
mod jwt;
mod subscription;
mod token;
mod vapid;
mod web;
mod web_settings;

pub use fcm::FcmNotifier;
pub use fcm_settings::FcmSettings;
pub use web::WebPushNotifier;
pub use web_settings::WebPushSettings;
