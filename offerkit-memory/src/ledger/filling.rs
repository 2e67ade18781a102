//! Filling an audience.

use offerkit_core::{
    domain::{Run, RunStatus},
    id::CustomerId,
    ports::Extension,
};

use super::book::{Book, Lanes, Standing};

/// Adds a chunk of selected customers, up to the ceiling, and moves the run past them.
pub(super) fn fill(
    book: &mut Book,
    run: &mut Run,
    place: usize,
    selected: &[CustomerId],
    extension: &Extension<'_>,
) {
    let number = u32::try_from(place).unwrap_or(u32::MAX);
    let channels = Lanes {
        order: extension.channels,
        is_one: extension.is_one,
    };
    for customer in selected {
        match book.standing(*customer, &channels, run.revision) {
            Standing::Selected => {}
            Standing::Settled => run.kept += 1,
            Standing::Due if book.selected(run.revision) + run.kept >= extension.ceiling => {
                run.status = RunStatus::OverCeiling;
                break;
            }
            Standing::Due => {
                book.select(*customer, &channels, number, extension.now);
                run.added += 1;
            }
        }
        run.position = Some(*customer);
    }
    if run.status == RunStatus::Running && selected.len() < extension.limit {
        run.status = RunStatus::Finished;
        book.cancel_earlier(run.revision, extension.now);
    }
    if run.status != RunStatus::Running {
        run.finished_at = Some(extension.now);
    }
}
