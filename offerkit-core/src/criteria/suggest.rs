//! What a misspelt name probably meant.

/// The candidate nearest to `text`, where one is near enough to be meant.
pub(super) fn nearest<'c>(
    text: &str,
    candidates: impl Iterator<Item = &'c str>,
) -> Option<&'c str> {
    if text.len() > LONGEST {
        return None;
    }
    let lower = text.to_lowercase();
    candidates
        .filter_map(|candidate| {
            let allowed = allowed_edits(candidate);
            // The distance is at least the difference in length, which costs nothing to know.
            if candidate.len().abs_diff(lower.len()) > allowed {
                return None;
            }
            let distance = strsim::osa_distance(&lower, &candidate.to_lowercase());
            (distance <= allowed).then_some((distance, candidate))
        })
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// Longer texts are no misspelling of a name.
const LONGEST: usize = 64;

fn allowed_edits(candidate: &str) -> usize {
    (candidate.len() / 3).clamp(1, 3)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn a_slip_is_recognised_and_another_word_is_not() {
        let names = || ["segment", "city", "credit_score", "$exists"].into_iter();
        assert_eq!(nearest("segmnet", names()), Some("segment"));
        assert_eq!(nearest("Segment", names()), Some("segment"));
        assert_eq!(nearest("creditscore", names()), Some("credit_score"));
        assert_eq!(nearest("exists", names()), Some("$exists"));
        assert_eq!(nearest("zip", names()), None);
        assert_eq!(nearest(&"x".repeat(100), names()), None);
    }
}
