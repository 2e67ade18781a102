//! One trial: workers are killed again and again, then others finish the work, and the ledgers are compared.

use std::{
    env, fs,
    path::PathBuf,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use offerkit::time::{Clock as _, SystemClock};
use offerkit_cluster::Database;
use sqlx::{Connection as _, PgConnection, types::Uuid};
use tokio::time::{Instant, sleep, timeout};

use crate::{
    Outcome, campaign,
    mode::Mode,
    plan::{Act, DEADLINE, Fault, Plan, Point, ProviderPlan, WorkerPlan},
    processes::Process,
    protocols::Protocol,
    random::Random,
    table::{Faults, Row},
    verdict::Verdict,
};

/// How many workers are at it at once.
const LANES: u64 = 3;
/// How many finish what is left.
const FINISHERS: usize = 2;
/// How many messages a worker sends at once, while workers are killed, and when none is any more.
const BATCHES: (u32, u32) = (2, 100);
/// Every so manieth worker of a lane is halted instead of killed, and as many are cut off.
const OTHER: u64 = 30;

pub(crate) struct Trial {
    pub(crate) mode: Mode,
    pub(crate) protocol: Protocol,
    pub(crate) kills: u64,
    pub(crate) seed: u64,
    pub(crate) customers: usize,
}

/// Where a trial is held: a database with a campaign, and a provider.
pub(crate) struct Field {
    pub(crate) url: String,
    pub(crate) campaign: Uuid,
    folder: PathBuf,
    mode: Mode,
    protocol: Protocol,
    seed: u64,
    workers: AtomicU64,
    _provider: Process,
}

impl Trial {
    pub(crate) async fn run(self) -> Outcome<Row> {
        let began = Instant::now();
        let customers = self.customers;
        let prepare = async |url| campaign::prepare(url, customers).await;
        let database = Database::prepared(prepare).await?;
        let field = Field::new(database.url(), self.mode, self.protocol, self.seed).await?;
        let faults = Mutex::new(Faults::default());
        let lanes = (0..LANES).map(|lane| self.lane(&field, &faults, lane));
        for done in together(lanes.collect()).await {
            done?;
        }
        let faults = *lock(&faults);
        // What a wrong protocol leaves is never finished.
        let patience = if self.protocol == Protocol::Ours {
            5
        } else {
            2
        };
        let settled = field.finish(DEADLINE * patience).await?;
        let verdict = Verdict::of(&field.url, field.campaign, &field.ledger()).await?;
        Ok(Row {
            mode: self.mode,
            what: self.protocol.title(self.mode),
            faults,
            verdict,
            settled,
            took: began.elapsed(),
            at: now(),
        })
    }

    /// One worker after another, until enough were killed.
    async fn lane(&self, field: &Field, faults: &Mutex<Faults>, lane: u64) -> Outcome {
        let mut random = Random::new(self.seed.wrapping_mul(1_000).wrapping_add(lane));
        for round in 1.. {
            if lock(faults).kills >= self.kills {
                break;
            }
            if lane == 0 && u64::is_multiple_of(round, OTHER) {
                let terminated = field.terminate().await?;
                lock(faults).terminated += terminated;
            }
            let fault = self.fault(&mut random, round);
            let done = field.life(fault, random.below(150)).await?;
            let mut faults = lock(faults);
            faults.kills += done.kills;
            faults.exact += done.exact;
            faults.stops += done.stops;
            faults.cuts += done.cuts;
        }
        Ok(())
    }

    /// What befalls the next worker; nothing, where it is killed at a random moment.
    fn fault(&self, random: &mut Random, round: u64) -> Option<Fault> {
        if let Some(point) = self.protocol.weak_point() {
            return Some(Fault {
                act: Act::Kill,
                point,
                occurrence: 1 + random.below(2),
            });
        }
        let drawn = usize::try_from(random.below(7)).unwrap_or_default();
        let occurrence = 1 + random.below(3);
        if round.is_multiple_of(OTHER) {
            let points = [Point::Claimed, Point::Asked, Point::Accepted];
            return points.get(drawn % points.len()).map(|point| Fault {
                act: Act::Stop,
                point: *point,
                occurrence,
            });
        }
        if round % OTHER == OTHER / 2 {
            let points = [Point::ClaimCommit, Point::SettleCommit, Point::Settled];
            return points.get(drawn % points.len()).map(|point| Fault {
                act: Act::Cut,
                point: *point,
                occurrence,
            });
        }
        Point::ALL.get(drawn).map(|point| Fault {
            act: Act::Kill,
            point: *point,
            occurrence,
        })
    }
}

impl Field {
    pub(crate) async fn new(
        url: String,
        mode: Mode,
        protocol: Protocol,
        seed: u64,
    ) -> Outcome<Self> {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("offerkit-crash-{}-{number}", std::process::id());
        let folder = env::temp_dir().join(name);
        fs::create_dir(&folder)?;
        let plan = ProviderPlan {
            socket: folder.join("provider"),
            ledger: folder.join("ledger"),
            deduplicates: mode == Mode::Deduplicated,
        };
        fs::write(&plan.ledger, "")?;
        let provider = Process::start(&Plan::Provider(plan.clone()))?;
        for _ in 0..200 {
            if plan.socket.exists() {
                break;
            }
            sleep(Duration::from_millis(25)).await;
        }
        Ok(Self {
            campaign: campaign::the_only(&url).await?,
            url,
            folder,
            mode,
            protocol,
            seed,
            workers: 0.into(),
            _provider: provider,
        })
    }

    /// Where the provider keeps its ledger.
    pub(crate) fn ledger(&self) -> PathBuf {
        self.folder.join("ledger")
    }

    /// Starts a worker, with a folder of its own.
    pub(crate) fn worker(&self, fault: Option<Fault>, batch: u32) -> Outcome<Process> {
        let number = self.workers.fetch_add(1, Ordering::Relaxed);
        let folder = self.folder.join(number.to_string());
        fs::create_dir(&folder)?;
        Process::start(&Plan::Worker(Box::new(WorkerPlan {
            url: self.url.clone(),
            provider: self.folder.join("provider"),
            folder,
            mode: self.mode,
            protocol: self.protocol,
            fault,
            batch,
            seed: self.seed.wrapping_add(number),
        })))
    }

    /// The life of a worker, which ends by a kill.
    async fn life(&self, fault: Option<Fault>, moment: u64) -> Outcome<Faults> {
        let mut worker = self.worker(fault, BATCHES.0)?;
        let mut done = Faults {
            kills: 1,
            ..Faults::default()
        };
        match fault.map(|fault| fault.act) {
            // It kills itself; unless it never comes to the point, since nothing is left to do there.
            Some(Act::Kill) => match timeout(DEADLINE, worker.ended()).await {
                Ok(ended) => done.exact = u64::from(ended?),
                Err(_) => worker.kill().await?,
            },
            Some(Act::Stop) => {
                for _ in 0..60 {
                    if worker.is_halted().await? {
                        done.stops = 1;
                        break;
                    }
                    sleep(Duration::from_millis(50)).await;
                }
                // Others recover what it holds, and then it goes on.
                sleep(DEADLINE + Duration::from_secs(1)).await;
                worker.go_on()?;
                sleep(Duration::from_millis(300)).await;
                worker.kill().await?;
            }
            Some(Act::Cut) => {
                sleep(Duration::from_millis(800)).await;
                done.cuts = 1;
                worker.kill().await?;
            }
            None => {
                sleep(Duration::from_millis(60 + moment)).await;
                worker.kill().await?;
            }
        }
        Ok(done)
    }

    /// Ends the workers' sessions at the server, and answers how many.
    async fn terminate(&self) -> Outcome<u64> {
        let mut connection = PgConnection::connect(&self.url).await?;
        let count: i64 = sqlx::query_scalar(
            "SELECT count(*) FILTER (WHERE pg_terminate_backend(pid)) FROM pg_stat_activity
            WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'",
        )
        .fetch_one(&mut connection)
        .await?;
        connection.close().await?;
        Ok(count.try_into()?)
    }

    /// Has workers do what is left, and answers how long it took until every row was final; at most the limit.
    pub(crate) async fn finish(&self, limit: Duration) -> Outcome<Duration> {
        let began = Instant::now();
        let mut workers = Vec::new();
        for _ in 0..FINISHERS {
            workers.push(self.worker(None, BATCHES.1)?);
        }
        let mut connection = PgConnection::connect(&self.url).await?;
        while campaign::unfinished(&mut connection).await? > 0 && began.elapsed() < limit {
            sleep(Duration::from_millis(50)).await;
        }
        let took = began.elapsed();
        connection.close().await?;
        for worker in &mut workers {
            worker.kill().await?;
        }
        Ok(took)
    }
}

impl Drop for Field {
    fn drop(&mut self) {
        // What is left behind is in the folder for temporary files.
        fs::remove_dir_all(&self.folder).ok();
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// All of these at once; what they answer, in their order.
pub(crate) async fn together<T>(all: Vec<impl Future<Output = T>>) -> Vec<T> {
    let mut all: Vec<_> = all.into_iter().map(|it| (Box::pin(it), None)).collect();
    std::future::poll_fn(|context| {
        let mut is_ready = true;
        for (future, output) in &mut all {
            if output.is_none() {
                match future.as_mut().poll(context) {
                    std::task::Poll::Ready(done) => *output = Some(done),
                    std::task::Poll::Pending => is_ready = false,
                }
            }
        }
        if is_ready {
            std::task::Poll::Ready(())
        } else {
            std::task::Poll::Pending
        }
    })
    .await;
    all.into_iter().filter_map(|(_, output)| output).collect()
}

/// The present second, in UTC.
pub(crate) fn now() -> String {
    let now = SystemClock.now().to_string();
    now.split('.').next().unwrap_or(&now).to_owned()
}
