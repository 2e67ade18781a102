//! The command line: its commands and options, and what the process answers.

use std::{ffi::OsString, io, path::PathBuf};

use clap::{Parser, Subcommand};

use super::{
    cases, check, count, explain,
    failure::Failure,
    fields,
    input::{Source, Streams},
    setting::SettingOptions,
    sql::{self, SqlOptions},
    tell,
};

const EXAMPLES: &str = r#"Examples:
  criteria check campaign.json
      what is wrong with the document, each mistake under its line
  echo '{"credit_score": {"$gte": 700}}' | criteria describe -
      whom it selects, in a sentence
  criteria explain campaign.json --customer '{"segment": "premium", "dob": "1990-02-28"}'
      why it selects this customer, or why not
  criteria count campaign.json --customers examples/data/customers.csv --waterfall
      how many customers of the file each condition leaves
  criteria check vip.json --attribute 'tier:enum(gold,silver)' --attribute visits:int
      a document that asks for attributes of your own
  criteria sql campaign.json --explain --postgres
      the statement that PostgreSQL runs, its values, and its plan
  criteria cases tests/cases/operators/*.jsonl
      cases with the answers they should have, one JSON object a line

Exit codes: 0 the command did what it says; 1 cases failed, or the result could not be written;
2 the options, a file or the document is wrong."#;

/// The criteria language, version 1, on the command line.
///
/// A document is a file with a JSON object that says which customers a campaign selects; `-` reads standard input.
#[derive(Debug, Parser)]
#[command(name = "criteria", after_help = EXAMPLES, max_term_width = 100)]
struct Options {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    setting: SettingOptions,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Shows every mistake and every doubt under its line; a document with mistakes answers exit code 2.
    Check {
        /// The document.
        #[arg(value_name = "FILE|-")]
        document: Source,
        /// Print `{"errors": […], "warnings": […]}`.
        #[arg(long)]
        json: bool,
    },
    /// Says in one sentence whom the document selects.
    Describe {
        /// The document.
        #[arg(value_name = "FILE|-")]
        document: Source,
    },
    /// Prints the canonical document and, on the second line, its SHA-256, which approvals are bound to.
    Canonical {
        /// The document.
        #[arg(value_name = "FILE|-")]
        document: Source,
    },
    /// Shows, clause by clause, why the document selects a customer, or why not.
    Explain {
        /// The document.
        #[arg(value_name = "FILE|-")]
        document: Source,
        /// The customer: an object of columns and attributes, or a file with one.
        #[arg(long, value_name = "JSON|@FILE")]
        customer: String,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Counts the customers of a CSV file that the document selects, inactive ones too.
    Count {
        /// The document.
        #[arg(value_name = "FILE|-")]
        document: Source,
        /// The customers; the first line names the columns.
        #[arg(long, value_name = "FILE.csv")]
        customers: PathBuf,
        /// Also tell how many customers each condition at the top of the document leaves.
        #[arg(long)]
        waterfall: bool,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Prints the PostgreSQL statement that finds whom the document selects, and its values, one a line.
    Sql {
        /// The document.
        #[arg(value_name = "FILE|-")]
        document: Source,
        #[command(flatten)]
        options: SqlOptions,
    },
    /// Lists the fields that documents may name, with their types and operators.
    Fields {
        /// Print JSON, from which a user interface can draw a form.
        #[arg(long)]
        json: bool,
    },
    /// Runs case files: JSON lines of a document and the answer it should have.
    Cases {
        /// The files.
        #[arg(value_name = "FILE", required = true)]
        files: Vec<PathBuf>,
    },
}

/// Runs the command and answers its exit code.
pub(crate) fn run(arguments: impl IntoIterator<Item = OsString>, streams: &mut Streams<'_>) -> u8 {
    let outcome = match Options::try_parse_from(arguments) {
        Ok(options) => options.run(streams),
        Err(help) if !help.use_stderr() => {
            write!(streams.out, "{}", help.render()).map_err(Failure::from)
        }
        Err(error) => Err(Failure::Input(told(&error))),
    };
    match outcome {
        Ok(()) => 0,
        // A reader that has seen enough, such as `head`, is no error.
        Err(Failure::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => 0,
        Err(failure) => {
            if let Some(text) = failure.told() {
                // Where standard error is closed there is nobody left to tell.
                writeln!(streams.err, "{text}").ok();
            }
            failure.exit_code()
        }
    }
}

impl Options {
    fn run(self, streams: &mut Streams<'_>) -> Result<(), Failure> {
        let setting = self.setting.read()?;
        match self.command {
            Command::Check { document, json } => check::check(&document, json, &setting, streams),
            Command::Describe { document } => tell::describe(&document, &setting, streams),
            Command::Canonical { document } => tell::canonical(&document, &setting, streams),
            Command::Explain {
                document,
                customer,
                json,
            } => explain::explain(&document, &customer, json, &setting, streams),
            Command::Count {
                document,
                customers,
                waterfall,
                json,
            } => {
                let counted = count::Counted::read(&document, &customers, &setting, streams)?;
                counted.print(waterfall, json, streams)
            }
            Command::Sql { document, options } => sql::sql(&document, &options, &setting, streams),
            Command::Fields { json } => fields::list(json, &setting, streams),
            Command::Cases { files } => cases::run(&files, &setting, streams),
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
