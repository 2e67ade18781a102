//! Reports as CSV files (RFC 4180) that a spreadsheet shows and never runs.

use std::io;

use ::csv::{IntoInnerError, Terminator, WriterBuilder};

use crate::services::ReportRow;

/// The first line of a report: the names of its columns.
///
/// # Errors
///
/// None that occurs: what is written to stands in memory.
pub fn report_header<R: ReportRow>() -> io::Result<Vec<u8>> {
    lines([R::COLUMNS.iter().map(|name| (*name).to_owned()).collect()])
}

/// The lines of a report's rows, each with an end of line (CRLF).
///
/// A cell that a spreadsheet would take for a formula, since it begins with `=`, `+`, `-`, `@`, a tab or an end of line, is
/// given a `'` in front, which shows that it is a text. Programs that read the file take the one `'` off again, or read the
/// report as JSON.
///
/// ```
/// use offerkit_core::{csv, domain::{Channel, DeliveryStatus}, services::DayRecipients};
///
/// let day = "2026-03-31".parse()?;
/// let row = DayRecipients { day, channel: Channel::Email, status: DeliveryStatus::Sent, recipients: 3 };
/// assert_eq!(csv::report_header::<DayRecipients>()?, b"day,channel,status,recipients\r\n");
/// assert_eq!(csv::report_rows(&[row])?, b"2026-03-31,email,sent,3\r\n");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// None that occurs: what is written to stands in memory.
pub fn report_rows<R: ReportRow>(rows: &[R]) -> io::Result<Vec<u8>> {
    lines(rows.iter().map(R::cells))
}

fn lines(rows: impl IntoIterator<Item = Vec<String>>) -> io::Result<Vec<u8>> {
    let mut writer = WriterBuilder::new()
        .terminator(Terminator::CRLF)
        .from_writer(Vec::new());
    for row in rows {
        writer.write_record(row.into_iter().map(defused))?;
    }
    writer.into_inner().map_err(IntoInnerError::into_error)
}

/// The cell as a text, whatever a spreadsheet makes of its first character.
fn defused(cell: String) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) {
        format!("'{cell}")
    } else {
        cell
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(serde::Serialize)]
    struct Row(&'static str, &'static str);

    impl ReportRow for Row {
        const COLUMNS: &'static [&'static str] = &["one", "two"];

        fn cells(&self) -> Vec<String> {
            vec![self.0.to_owned(), self.1.to_owned()]
        }
    }

    fn written(one: &'static str, two: &'static str) -> String {
        String::from_utf8(report_rows(&[Row(one, two)]).unwrap()).unwrap()
    }

    // First seen to fail with the cells written as they are.
    #[test]
    fn what_looks_like_a_formula_is_a_text() {
        let formulas = [
            ("=1+1", "'=1+1,x\r\n"),
            ("+1", "'+1,x\r\n"),
            ("-1", "'-1,x\r\n"),
            ("@SUM(A1)", "'@SUM(A1),x\r\n"),
            ("\t=1", "'\t=1,x\r\n"),
            ("\r=1", "\"'\r=1\",x\r\n"),
            ("\n=1", "\"'\n=1\",x\r\n"),
            (
                "=HYPERLINK(\"http://x.example\",\"see\")",
                "\"'=HYPERLINK(\"\"http://x.example\"\",\"\"see\"\")\",x\r\n",
            ),
        ];
        for (cell, line) in formulas {
            assert_eq!(written(cell, "x"), line, "{cell:?}");
        }
        assert_eq!(written("1=1", "a-b"), "1=1,a-b\r\n");
        assert_eq!(written("'=1", ""), "'=1,\r\n");
    }

    #[test]
    fn cells_are_quoted_where_they_must_be() {
        assert_eq!(
            written("a,b", "say \"no\""),
            "\"a,b\",\"say \"\"no\"\"\"\r\n"
        );
        assert_eq!(
            written("two\r\nlines", "Zürich"),
            "\"two\r\nlines\",Zürich\r\n"
        );
        assert_eq!(written("", ""), ",\r\n");
    }

    #[test]
    fn a_report_without_rows_is_its_header() {
        assert_eq!(report_header::<Row>().unwrap(), b"one,two\r\n");
        assert!(report_rows::<Row>(&[]).unwrap().is_empty());
    }
}
