//! Real channels, as the command line names them. Secrets stand in the environment, since others see what a command line says.

// The server takes this file in by its path, so that its parts are named by theirs.
#[path = "channels/mail.rs"]
mod mail;
#[path = "channels/push.rs"]
mod push;
#[path = "channels/texts.rs"]
mod texts;
#[path = "channels/webhooks.rs"]
mod webhooks;

use std::path::PathBuf;

use clap::Args;
use offerkit::{
    domain::Channel,
    notify::{
        push::{FcmNotifier, WebPushNotifier},
        sms::SmsNotifier,
        smtp::SmtpNotifier,
        webhook::WebhookNotifier,
    },
    services::OfferkitBuilder,
};
use url::Url;

use super::failure::Failure;

/// Reads a variable of the environment.
pub(crate) type Environment<'a> = &'a dyn Fn(&str) -> Option<String>;

/// What messages are really sent through.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Channels (of the others messages are shown instead of sent)")]
pub(crate) struct Channels {
    /// Send e-mail through this server: `smtp://HOST:PORT` for a relay near by, without TLS, or
    /// `smtps://USER@HOST:PORT`, with the password in the environment as `SMTP_PASSWORD`.
    #[arg(
        long,
        env = "OFFERKIT_SMTP",
        hide_env_values = true,
        value_name = "URL"
    )]
    smtp: Option<String>,

    /// Whom e-mail is from.
    #[arg(
        long,
        env = "OFFERKIT_FROM",
        hide_env_values = true,
        value_name = "ADDRESS",
        default_value = "offers@bank.example",
        requires = "smtp"
    )]
    from: String,

    /// Send text messages through a gateway that takes Twilio's form: `https://ACCOUNT@HOST`, with the account's token in
    /// the environment as `SMS_TOKEN`.
    #[arg(
        long,
        env = "OFFERKIT_SMS",
        hide_env_values = true,
        value_name = "URL",
        requires = "sms_from"
    )]
    sms: Option<String>,

    /// Whom text messages are from: a number such as `+15550100`, or a messaging service (`MG…`).
    #[arg(
        long,
        env = "OFFERKIT_SMS_FROM",
        hide_env_values = true,
        value_name = "SENDER",
        requires = "sms"
    )]
    sms_from: Option<String>,

    /// Send push messages to phones through Firebase, as the service account whose key file this is.
    #[arg(
        long,
        env = "OFFERKIT_FCM",
        hide_env_values = true,
        value_name = "FILE"
    )]
    fcm: Option<PathBuf>,

    /// Where Firebase is reached, for a stand-in that takes its messages to try it.
    #[arg(
        long,
        env = "OFFERKIT_FCM_BASE",
        hide_env_values = true,
        value_name = "URL",
        requires = "fcm"
    )]
    fcm_base: Option<String>,

    /// Send push messages to browsers; push services write to this address where something is wrong: `mailto:…` or
    /// `https:…`. The private key stands in the environment as `VAPID_KEY`: 32 bytes in Base64 for URLs.
    #[arg(
        long,
        env = "OFFERKIT_WEB_PUSH",
        hide_env_values = true,
        value_name = "CONTACT"
    )]
    web_push: Option<String>,

    /// A push service of your own, beside those that the Internet has. One that is not public is named by its IP address.
    #[arg(
        long,
        env = "OFFERKIT_PUSH_SERVICE",
        hide_env_values = true,
        value_name = "URL",
        requires = "web_push"
    )]
    pub(crate) push_service: Option<Url>,

    /// Send webhooks to this URL, signed with the secret in the environment as `WEBHOOK_SECRET`: `whsec_…`.
    #[arg(
        long,
        env = "OFFERKIT_WEBHOOK",
        hide_env_values = true,
        value_name = "URL"
    )]
    webhook: Option<Url>,
}

impl Channels {
    /// The notifiers of the channels that are named.
    pub(crate) fn notifiers(&self, environment: Environment<'_>) -> Result<Notifiers, Failure> {
        // For TLS. One that is installed already does as well.
        rustls::crypto::ring::default_provider()
            .install_default()
            .ok();
        let smtp = self.smtp.as_deref();
        let sms = self.sms.as_deref().zip(self.sms_from.as_deref());
        let (fcm, web_push) = (self.fcm.as_deref(), self.web_push.as_deref());
        let service = self.push_service.as_ref();
        let webhook = self.webhook.as_ref();
        Ok(Notifiers {
            mail: smtp
                .map(|url| mail::notifier(url, &self.from, environment))
                .transpose()?,
            texts: sms
                .map(|(url, from)| texts::notifier(url, from, environment))
                .transpose()?,
            phones: fcm
                .map(|file| push::phones(file, self.fcm_base.as_deref()))
                .transpose()?,
            browsers: web_push
                .map(|contact| push::browsers(contact, service, environment))
                .transpose()?,
            webhooks: webhook
                .map(|url| webhooks::notifier(url, environment))
                .transpose()?,
        })
    }
}

/// The notifiers of the channels that are named.
pub(crate) struct Notifiers {
    mail: Option<SmtpNotifier>,
    texts: Option<SmsNotifier>,
    phones: Option<FcmNotifier>,
    browsers: Option<WebPushNotifier>,
    webhooks: Option<WebhookNotifier>,
}

impl Notifiers {
    /// Whether messages of this channel are really sent.
    pub(crate) const fn reach(&self, channel: Channel) -> bool {
        match channel {
            Channel::Email => self.mail.is_some(),
            Channel::Sms => self.texts.is_some(),
            Channel::Push => self.phones.is_some() || self.browsers.is_some(),
            Channel::Webhook => self.webhooks.is_some(),
        }
    }

    /// Gives them to the library.
    pub(crate) fn equip(self, mut builder: OfferkitBuilder) -> OfferkitBuilder {
        if let Some(mail) = self.mail {
            builder = builder.notifier(mail);
        }
        if let Some(texts) = self.texts {
            builder = builder.notifier(texts);
        }
        builder = match (self.phones, self.browsers) {
            (None, None) => builder,
            (Some(phones), None) => builder.notifier(phones),
            (None, Some(browsers)) => builder.notifier(browsers),
            (Some(phones), Some(browsers)) => builder.notifier(push::Devices { phones, browsers }),
        };
        match self.webhooks {
            Some(webhooks) => builder.notifier(webhooks),
            None => builder,
        }
    }
}

/// What is wrong with an option.
fn wrong(option: &str, why: impl std::fmt::Display) -> Failure {
    Failure::Input(format!("`{option}`: {why}"))
}

/// The secret that an option needs.
fn secret(option: &str, name: &str, environment: Environment<'_>) -> Result<String, Failure> {
    let value = environment(name).filter(|value| !value.is_empty());
    value.ok_or_else(|| {
        wrong(
            option,
            format_args!("its secret is missing: it stands in the environment as `{name}`"),
        )
    })
}

/// A URL without a secret in it, which others would see.
fn without_password<'a>(option: &str, name: &str, url: &'a Url) -> Result<&'a Url, Failure> {
    if url.password().is_some() {
        let why = format!("others see what a command line says, so the secret stands in `{name}`");
        return Err(wrong(option, why));
    }
    Ok(url)
}
