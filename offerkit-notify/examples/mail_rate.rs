//! How many mails a second an SMTP server takes over so many connections.
//!
//! `cargo run --release -p offerkit-notify --features smtp --example mail_rate -- 127.0.0.1 2525 2000 8`: host, port, mails
//! and connections. It sends to `customer…@example.com`, in the clear: for a server of your own that delivers nothing.
#![expect(clippy::print_stdout, reason = "a program for the command line")]

use std::{error::Error, num::NonZeroU32, time::Instant};

use offerkit_core::{
    domain::{Channel, DeliveryKey},
    id::{CampaignId, CustomerId},
    ports::{Message, Notifier as _, Outcome},
};
use offerkit_notify::{
    Pace,
    smtp::{Security, SmtpSettings},
};
use uuid::Uuid;

fn mail(customer: u32) -> Message {
    let key = DeliveryKey {
        campaign: CampaignId::from_uuid(Uuid::from_u128(1)),
        customer: CustomerId::from_uuid(Uuid::from_u128(customer.into())),
        channel: Channel::Email,
    };
    Message {
        id: key.id(),
        key,
        address: format!("customer{customer}@example.com"),
        subject: Some("Your gold card waits".to_owned()),
        body: "Dear customer,\n\nyour gold card waits for you.\n".repeat(10),
        html: None,
        unsubscribe_url: None,
        is_test: false,
        attempt: 1,
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [host, port, mails, connections] = arguments.as_slice() else {
        return Err("host, port, mails and connections are needed".into());
    };
    let mails: u32 = mails.parse()?;
    let pace = Pace {
        max_batch: NonZeroU32::new(mails).ok_or("no mails")?,
        parallel: connections.parse()?,
        ..Pace::default()
    };
    let notifier = SmtpSettings::new(host, "offers@bank.example")
        .port(port.parse()?)
        .security(Security::Plain)
        .pace(pace)
        .build()?;
    let batch: Vec<_> = (0..mails).map(mail).collect();
    let begun = Instant::now();
    let outcomes = notifier.send(&batch).await;
    let took = begun.elapsed();
    let is_sent = |(_, outcome): &&(_, Outcome)| *outcome == Outcome::Sent;
    let sent = outcomes.iter().filter(is_sent).count();
    let rate = f64::from(mails) / took.as_secs_f64();
    println!(
        "{sent} of {mails} mails in {took:.2?} over {connections} connections: {rate:.0} a second"
    );
    Ok(())
}
