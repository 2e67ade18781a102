//! The command line: its options, the log, and what the process answers.

use std::{
    ffi::OsString,
    io::{Write as _, stderr, stdout},
    net::SocketAddr,
    time::Duration,
};

use clap::{Parser, ValueEnum, builder::FalseyValueParser};
use tracing::Level;

use super::{
    channels::Channels,
    failure::Failure,
    installation::{Installation, installed},
    metrics,
    serving::{self, Stop},
};

const EXAMPLES: &str = "Examples:
  server --worker
      keeps everything in memory, with a demo tenant and people to log in as; messages are
      logged, not sent. Open http://127.0.0.1:8080/docs/
  server --database postgres://me@localhost/offers --migrate --worker
      keeps everything in a database, which --migrate brings up to date; the first start
      prints the login of the first super admin, once
  OFFERKIT_DATABASE=postgres://me@localhost/offers server --listen 0.0.0.0:8080 --log json
      every option has a variable of the environment, too: OFFERKIT_WORKER=1
  SMS_TOKEN=… server --worker --sms https://AC0123@api.twilio.com --sms-from +15550100
      sends real text messages; the secrets of channels stand in the environment alone

  server --identity-header x-person --groups-header x-groups
      a proxy that has checked the login names the person and their groups; there are no
      passwords then. Try it as one: curl -H 'x-person: asha' http://127.0.0.1:8080/v1/me

People log in over the connection as it is: put TLS in front of everything but this machine.
Behind a proxy, --source-header says which of its headers bears the client's address.

Ctrl-C or SIGTERM: no new connections are taken, and open requests have ten seconds to end.

Exit codes: 0 told to stop; 1 something failed; 2 the options are wrong, or the database is
not fit for use.";

/// Serves the REST API of Offerkit, with its documentation at /docs/.
#[derive(Debug, Parser)]
#[command(name = "server", after_help = EXAMPLES, max_term_width = 100)]
pub(crate) struct Options {
    /// Where to listen.
    #[arg(
        long,
        env = "OFFERKIT_LISTEN",
        value_name = "ADDRESS",
        default_value = "127.0.0.1:8080"
    )]
    pub(crate) listen: SocketAddr,

    /// The database, as PostgreSQL names it; without it everything is kept in memory, and is gone at the end.
    #[arg(
        long,
        env = "OFFERKIT_DATABASE",
        value_name = "URL",
        hide_env_values = true
    )]
    pub(crate) database: Option<String>,

    /// Make the database's schema, or bring it up to date, first.
    #[arg(long, env = "OFFERKIT_MIGRATE", value_parser = FalseyValueParser::new(), requires_if("true", "database"))]
    pub(crate) migrate: bool,

    /// Make a demo tenant with people and customers where the database is empty; in memory that is always done.
    #[arg(long, env = "OFFERKIT_DEMO", value_parser = FalseyValueParser::new(), requires_if("true", "database"))]
    pub(crate) demo: bool,

    /// Fill audiences and send messages in this process, too.
    #[arg(long, env = "OFFERKIT_WORKER", value_parser = FalseyValueParser::new())]
    pub(crate) worker: bool,

    /// The password that the first people get, instead of one that is made up.
    #[arg(
        long,
        env = "OFFERKIT_PASSWORD",
        value_name = "TEXT",
        hide_env_values = true
    )]
    pub(crate) password: Option<String>,

    /// The header in which a proxy names the person whose login it has checked, instead of passwords: for a server that
    /// nobody reaches but through that proxy, which lets nobody else set it.
    #[arg(long, env = "OFFERKIT_IDENTITY_HEADER", value_name = "NAME")]
    pub(crate) identity_header: Option<String>,

    /// The header in which it names the person's groups, such as `credit_card/approver, loan/create`; they are put into these,
    /// and out of those that it names no more.
    #[arg(
        long,
        env = "OFFERKIT_GROUPS_HEADER",
        value_name = "NAME",
        requires = "identity_header"
    )]
    pub(crate) groups_header: Option<String>,

    /// The header in which a proxy says where a request comes from, such as `x-forwarded-for`.
    #[arg(long, env = "OFFERKIT_SOURCE_HEADER", value_name = "NAME")]
    pub(crate) source_header: Option<String>,

    /// How long a client may take to send the headers of a request.
    #[arg(
        long,
        env = "OFFERKIT_HEADER_TIMEOUT",
        value_name = "SECONDS",
        default_value_t = 10
    )]
    pub(crate) header_timeout: u32,

    /// Where to serve metrics, at /metrics in the text format of Prometheus: not where customers or the Internet reach.
    #[arg(long, env = "OFFERKIT_METRICS", value_name = "ADDRESS")]
    pub(crate) metrics: Option<SocketAddr>,

    /// How the log is written, to standard error. It bears no personal data.
    #[arg(long, env = "OFFERKIT_LOG", value_enum, default_value_t = Log::Text)]
    pub(crate) log: Log,

    #[command(flatten)]
    pub(crate) channels: Channels,
}

/// How the log is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Log {
    /// A line for people.
    Text,
    /// A JSON object a line, for programs.
    Json,
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
    begin_log(options.log);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build();
    let done = match runtime {
        Ok(runtime) => runtime.block_on(serve(&options)),
        Err(error) => Err(error.into()),
    };
    match done {
        Ok(()) => 0,
        Err(failure) => {
            writeln!(stderr(), "error: {failure}").ok();
            failure.exit_code()
        }
    }
}

fn begin_log(log: Log) {
    let lines = tracing_subscriber::fmt()
        .with_writer(stderr)
        .with_max_level(Level::INFO)
        .with_target(false);
    match log {
        Log::Text => lines.init(),
        Log::Json => lines.json().flatten_event(true).init(),
    }
}

async fn serve(options: &Options) -> Result<(), Failure> {
    let stop = Stop::at_signals()?;
    let mut out = stdout();
    // Before anything that counts.
    if let Some(address) = options.metrics {
        let address = metrics::begin(address, stop.clone()).await?;
        writeln!(out, "metrics at http://{address}/metrics")?;
    }
    let server = started(options, stop).await?;
    if let Some(people) = server.people() {
        writeln!(out, "{people}")?;
    }
    writeln!(
        out,
        "listening on http://{}; documentation at http://{}/docs/",
        server.address(),
        server.address()
    )?;
    out.flush()?;
    server.finished().await
}

/// A server that listens, and works until it is told to stop.
pub(crate) async fn started(options: &Options, stop: Stop) -> Result<serving::Server, Failure> {
    let Installation { kit, api, people } = installed(options).await?;
    let working = options.worker.then_some(kit);
    let headers = Duration::from_secs(options.header_timeout.into());
    serving::begin((options.listen, headers), api, working, people, stop).await
}
