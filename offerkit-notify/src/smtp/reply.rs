//! What a server's reply means for a message.

use offerkit_core::ports::Outcome;
use smtp_proto::Response;

use crate::pace::{dead, failed, retry};

pub(super) type Reply = Response<String>;

/// Where in the conversation a reply came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    Sender,
    Recipient,
    Data,
    Content,
}

impl Step {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Sender => "the sender",
            Self::Recipient => "the recipient",
            Self::Data => "the transaction",
            Self::Content => "the mail",
        }
    }
}

pub(super) const fn is_positive(reply: &Reply) -> bool {
    matches!(reply.code, 200..=299)
}

/// The outcome for a reply that is not positive.
pub(super) fn refused(step: Step, reply: &Reply) -> Outcome {
    let reason = format!("the server refused {} ({})", step.as_str(), codes(reply));
    match reply.code {
        // The login is the operator's to mend: no message is at fault.
        530 | 534 | 535 | 538 => retry(reason),
        500..=599 if step == Step::Recipient && says_dead(reply.esc) => dead(reason),
        500..=599 => failed(reason),
        _ => retry(reason),
    }
}

/// The codes of a reply. Its text may hold addresses.
pub(super) fn codes(reply: &Reply) -> String {
    let [class, subject, detail] = reply.esc;
    if class == 0 {
        reply.code.to_string()
    } else {
        format!("{} {class}.{subject}.{detail}", reply.code)
    }
}

/// Whether an enhanced code (RFC 3463 and 7505) says that there is no such mailbox. A bare 550 may be a policy that
/// refuses this mail alone.
const fn says_dead([class, subject, detail]: [u8; 3]) -> bool {
    class == 5 && matches!((subject, detail), (1, 1 | 2 | 3 | 6 | 10) | (2, 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replies_are_told_apart_by_code_and_step() {
        let outcome = |step, code, esc| {
            let message = "asha@example.com".to_owned();
            let reply = Reply { code, esc, message };
            match refused(step, &reply) {
                Outcome::Retry { reason, .. } => ("retry", reason),
                Outcome::Failed {
                    reason,
                    address_is_dead: true,
                } => ("dead", reason),
                Outcome::Failed { reason, .. } => ("failed", reason),
                other => panic!("{other:?}"),
            }
        };
        for (step, code, esc, expected, said) in [
            (
                Step::Recipient,
                550,
                [5, 1, 1],
                "dead",
                "the server refused the recipient (550 5.1.1)",
            ),
            (
                Step::Recipient,
                556,
                [5, 1, 10],
                "dead",
                "the server refused the recipient (556 5.1.10)",
            ),
            (
                Step::Recipient,
                550,
                [5, 7, 1],
                "failed",
                "the server refused the recipient (550 5.7.1)",
            ),
            (
                Step::Recipient,
                550,
                [0, 0, 0],
                "failed",
                "the server refused the recipient (550)",
            ),
            (
                Step::Recipient,
                450,
                [4, 2, 1],
                "retry",
                "the server refused the recipient (450 4.2.1)",
            ),
            (
                Step::Sender,
                550,
                [5, 1, 1],
                "failed",
                "the server refused the sender (550 5.1.1)",
            ),
            (
                Step::Sender,
                530,
                [5, 7, 0],
                "retry",
                "the server refused the sender (530 5.7.0)",
            ),
            (
                Step::Content,
                554,
                [5, 7, 1],
                "failed",
                "the server refused the mail (554 5.7.1)",
            ),
            (
                Step::Data,
                421,
                [0, 0, 0],
                "retry",
                "the server refused the transaction (421)",
            ),
            (
                Step::Data,
                250,
                [0, 0, 0],
                "retry",
                "the server refused the transaction (250)",
            ),
        ] {
            assert_eq!(outcome(step, code, esc), (expected, said.to_owned()));
        }
    }
}
