//! Every limit and wait, with its default.

use chrono::TimeDelta;

/// How an installation is tuned. Every value has a default that suits a bank.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// A session ends when it was not used for this long: 30 minutes.
    pub session_idle: TimeDelta,
    /// A session ends this long after the login at the latest: 12 hours.
    pub session_lifetime: TimeDelta,
    /// Failed logins under one name from one source before a wait is asked for: 5.
    pub login_attempts: u32,
    /// The longest wait after failed logins, which doubles from a second on: 15 minutes.
    pub login_max_wait: TimeDelta,
    /// How long someone whose password a super admin has reset may not decide: 24 hours.
    pub reset_hold: TimeDelta,
    /// How long a new membership lets nobody decide: not at all, so that a first day works.
    pub membership_wait: TimeDelta,
    /// By how many percent an audience may grow past the count seen at the launch: 10.
    pub ceiling_percent: u32,
    /// How close together the moments may be at which an audience is filled again: 15 minutes. Each is a run that is kept.
    pub refresh_interval: TimeDelta,
    /// How many customers a filling looks at between two commits: 50,000.
    pub fill_chunk: usize,
    /// How long a worker may take to settle what it claimed: 5 minutes.
    pub claim_deadline: TimeDelta,
    /// How often a delivery is tried: 5 times.
    pub delivery_attempts: u32,
    /// The wait before the second try, which doubles with every further one up to a day: 1 minute. Up to a quarter is
    /// added, so that what failed together is not tried again together.
    pub retry_wait: TimeDelta,
    /// The most customers in a sample of an audience: 20.
    pub sample_size: usize,
    /// The most customers that somebody looks through at once for
    /// [`Campaigns::reach`](super::Campaigns::reach): 1,000,000.
    pub reach_limit: u64,
    /// How many rows of a report, or people with theirs, are read at a time: 500; at most a page, 1,000.
    pub report_part: u16,
    /// How many of a campaign's deliveries a report counts at a time: 100,000.
    pub report_count: usize,
    /// How many test messages somebody may send in a tenant within an hour: 20. At most a page is counted, 1,000; tests of
    /// several campaigns that are sent at the same moment may be a few more.
    pub test_sends_per_hour: u16,
    /// Which messages are kept as they were filled in: while a provider that knows deliveries by their keys may be given one
    /// again.
    pub keep_messages: KeepMessages,
}

/// Which messages are kept as they were filled in, until their customer is erased at the latest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum KeepMessages {
    /// Those that a provider may be given twice under one key ([`Guarantee::Deduplicated`](crate::ports::Guarantee)), from
    /// before the first time until it is settled or the key is forgotten: such a provider compares, or answers with what
    /// became of the first. Other providers are given a message again where they did not take it, or where a repeat does no
    /// harm: it is filled in anew, and nothing has to be written for it.
    #[default]
    WhileNeeded,
    /// Every message, for good: what exactly a customer was told can be shown. Every attempt under one launch is the same.
    Always,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            session_idle: TimeDelta::minutes(30),
            session_lifetime: TimeDelta::hours(12),
            login_attempts: 5,
            login_max_wait: TimeDelta::minutes(15),
            reset_hold: TimeDelta::hours(24),
            membership_wait: TimeDelta::zero(),
            ceiling_percent: 10,
            refresh_interval: TimeDelta::minutes(15),
            fill_chunk: 50_000,
            claim_deadline: TimeDelta::minutes(5),
            delivery_attempts: 5,
            retry_wait: TimeDelta::minutes(1),
            sample_size: 20,
            reach_limit: 1_000_000,
            report_part: 500,
            report_count: 100_000,
            test_sends_per_hour: 20,
            keep_messages: KeepMessages::WhileNeeded,
        }
    }
}

impl Settings {
    /// The most customers that an audience may have, where `counted` were seen at its launch.
    #[must_use]
    pub const fn ceiling(&self, counted: u64) -> u64 {
        let surplus = counted
            .saturating_mul(self.ceiling_percent as u64)
            .div_ceil(100);
        counted.saturating_add(surplus)
    }

    /// The longest time from a delivery's first try to its last, where the provider asks for no waits of its own and
    /// workers are there to do it.
    #[must_use]
    pub fn retry_horizon(&self) -> TimeDelta {
        let mut horizon = TimeDelta::zero();
        for attempt in 1..self.delivery_attempts {
            let wait = Self::wait_after(self.retry_wait, attempt);
            let longest = horizon
                .checked_add(&wait)
                .and_then(|sum| sum.checked_add(&(wait / 4)));
            match longest {
                Some(longest) => horizon = longest,
                None => return TimeDelta::MAX,
            }
        }
        horizon
    }

    /// The wait after a try, before anything is added: twice as long for every further try, up to a day.
    pub(super) fn wait_after(first: TimeDelta, attempt: u32) -> TimeDelta {
        let factor = 1_i32
            .checked_shl(attempt.saturating_sub(1))
            .filter(|factor| *factor > 0)
            .unwrap_or(i32::MAX);
        first
            .checked_mul(factor)
            .unwrap_or(TimeDelta::days(1))
            .min(TimeDelta::days(1))
    }
}
