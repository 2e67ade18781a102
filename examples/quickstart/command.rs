//! The command line: its options, and what the process answers.

use std::{
    ffi::OsString,
    io::{self, Write},
    path::PathBuf,
};

use clap::Parser;
use tokio::runtime;

use super::{
    failure::Failure,
    input::Input,
    mail::MailServer,
    report::Report,
    store::{self, Place, Store},
    story,
};

const EXAMPLES: &str = r#"Examples:
  quickstart
      the whole story: 2,000 made-up customers, a credit card, premium customers
  quickstart --criteria '{"segment": "student", "preferred_language": "hi"}'
      another audience; a field without a value is written as null: {"email": null}
  quickstart --customers mine.csv
      your own customers: any of the columns id, external_id, full_name (needed),
      email, phone, dob, gender, kyc_status, segment, occupation, annual_income,
      credit_score, state, city, pin_code, marital_status, account_age_months,
      preferred_language, is_active, created_at, and attributes.NAME
  quickstart --offer mine.json --schema mine.schema.json
      your own offer, checked against your own JSON Schema
  quickstart --postgres
      the same on PostgreSQL: a server is booted from the installed programs (15 or
      later), and gone at the end
  quickstart --database postgres://user:password@localhost/bank
      the same in a new schema of your database, offerkit_quickstart_DATE_TIME: the
      library's migrations are run in it, and its check at start. Each run makes
      another schema and touches no other. The user needs the right to make a schema
      and, the first time in a server, the role offerkit_app
  quickstart --smtp localhost:1025
      the e-mails are sent, through a server that takes them for a test, such as
      aiosmtpd or Mailpit. They go to the addresses in the file of customers
  quickstart --database postgres://user:password@localhost/bank --drop
      drops the schemas that such runs have made there; the role stays

Exit codes: 0 the story was told; 1 something that must be refused was not, a number
did not add up, or a service failed; 2 the options are wrong, or the files, the
database or the mail server that they name cannot be used."#;

/// Tells the story of one offer, from the first login to the last message and the sealed audit log.
///
/// A platform is set up, five people log in, an offer is written, refused, approved and sent by a campaign, and
/// everything that happened is read back from the audit log. Unless a database is named, it all runs in memory and nothing
/// is kept, and unless a mail server is named, nothing is sent.
#[derive(Debug, Parser)]
#[command(name = "quickstart", after_help = EXAMPLES, max_term_width = 100)]
pub(crate) struct Options {
    /// The customers: a CSV file whose first line names the columns.
    #[arg(
        long,
        value_name = "FILE.csv",
        default_value = "examples/data/customers.csv"
    )]
    pub(crate) customers: PathBuf,

    /// Whom the campaign selects: members that all must hold.
    #[arg(
        long,
        value_name = "JSON",
        default_value = r#"{"segment":"premium","kyc_status":"verified"}"#
    )]
    pub(crate) criteria: String,

    /// The offer: a file with a JSON object [default: examples/data/offer.json].
    #[arg(long, value_name = "FILE.json")]
    pub(crate) offer: Option<PathBuf>,

    /// The JSON Schema that the tenant asks of its offers [default: examples/data/offer.schema.json; with --offer,
    /// the first version that a tenant begins with, which takes any JSON object].
    #[arg(long, value_name = "FILE.json")]
    pub(crate) schema: Option<PathBuf>,

    /// Tell it on PostgreSQL, on a throw-away server.
    #[arg(long)]
    pub(crate) postgres: bool,

    /// Tell it on PostgreSQL, in a new schema of this database, which stays.
    #[arg(long, value_name = "URL", conflicts_with = "postgres")]
    pub(crate) database: Option<String>,

    /// Send the e-mails through this mail server, without TLS, instead of printing the first.
    #[arg(long, value_name = "HOST:PORT")]
    pub(crate) smtp: Option<MailServer>,

    /// Tell nothing, and drop the schemas that earlier runs have made in --database.
    #[arg(long, requires = "database")]
    pub(crate) drop: bool,
}

impl Options {
    fn place(&self) -> Place {
        match &self.database {
            Some(url) => Place::Database(url.clone()),
            None if self.postgres => Place::ThrowAway,
            None => Place::Memory,
        }
    }
}

/// Runs the command and answers its exit code.
pub(crate) fn run(
    arguments: impl IntoIterator<Item = OsString>,
    out: &mut dyn Write,
    err: &mut dyn Write,
    is_terminal: bool,
) -> u8 {
    let options = match Options::try_parse_from(arguments) {
        Ok(options) => options,
        Err(help) if !help.use_stderr() => {
            return answer(write!(out, "{}", help.render()).map_err(Failure::from), err);
        }
        Err(error) => return answer(Err(Failure::Input(told(&error))), err),
    };
    answer(obey(options, out, is_terminal), err)
}

/// PostgreSQL is reached by a runtime of tokio; what is in memory would run on any.
fn obey(options: Options, out: &mut dyn Write, is_terminal: bool) -> Result<(), Failure> {
    let runtime = runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let place = options.place();
    let mail = options
        .smtp
        .as_ref()
        .map(MailServer::notifier)
        .transpose()?;
    runtime.block_on(async {
        match place {
            Place::Database(url) if options.drop => store::drop_all(&url, out).await,
            place => {
                let input = Input::read(options)?;
                let store = Store::open(&place).await?;
                story::tell(Report::new(out, is_terminal), &input, (store, mail)).await
            }
        }
    })
}

fn answer(outcome: Result<(), Failure>, err: &mut dyn Write) -> u8 {
    match outcome {
        Ok(()) => 0,
        // A reader that has seen enough, such as `head`, is no error.
        Err(Failure::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => 0,
        Err(failure) => {
            // Where standard error is closed there is nobody left to tell.
            writeln!(err, "error: {failure}").ok();
            failure.exit_code()
        }
    }
}

/// The message of a wrong option, without the word that every error begins with.
fn told(error: &clap::Error) -> String {
    let text = error.render().to_string();
    text.trim()
        .strip_prefix("error: ")
        .unwrap_or(&text)
        .to_owned()
}
