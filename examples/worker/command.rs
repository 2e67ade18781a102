//! The command line: its options, the signals, and what the process answers.

use std::{
    env,
    ffi::OsString,
    io::{Write as _, stderr, stdout},
    sync::Arc,
    time::Duration,
};

use clap::{Parser, ValueEnum};
use offerkit::{
    Offerkit,
    domain::Channel,
    postgres::PgStore,
    worker::{Shutdown, WorkReport, Worker},
};
use tokio::signal::unix::{SignalKind, signal};

use super::{
    channels::{Channels, Environment},
    demo::Demo,
    failure::Failure,
    provider::Printer,
    shown::Shown,
};

const EXAMPLES: &str = "Examples:
  worker --database postgres://me@localhost/offers --demo 2000 --once
      makes the schema, 2,000 made-up customers and a launched campaign in an empty
      database, does what is due, and exits
  worker --database postgres://me@localhost/offers
      goes on until it is told to stop; start as many as you like
  worker --database postgres://me@localhost/offers --smtp smtp://localhost:1025
      sends real e-mail, here to a mail server for development on this machine
  SMS_TOKEN=… worker --database … --sms https://AC0123@api.twilio.com --sms-from +15550100
      sends real text messages; secrets stand in the environment alone
  * * * * * worker --database postgres://me@localhost/offers --once
      the same from cron, each minute

Ctrl-C or SIGTERM: what was begun is ended, nothing else is begun. A second one ends the
program at once; what it had claimed is recovered by others when the claim lapses.

Exit codes: 0 everything was done, or the worker was told to stop; 1 something failed (it
is tried again by the next call); 2 the options are wrong, or the database is not fit for
use; 130 it was told twice to stop.";

/// Fills the audiences of launched campaigns and sends their messages, for all tenants of a database.
///
/// Messages are printed, masked, instead of sent, but for the channels that are named. A worker of your own may give the
/// library notifiers of yours.
#[derive(Debug, Parser)]
#[command(name = "worker", after_help = EXAMPLES, max_term_width = 100)]
pub(crate) struct Options {
    /// The database, as PostgreSQL names it.
    #[arg(long, value_name = "URL")]
    database: String,

    /// Do what is due and exit, for cron or a function in a cloud.
    #[arg(long)]
    once: bool,

    /// How many batches and chunks at once.
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = clap::value_parser!(u16).range(1..=1000))]
    concurrency: u16,

    /// What becomes of messages of channels that are not named.
    #[arg(long, value_enum, default_value_t = Sink::Log)]
    notifier: Sink,

    /// How long the printing takes for each batch, as a provider would.
    #[arg(long, value_name = "MILLISECONDS", default_value_t = 0)]
    takes: u64,

    /// Make the schema, so many made-up customers and a launched campaign first, where the database is empty.
    #[arg(long, value_name = "CUSTOMERS")]
    demo: Option<usize>,

    #[command(flatten)]
    channels: Channels,
}

/// What becomes of messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Sink {
    /// A line for each on standard output, with the address masked.
    Log,
    /// Nothing: they are accepted and forgotten.
    Null,
}

/// Runs the command and answers its exit code.
pub(crate) fn run(arguments: impl IntoIterator<Item = OsString>) -> u8 {
    let options = match Options::try_parse_from(arguments) {
        Ok(options) => options,
        Err(told) => {
            // Where nobody listens there is nobody left to tell.
            told.print().ok();
            return if told.use_stderr() { 2 } else { 0 };
        }
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build();
    let done = match runtime {
        Ok(runtime) => runtime.block_on(work(&options, &|name| env::var(name).ok())),
        Err(error) => Err(error.into()),
    };
    match done {
        Ok(code) => code,
        Err(failure) => {
            writeln!(stderr(), "error: {failure}").ok();
            failure.exit_code()
        }
    }
}

/// Does the work, and answers the exit code.
pub(crate) async fn work(options: &Options, environment: Environment<'_>) -> Result<u8, Failure> {
    let notifiers = options.channels.notifiers(environment)?;
    let store = PgStore::connect(&options.database)
        .await
        .map_err(|error| Failure::Input(format!("the database cannot be reached: {error}")))?;
    if let Some(customers) = options.demo {
        let demo = Demo {
            customers,
            push_service: options.channels.push_service.as_ref(),
            channels: Channel::ALL
                .into_iter()
                .filter(|channel| notifiers.reach(*channel))
                .collect(),
        };
        demo.make(&store).await?;
    }
    let fit = store.check().await;
    fit.map_err(|error| Failure::Input(error.to_string()))?;

    let shown = Arc::new(Shown::new());
    let mut kit = Offerkit::builder(store);
    for channel in Channel::ALL {
        if !notifiers.reach(channel) {
            let takes = Duration::from_millis(options.takes);
            let is_printed = options.notifier == Sink::Log;
            kit = kit.notifier(Printer::new(channel, takes, is_printed, &shown));
        }
    }
    let kit = notifiers.equip(kit);
    let watching = Arc::clone(&shown);
    let worker = Worker::builder(kit.build()?)
        .concurrency(options.concurrency.into())
        .watch(move |event| watching.show(event))
        .build()?;

    let shutdown = Shutdown::new();
    let halted = tokio::spawn(listen(shutdown.clone()));
    let outcome = if options.once {
        worker.once_until(&shutdown).await
    } else {
        Ok(worker.run(&shutdown).await)
    };
    let is_halted = halted.is_finished();
    halted.abort();
    shown.clear();
    let report = outcome?;
    tell(&report)?;
    if is_halted {
        return Ok(130);
    }
    Ok(u8::from(options.once && report.failures > 0))
}

/// Has the worker drain at the first signal, and end at the second.
async fn listen(shutdown: Shutdown) -> std::io::Result<()> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    for is_second in [false, true] {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
        if is_second {
            shutdown.halt();
        } else {
            shutdown.drain();
            let told = "ending what was begun; once more ends at once";
            writeln!(stderr(), "{told}")?;
        }
    }
    Ok(())
}

fn tell(report: &WorkReport) -> std::io::Result<()> {
    let did = report.deliveries;
    writeln!(
        stdout(),
        "{} customers filled in; {} messages sent, {} to be tried again, {} failed, {} suppressed, {} unknown; \
         {} campaigns completed; {} steps failed",
        report.filled,
        did.sent,
        did.retried,
        did.failed,
        did.suppressed,
        did.unknown,
        report.completed,
        report.failures,
    )
}
