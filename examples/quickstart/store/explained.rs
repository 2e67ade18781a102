//! What to do where a database cannot be used.

use std::error::Error;

use super::super::failure::Failure;

/// Why the database cannot be used, and what to do about it.
pub(super) fn unusable(error: &(dyn Error + 'static)) -> Failure {
    let mut text = format!("the database cannot be used: {}", explained(error));
    if let Some(remedy) = database_error(error).and_then(remedy) {
        text.push_str("; ");
        text.push_str(remedy);
    }
    Failure::Input(text)
}

/// An error with its causes, each said once.
pub(super) fn explained(error: &(dyn Error + 'static)) -> String {
    let mut causes: Vec<String> = Vec::new();
    let mut next = Some(error);
    while let Some(error) = next {
        // What the server said, without the line of its source that sqlx adds.
        let said = match error.downcast_ref() {
            Some(sqlx::Error::Database(answer)) => answer.message().to_owned(),
            _ => error.to_string(),
        };
        let is_said = |cause: &String| cause.contains(&said) || said.starts_with(cause.as_str());
        if !causes.iter().any(is_said) {
            causes.push(said);
        }
        next = error.source();
    }
    causes.join(": ")
}

/// What sqlx answered, however deep it lies.
fn database_error<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a sqlx::Error> {
    let mut error = error;
    loop {
        if let Some(found) = error.downcast_ref() {
            return Some(found);
        }
        error = error.source()?;
    }
}

fn remedy(error: &sqlx::Error) -> Option<&'static str> {
    let sqlx::Error::Database(answer) = error else {
        return match error {
            sqlx::Error::Io(_) => Some(
                "is the server running, and does it listen where --database says (host, port, socket)?",
            ),
            _ => None,
        };
    };
    match &*answer.code()? {
        "28P01" | "28000" => Some(
            "check the user and the password in --database (`@`, `/` and `%` are written as %40, %2F and %25), and what \
             pg_hba.conf of the server asks for",
        ),
        "3D000" => Some("make the database first (`createdb`), or name one that is there"),
        "42501" if answer.message().contains("for database") => Some(
            "the user needs the right to make a schema there: as the database's owner, \
             `GRANT CREATE ON DATABASE … TO …`",
        ),
        "42501" => Some(
            "the role that services run as is made once in a server: as a superuser, `CREATE ROLE offerkit_app NOLOGIN \
             NOINHERIT` where it is missing, and `GRANT offerkit_app TO …` for the user in --database",
        ),
        _ => None,
    }
}
