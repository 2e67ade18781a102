//! `cases`: whole files of cases.

use std::path::PathBuf;

use super::{
    case::Case,
    failure::Failure,
    input::{Streams, text},
    judge::{self, Verdict},
    setting::Setting,
};

pub(crate) fn run(
    files: &[PathBuf],
    setting: &Setting,
    streams: &mut Streams<'_>,
) -> Result<(), Failure> {
    let (mut passed, mut failed) = (0_u64, 0_u64);
    for file in files {
        for (index, line) in text(file)?.lines().enumerate() {
            if line.trim().is_empty() {
                continue;
            }
            let place = format!("{}:{}", file.display(), index + 1);
            let no_case = |problem: String| Failure::Input(format!("{place}: no case: {problem}"));
            let case = Case::read(line).map_err(no_case)?;
            match judge::judge(&case, setting.moment).map_err(no_case)? {
                Verdict::Passed => passed += 1,
                Verdict::Failed(why) => {
                    failed += 1;
                    writeln!(streams.out, "{place}: {}: {why}", case.id)?;
                }
            }
        }
    }
    writeln!(streams.out, "{passed} passed, {failed} failed")?;
    if failed > 0 {
        Err(Failure::Cases)
    } else {
        Ok(())
    }
}
