//! What would make a worker send twice or for ever, found before it starts.

use std::time::Duration;

use offerkit_core::{ports::Guarantee, services::Offerkit};

use crate::BuildError;

/// Refuses deadlines that lapse at once, and providers that forget a key before the last try that bears it.
pub(crate) fn check(kit: &Offerkit) -> Result<(), BuildError> {
    let settings = kit.settings();
    let deadline = match settings.claim_deadline.to_std() {
        Ok(deadline) if !deadline.is_zero() => deadline,
        _ => return Err(BuildError::NoDeadline),
    };
    let horizon = settings.retry_horizon().to_std().unwrap_or(Duration::MAX);
    let needed = deadline.saturating_add(horizon);
    for profile in kit.profiles() {
        if let Guarantee::Deduplicated { key_ttl } = profile.guarantee
            && needed >= key_ttl
        {
            return Err(BuildError::KeyLifetime {
                channel: profile.channel,
                key_ttl,
                deadline,
                horizon,
            });
        }
    }
    Ok(())
}
