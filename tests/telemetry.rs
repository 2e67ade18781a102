//! What a worker tells of its work holds nothing of those whom it writes to: neither its spans and events, nor those of the
//! stores, nor its metrics.

#[path = "canary/customer.rs"]
mod canary;
#[path = "migrated/database.rs"]
mod database;

use std::{
    error::Error,
    io,
    sync::{Arc, Mutex, PoisonError},
};

use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use offerkit::{
    Context,
    domain::{Channel, Customer, MessageText},
    memory::MemoryStore,
    policy::Job,
    ports::Outcome as Sending,
    postgres::PgStore,
    services::Backend,
    testing::TestPlatform,
    worker::Worker,
};
use tracing_subscriber::fmt::{MakeWriter, format::FmtSpan};

use canary::CANARY;
use database::migrated;

type Outcome<T = ()> = Result<T, Box<dyn Error + Send + Sync>>;

/// What the numbers and the date of a canary are.
const NUMBERS: [&str; 4] = ["1907-07-07", "7070707.07", "70707", "70708"];

/// Everything that was logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    fn text(&self) -> String {
        let bytes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut log = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        log.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Log {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

/// The first of these that `text` holds, with what stands around it.
fn found(text: &str) -> Option<String> {
    let place = |sought: &&str| text.find(*sought);
    let at = [CANARY].iter().chain(&NUMBERS).find_map(place)?;
    let line = text.lines().scan(0, |end, line| {
        *end += line.len() + 1;
        Some((*end, line))
    });
    let mut lines = line.filter(|(end, _)| *end > at);
    lines.next().map(|(_, line)| line.to_owned())
}

/// Sends to canaries over two channels, and everything that can become of a message becomes of one.
async fn deliver(backend: impl Backend + 'static) -> Outcome {
    let platform = TestPlatform::new(backend).await?;
    let tenant = platform.tenant("loan").await?;
    let canaries = (0..8).map(|number| canary::customer(&platform, &format!("{CANARY}{number}")));
    let canaries = canaries.collect::<Result<Vec<_>, _>>()?;
    let erased = canaries.first().map(Customer::id).ok_or("no customer")?;
    let customers = platform.as_root().customers();
    customers.import(canaries).await?;

    for channel in [&platform.email, &platform.sms] {
        let reason = || "550 5.1.1".to_owned();
        channel.script(Some(Sending::Failed {
            reason: reason(),
            address_is_dead: true,
        }));
        channel.script(Some(Sending::Retry {
            after: None,
            reason: reason(),
        }));
        channel.script(Some(Sending::Unknown { reason: reason() }));
        channel.script(None);
    }
    let offer = tenant.approved_offer("Spring cashback").await?;
    let mut draft = tenant.campaign(offer.id())?;
    draft.selection_criteria = format!(r#"{{"email": {{"$starts_with": "{CANARY}"}}}}"#);
    let text = "Dear {{ customer.full_name }} of {{ customer.city }}.";
    let email = MessageText::new(text).with_subject("For {{ customer.full_name }}");
    draft.messages.insert(Channel::Email, email.into());
    draft
        .messages
        .insert(Channel::Sms, MessageText::new(text).into());
    let campaign = tenant.launched_campaign(draft).await?;
    let report = Worker::builder(platform.kit.clone())
        .build()?
        .once()
        .await?;
    assert_eq!(report.failures, 0, "{report:?}");
    assert_eq!(platform.email.messages().len(), 8);
    assert_eq!(platform.sms.messages().len(), 8);

    // What became of it is told later, and somebody is erased.
    let key = platform.email.messages().last().map(|it| it.key);
    let delivery = tenant
        .acting(&Context::job(Job::Delivery))
        .deliveries(tenant.id);
    delivery.complaint(key.ok_or("no message")?).await?;
    tenant
        .acting(&tenant.admin)
        .deliveries(tenant.id)
        .retry_failed(campaign.id())
        .await?;
    customers.erase(erased).await?;
    Worker::builder(platform.kit.clone())
        .build()?
        .once()
        .await?;
    Ok(())
}

/// First seen to fail with the values of criteria written into the statements that find their customers.
#[tokio::test(flavor = "multi_thread")]
async fn neither_logs_nor_metrics_say_who_is_written_to() -> Outcome {
    let log = Log::default();
    tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_span_events(FmtSpan::FULL)
        .with_ansi(false)
        .with_writer(log.clone())
        .init();
    let metrics: PrometheusHandle = PrometheusBuilder::new().install_recorder()?;

    deliver(MemoryStore::new()).await?;
    let database = migrated().await?;
    deliver(PgStore::connect(&database.url()).await?).await?;

    let (log, metrics) = (log.text(), metrics.render());
    for expected in ["offerkit.batch", "offerkit.fill", "sqlx::query"] {
        assert!(log.contains(expected), "{expected} is logged");
    }
    for outcome in ["sent", "retried", "failed", "unknown"] {
        let counted = format!("outcome=\"{outcome}\"");
        assert!(
            metrics.contains(&counted),
            "{outcome} is counted: {metrics}"
        );
    }
    assert_eq!(found(&log), None);
    assert_eq!(found(&metrics), None);
    Ok(())
}
