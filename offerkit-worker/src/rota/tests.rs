use offerkit_core::{domain::Channel, id::CampaignId};

use super::*;

fn tenant(number: u128) -> TenantId {
    format!("01890000-0000-7000-8000-{number:012x}")
        .parse()
        .unwrap()
}

fn send(number: u128) -> Task {
    let id: CampaignId = format!("01890000-0000-7000-9000-{number:012x}")
        .parse()
        .unwrap();
    Task::Send(id, Channel::Email)
}

/// Whose turns the next ones are, each with more to do after it.
fn turns(rota: &mut Rota, count: usize, now: Instant) -> Vec<(TenantId, Task)> {
    let mut turns = Vec::new();
    for _ in 0..count {
        let (tenant, task) = rota.next(now, |_| true).unwrap();
        rota.ended(tenant, task, After::More(None), now);
        turns.push((tenant, task));
    }
    turns
}

#[test]
fn tenants_take_turns_however_many_campaigns_each_has() {
    let (mut rota, now) = (Rota::default(), Instant::now());
    rota.list(tenant(1), &[send(1), send(2), send(3)]);
    rota.list(tenant(2), &[send(9)]);
    let expected = [(1, 1), (2, 9), (1, 2), (2, 9), (1, 3), (2, 9), (1, 1)];
    let expected: Vec<_> = expected.map(|(one, two)| (tenant(one), send(two))).into();
    assert_eq!(turns(&mut rota, 7, now), expected);
}

#[test]
fn a_task_takes_more_places_while_it_finds_more_to_do() {
    let (mut rota, now) = (Rota::default(), Instant::now());
    rota.list(tenant(1), &[send(1)]);
    let mut taken = Vec::new();
    for _ in 0..4 {
        let begun = std::iter::from_fn(|| rota.next(now, |_| true)).count();
        taken.push(begun);
        for _ in 0..begun {
            rota.ended(tenant(1), send(1), After::More(None), now);
        }
    }
    assert_eq!(taken, [1, 2, 8, 2_048]);
    rota.next(now, |_| true).unwrap();
    rota.ended(tenant(1), send(1), After::Idle(None), now);
    assert_eq!(rota.next(now, |_| true), None);
    rota.list(tenant(1), &[send(1)]);
    assert!(rota.next(now, |_| true).is_some());
    assert_eq!(rota.next(now, |_| true), None, "one place again");
}

#[test]
fn what_was_put_back_is_due_at_its_moment_though_later_steps_found_nothing() {
    let (mut rota, now) = (Rota::default(), Instant::now());
    let second = Duration::from_secs(1);
    rota.list(tenant(1), &[send(1)]);
    for after in [
        After::More(Some(3 * second)),
        After::More(Some(second)),
        After::Idle(None),
    ] {
        rota.next(now, |_| true).unwrap();
        rota.ended(tenant(1), send(1), after, now);
    }
    assert_eq!(rota.next(now, |_| true), None);
    assert_eq!(rota.next_moment(), Some(now + second));
    rota.list(tenant(1), &[send(1)]);
    rota.next(now, |_| true).unwrap();
    rota.ended(tenant(1), send(1), After::Idle(None), now);
    assert_eq!(
        rota.next_moment(),
        Some(now + second),
        "a look forgets it not"
    );
    assert!(rota.next(now + second, |_| true).is_some());
}

#[test]
fn a_failing_task_waits_and_the_others_go_on() {
    let (mut rota, now) = (Rota::default(), Instant::now());
    rota.list(tenant(1), &[send(1), send(2)]);
    let (_, first) = rota.next(now, |_| true).unwrap();
    let wait = Duration::from_secs(8);
    rota.ended(tenant(1), first, After::Failed(wait), now);
    assert_eq!(rota.failures(tenant(1), first), 1);
    assert_eq!(turns(&mut rota, 2, now), [(tenant(1), send(2)); 2]);
    rota.list(tenant(1), &[send(1), send(2)]);
    assert_eq!(
        turns(&mut rota, 2, now),
        [(tenant(1), send(2)); 2],
        "a look ends no wait"
    );
    let later = turns(&mut rota, 2, now + wait);
    assert!(later.contains(&(tenant(1), send(1))));
}

#[test]
fn what_is_not_listed_any_more_is_dropped_once_its_steps_have_ended() {
    let (mut rota, now) = (Rota::default(), Instant::now());
    rota.list(tenant(1), &[send(1)]);
    rota.next(now, |_| true).unwrap();
    rota.keep(|_| false);
    assert_eq!(rota.next(now, |_| true), None);
    rota.ended(tenant(1), send(1), After::More(None), now);
    rota.keep(|_| false);
    assert_eq!(rota.tenants.len(), 0);
}

#[test]
fn a_task_without_a_place_is_passed_over() {
    let (mut rota, now) = (Rota::default(), Instant::now());
    rota.list(tenant(1), &[send(1)]);
    rota.list(tenant(2), &[send(2)]);
    let turn = rota.next(now, |task| task != send(1));
    assert_eq!(turn, Some((tenant(2), send(2))));
}
