//! Whose turn it is: tenants in turn, and the tasks of each in turn, so that a large campaign holds up no small one.

use std::{collections::VecDeque, time::Duration};

use offerkit_core::{id::TenantId, services::Task};
use tokio::time::Instant;

/// Every task that is known, in the order of turns.
#[derive(Debug, Default)]
pub(crate) struct Rota {
    tenants: VecDeque<Line>,
}

#[derive(Debug)]
struct Line {
    tenant: TenantId,
    lanes: VecDeque<Lane>,
}

#[derive(Debug)]
struct Lane {
    task: Task,
    ready: Ready,
    /// How many of its steps have begun and not ended.
    running: usize,
    /// How many may run at once: more and more while each finds more to do.
    width: usize,
    failures: u32,
    /// When the first of what its steps put back is due again.
    again_at: Option<Instant>,
    is_listed: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ready {
    Now,
    At(Instant),
    /// After the next look for work.
    Later,
    /// Not again.
    Never,
}

/// What there is to do for a task after a step of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum After {
    /// Another step, and something again after this long.
    More(Option<Duration>),
    /// Nothing, until this long has passed or work is looked for again.
    Idle(Option<Duration>),
    /// Nothing any more; another task may follow from it.
    Done,
    /// Nothing any more, for ever.
    Over,
    /// The same again, after a wait.
    Failed(Duration),
}

impl Rota {
    /// Takes up what there is to do for a tenant, and drops what is not any more. What is idle may be tried again.
    pub(crate) fn list(&mut self, tenant: TenantId, tasks: &[Task]) {
        let place = self.tenants.iter().position(|line| line.tenant == tenant);
        let line = if let Some(place) = place {
            self.tenants.get_mut(place)
        } else {
            self.tenants.push_back(Line {
                tenant,
                lanes: VecDeque::new(),
            });
            self.tenants.back_mut()
        };
        let Some(line) = line else { return };
        for lane in &mut line.lanes {
            lane.is_listed = tasks.contains(&lane.task);
            let is_waiting = matches!(lane.ready, Ready::Later | Ready::At(_));
            if is_waiting && lane.failures == 0 {
                lane.ready = Ready::Now;
            }
        }
        for task in tasks {
            if !line.lanes.iter().any(|lane| lane.task == *task) {
                line.lanes.push_back(Lane {
                    task: *task,
                    ready: Ready::Now,
                    running: 0,
                    width: 1,
                    failures: 0,
                    again_at: None,
                    is_listed: true,
                });
            }
        }
        line.lanes.retain(|lane| lane.is_listed || lane.running > 0);
    }

    /// Drops the tenants that are not among these.
    pub(crate) fn keep(&mut self, tenants: impl Fn(TenantId) -> bool) {
        for line in &mut self.tenants {
            if !tenants(line.tenant) {
                line.lanes.retain(|lane| lane.running > 0);
                for lane in &mut line.lanes {
                    lane.is_listed = false;
                }
            }
        }
        self.tenants.retain(|line| !line.lanes.is_empty());
    }

    /// Whose turn it is, among the tasks that are due and that `may` take another step.
    pub(crate) fn next(
        &mut self,
        now: Instant,
        may: impl Fn(Task) -> bool,
    ) -> Option<(TenantId, Task)> {
        for _ in 0..self.tenants.len() {
            let mut line = self.tenants.pop_front()?;
            let turn = line.turn(now, &may);
            let tenant = line.tenant;
            self.tenants.push_back(line);
            if let Some(task) = turn {
                return Some((tenant, task));
            }
        }
        None
    }

    /// Notes that a step ended.
    pub(crate) fn ended(&mut self, tenant: TenantId, task: Task, after: After, now: Instant) {
        let Some(queue) = self.tenants.iter_mut().find(|it| it.tenant == tenant) else {
            return;
        };
        let Some(lane) = queue.lanes.iter_mut().find(|it| it.task == task) else {
            return;
        };
        lane.running = lane.running.saturating_sub(1);
        match after {
            After::More(again) => {
                lane.again_after(again, now);
                (lane.ready, lane.failures) = (Ready::Now, 0);
                lane.width = lane.width.saturating_mul(2);
            }
            After::Idle(again) => {
                lane.again_after(again, now);
                let at = lane.again_at.filter(|moment| *moment > now);
                (lane.ready, lane.failures) = (at.map_or(Ready::Later, Ready::At), 0);
                lane.width = 1;
            }
            After::Over => lane.ready = Ready::Never,
            After::Done => lane.is_listed = false,
            After::Failed(wait) => {
                lane.ready = now.checked_add(wait).map_or(Ready::Later, Ready::At);
                lane.failures = lane.failures.saturating_add(1);
                lane.width = 1;
            }
        }
        queue
            .lanes
            .retain(|lane| lane.is_listed || lane.running > 0);
    }

    /// How often in a row a task has failed.
    pub(crate) fn failures(&self, tenant: TenantId, task: Task) -> u32 {
        let lanes = self.tenants.iter().filter(|it| it.tenant == tenant);
        let mut lanes = lanes.flat_map(|queue| &queue.lanes);
        let found = lanes.find(|lane| lane.task == task);
        found.map_or(0, |lane| lane.failures)
    }

    /// When the first task that waits is due.
    pub(crate) fn next_moment(&self) -> Option<Instant> {
        let lanes = self.tenants.iter().flat_map(|line| &line.lanes);
        lanes
            .filter_map(|lane| match lane.ready {
                Ready::At(moment) => Some(moment),
                Ready::Now | Ready::Later | Ready::Never => None,
            })
            .min()
    }
}

impl Line {
    fn turn(&mut self, now: Instant, may: &impl Fn(Task) -> bool) -> Option<Task> {
        let place = self.lanes.iter().position(|lane| {
            lane.is_listed && lane.is_due(now) && lane.running < lane.limit() && may(lane.task)
        })?;
        let mut lane = self.lanes.remove(place)?;
        let task = lane.task;
        lane.running += 1;
        // A moment that has come is used up, whatever its step finds.
        lane.ready = Ready::Now;
        lane.again_at = lane.again_at.filter(|moment| *moment > now);
        self.lanes.push_back(lane);
        Some(task)
    }
}

impl Lane {
    fn is_due(&self, now: Instant) -> bool {
        match self.ready {
            Ready::Now => true,
            Ready::At(moment) => moment <= now,
            Ready::Later | Ready::Never => false,
        }
    }

    fn again_after(&mut self, wait: Option<Duration>, now: Instant) {
        let moment = wait.and_then(|wait| now.checked_add(wait));
        self.again_at = self.again_at.into_iter().chain(moment).min();
    }

    const fn limit(&self) -> usize {
        match self.task {
            Task::Send(..) => self.width,
            Task::Fill(_) | Task::Refresh(_) | Task::MissedStart(_) | Task::WindUp(_) => 1,
        }
    }
}

#[cfg(test)]
mod tests;
