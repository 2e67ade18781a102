//! The worker: looks for work, and takes steps until it is told to stop.

use std::{collections::BTreeMap, future::pending, pin::pin, sync::Arc, time::Duration};

use offerkit_core::{
    domain::Channel,
    id::TenantId,
    services::{Error, Offerkit, Task},
};
use tokio::{
    sync::watch,
    task::{Id, JoinError, JoinSet},
    time::{Instant, sleep_until},
};

use crate::{
    Event, Failure, Shutdown, WorkReport, WorkerBuilder,
    look::{Look, Stops, look},
    pace::{Jitter, Pace},
    place::has_place,
    rota::{After, Rota},
    shutdown::Wish,
    step::{Step, Stepped, Stepper},
};

/// Fills audiences, sends messages and ends what is over, for all tenants. [`Worker::builder`] makes one.
///
/// Tenants take turns, and so do the campaigns of each. A step that fails is tried again after a wait that grows, and holds
/// up no other.
pub struct Worker {
    settings: WorkerBuilder,
}

/// How long a worker goes on.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Until {
    /// Until it is told to stop.
    Told,
    /// Until nothing is due.
    Idle,
}

impl Worker {
    /// Starts to put a worker together around an installation.
    #[must_use]
    pub fn builder(kit: Offerkit) -> WorkerBuilder {
        WorkerBuilder::new(kit)
    }

    pub(crate) const fn new(settings: WorkerBuilder) -> Self {
        Self { settings }
    }

    /// Works until it is told to stop, and answers what it did. Failures are told to
    /// [`watch`](WorkerBuilder::watch) and counted; the worker waits and goes on.
    ///
    /// Dropping the future ends it at once, as [`Shutdown::halt`] does.
    pub async fn run(&self, shutdown: &Shutdown) -> WorkReport {
        self.work(Until::Told, shutdown.listen()).await.0
    }

    /// Does what is due and answers what that was, also for what becomes due by it: an audience is filled, and sent to. What
    /// is to be tried again later is left to the next call, and so is what fails, which is counted.
    ///
    /// # Errors
    ///
    /// [`Error`] where the store could not tell at first what there is to do.
    pub async fn once(&self) -> Result<WorkReport, Error> {
        self.once_until(&Shutdown::new()).await
    }

    /// The same, unless it is told to stop before.
    ///
    /// # Errors
    ///
    /// As for [`once`](Self::once).
    pub async fn once_until(&self, shutdown: &Shutdown) -> Result<WorkReport, Error> {
        match self.work(Until::Idle, shutdown.listen()).await {
            (_, Some(error)) => Err(error),
            (report, None) => Ok(report),
        }
    }

    async fn work(
        &self,
        until: Until,
        mut wish: watch::Receiver<Wish>,
    ) -> (WorkReport, Option<Error>) {
        let mut shift = Shift::new(&self.settings, until);
        let mut woken = self.settings.wake.listen();
        loop {
            let wished = *wish.borrow_and_update();
            match wished {
                Wish::Work => shift.begin(),
                Wish::Drain if shift.is_quiet() => break,
                Wish::Drain => {}
                Wish::Halt => break,
            }
            if shift.is_over() {
                break;
            }
            let moment = shift.next_moment().filter(|_| wished == Wish::Work);
            let wait = pin!(async {
                match moment {
                    Some(moment) => sleep_until(moment).await,
                    None => pending().await,
                }
            });
            tokio::select! {
                biased;
                Ok(()) = wish.changed() => {}
                Some(ended) = shift.steps.join_next_with_id() => shift.end(ended),
                Ok(()) = woken.changed(), if wished == Wish::Work => shift.look_now(),
                () = wait => {}
            }
        }
        (shift.report, shift.error)
    }
}

/// What one task of the runtime ended with.
enum Ended {
    Looked(Result<Look, Error>, Duration),
    Stepped(Box<Stepped>),
}

/// A worker at work.
struct Shift<'a> {
    settings: &'a WorkerBuilder,
    until: Until,
    stepper: Arc<Stepper>,
    rota: Rota,
    steps: JoinSet<Ended>,
    /// What each task of the runtime works on; none where it looks for work.
    running: BTreeMap<Id, Option<(TenantId, Task)>>,
    /// How many batches each notifier takes at once.
    places: BTreeMap<Channel, usize>,
    pace: Pace,
    jitter: Jitter,
    began: Instant,
    /// When to look for work; none while looking.
    look_at: Option<Instant>,
    is_to_look_again: bool,
    failed_looks: u32,
    stops: Stops,
    /// What was done before the last look.
    seen: WorkReport,
    report: WorkReport,
    error: Option<Error>,
    is_over: bool,
}

impl<'a> Shift<'a> {
    fn new(settings: &'a WorkerBuilder, until: Until) -> Self {
        let places = settings.kit.profiles().map(|profile| {
            let places = usize::try_from(profile.concurrency.get()).unwrap_or(usize::MAX);
            (profile.channel, places)
        });
        let now = Instant::now();
        Self {
            until,
            stepper: Arc::new(Stepper {
                kit: settings.kit.clone(),
                watcher: settings.watcher.clone(),
            }),
            rota: Rota::default(),
            steps: JoinSet::new(),
            running: BTreeMap::new(),
            places: places.collect(),
            pace: Pace::new(settings.poll),
            jitter: Jitter::new(settings.seed),
            began: now,
            look_at: Some(now),
            is_to_look_again: false,
            failed_looks: 0,
            stops: Stops::default(),
            seen: WorkReport::default(),
            report: WorkReport::default(),
            error: None,
            is_over: false,
            settings,
        }
    }

    /// Begins what is due and has a place.
    fn begin(&mut self) {
        let now = Instant::now();
        if self.look_at.is_some_and(|moment| moment <= now) {
            self.look_at = None;
            let stepper = Arc::clone(&self.stepper);
            let handle = self.steps.spawn(async move {
                let began = Instant::now();
                let found = look(&stepper.kit).await;
                Ended::Looked(found, began.elapsed())
            });
            self.running.insert(handle.id(), None);
        }
        // What waits for a moment after this call began is left to the next one.
        let due = match self.until {
            Until::Told => now,
            Until::Idle => self.began,
        };
        while self.stepping().count() < self.settings.concurrency.get() {
            let (places, running) = (&self.places, &self.running);
            let may = |task| has_place(task, places, running);
            let Some((tenant, task)) = self.rota.next(due, may) else {
                break;
            };
            let stepper = Arc::clone(&self.stepper);
            let handle = self
                .steps
                .spawn(async move { Ended::Stepped(Box::new(stepper.step(tenant, task).await)) });
            self.running.insert(handle.id(), Some((tenant, task)));
        }
        let running = u32::try_from(self.stepping().count()).unwrap_or(u32::MAX);
        metrics::gauge!("offerkit_worker_steps_running").set(f64::from(running));
    }

    fn stepping(&self) -> impl Iterator<Item = (TenantId, Task)> {
        self.running.values().filter_map(|it| *it)
    }

    /// Whether nothing is running.
    fn is_quiet(&self) -> bool {
        self.running.is_empty()
    }

    const fn is_over(&self) -> bool {
        self.is_over
    }

    fn next_moment(&self) -> Option<Instant> {
        let lane = self
            .rota
            .next_moment()
            .filter(|_| self.until == Until::Told);
        // A task whose moment has come and that has no place begins when another one ends.
        let lane = lane.filter(|moment| *moment > Instant::now());
        self.look_at.into_iter().chain(lane).min()
    }

    fn look_now(&mut self) {
        match self.look_at {
            Some(_) => self.look_at = Some(Instant::now()),
            None => self.is_to_look_again = true,
        }
    }

    fn end(&mut self, ended: Result<(Id, Ended), JoinError>) {
        let id = match &ended {
            Ok((id, _)) => *id,
            Err(error) => error.id(),
        };
        let work = self.running.remove(&id).flatten();
        match (ended, work) {
            (Ok((_, Ended::Looked(found, took))), _) => self.looked(found, took),
            (Ok((_, Ended::Stepped(stepped))), Some((tenant, task))) => {
                let (report, step) = *stepped;
                self.stepped(tenant, task, report, step);
            }
            (Err(_), Some((tenant, task))) => {
                let failure = Err(Failure::Panicked);
                self.stepped(tenant, task, WorkReport::default(), failure);
            }
            (Err(_), None) => self.look_failed(&Failure::Panicked),
            (Ok((_, Ended::Stepped(_))), None) => {}
        }
        self.is_over |= self.until == Until::Idle && self.is_done();
    }

    fn stepped(
        &mut self,
        tenant: TenantId,
        task: Task,
        report: WorkReport,
        step: Result<Step, Failure>,
    ) {
        self.report.add(report);
        let after = match step {
            Ok(Step::More(again)) => After::More(again),
            Ok(Step::Idle(wait)) => After::Idle(wait),
            Ok(Step::Over) => After::Over,
            Ok(Step::Done) => {
                self.look_now();
                After::Done
            }
            Err(failure) => {
                self.report.failures += 1;
                self.stepper.failed(Some(tenant), Some(task), &failure);
                let failures = self.rota.failures(tenant, task).saturating_add(1);
                After::Failed(self.jitter.after_failures(failures))
            }
        };
        self.rota.ended(tenant, task, after, Instant::now());
    }

    fn looked(&mut self, found: Result<Look, Error>, took: Duration) {
        let found = match found {
            Ok(look) => {
                self.stops.are(look.stops, &self.stepper);
                look.tenants
            }
            Err(error) => {
                let failure = Failure::Service(error);
                self.look_failed(&failure);
                if let (Until::Idle, Failure::Service(error)) = (self.until, failure) {
                    self.error = Some(error);
                    self.is_over = true;
                }
                return;
            }
        };
        self.failed_looks = 0;
        self.rota
            .keep(|tenant| found.iter().any(|(known, _)| *known == tenant));
        let (tenants, mut count) = (found.len(), 0);
        for (tenant, tasks) in found {
            match tasks {
                Ok(tasks) => {
                    count += tasks.len();
                    self.rota.list(tenant, &tasks);
                }
                // Deactivated since it was listed.
                Err(Error::Denied(_) | Error::NotFound(_)) => {}
                Err(error) => {
                    self.report.failures += 1;
                    self.stepper
                        .failed(Some(tenant), None, &Failure::Service(error));
                }
            }
        }
        self.stepper.tell(&Event::Looked {
            tenants,
            tasks: count,
        });
        if self.has_done() {
            self.pace.worked();
        } else {
            self.pace.idled();
        }
        self.seen = self.report;
        let wait = if std::mem::take(&mut self.is_to_look_again) {
            Duration::ZERO
        } else {
            self.pace.after_look(took)
        };
        self.look_at = Instant::now().checked_add(wait);
        if self.until == Until::Idle {
            // The next look is made when all of this is done.
            self.begin();
        }
    }

    fn look_failed(&mut self, failure: &Failure) {
        self.report.failures += 1;
        self.failed_looks = self.failed_looks.saturating_add(1);
        self.stepper.failed(None, None, failure);
        let wait = self.jitter.after_failures(self.failed_looks);
        self.look_at = Instant::now().checked_add(wait);
    }

    /// Whether anything was done since the last look.
    fn has_done(&self) -> bool {
        let failures = self.report.failures;
        self.report
            != WorkReport {
                failures,
                ..self.seen
            }
    }

    /// Whether nothing is left that is due now; if anything was done, that takes another look.
    fn is_done(&mut self) -> bool {
        if !self.is_quiet() {
            return false;
        }
        self.begin();
        if !self.is_quiet() {
            return false;
        }
        if self.has_done() || self.is_to_look_again {
            self.look_now();
            return false;
        }
        true
    }
}
