//! The command line: its options, and what the process answers.

use std::{
    ffi::OsString,
    io::{self, Write},
    path::PathBuf,
};

use clap::Parser;
use futures_executor::block_on;

use super::{failure::Failure, input::Input, report::Report, story};

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

Exit codes: 0 the story was told; 1 something that must be refused was not, a number
did not add up, or a service failed; 2 the options or their files are wrong."#;

/// Tells the story of one offer, from the first login to the last message and the sealed audit log.
///
/// A platform is set up, five people log in, an offer is written, refused, approved and sent by a campaign, and
/// everything that happened is read back from the audit log. It all runs in memory: nothing is sent and nothing is
/// kept.
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
    let told = Input::read(options).and_then(|input| {
        let report = Report::new(out, is_terminal);
        block_on(story::tell(report, &input))
    });
    answer(told, err)
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
