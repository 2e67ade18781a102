//! What a message centre's status means for a message.

use rusmpp::CommandStatus;

/// What becomes of a message that was answered with a status other than "no error". None of them was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    /// The centre has too much to do, and asks to come back.
    Throttled,
    /// The centre cannot take it now.
    Later,
    /// The session or the account is at fault, not the message.
    Session,
    /// This message will never be taken.
    Never,
}

impl Refusal {
    pub(super) const fn of(status: CommandStatus) -> Self {
        match status {
            CommandStatus::EsmeRthrottled | CommandStatus::EsmeRmsgqful => Self::Throttled,
            CommandStatus::EsmeRsyserr | CommandStatus::EsmeRxTAppn => Self::Later,
            CommandStatus::EsmeRinvbndsts
            | CommandStatus::EsmeRalybnd
            | CommandStatus::EsmeRbindfail
            | CommandStatus::EsmeRinvpaswd
            | CommandStatus::EsmeRinvsysid
            | CommandStatus::EsmeRprohibited => Self::Session,
            _ => Self::Never,
        }
    }
}

/// A status as people look it up.
pub(super) fn code(status: CommandStatus) -> String {
    format!("0x{:08X}", u32::from(status))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statuses_are_told_apart() {
        for (status, expected) in [
            (0x58, Refusal::Throttled),
            (0x14, Refusal::Throttled),
            (0x08, Refusal::Later),
            (0x64, Refusal::Later),
            (0x04, Refusal::Session),
            (0x0E, Refusal::Session),
            (0x0B, Refusal::Never),
            (0x45, Refusal::Never),
            (0x65, Refusal::Never),
            (0xFF, Refusal::Never),
            (0x0400, Refusal::Never),
        ] {
            let status = CommandStatus::from(status);
            assert_eq!(Refusal::of(status), expected, "{status:?}");
        }
        assert_eq!(code(CommandStatus::EsmeRthrottled), "0x00000058");
    }
}
