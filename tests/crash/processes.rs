//! The harness's processes: each is killed and waited for, however the harness ends.

use std::{env, process::Stdio};

use rustix::process::{Pid, Signal, kill_process};
use tokio::process::{Child, ChildStdin, Command};

use crate::{
    Outcome,
    plan::{PLAN, Plan},
};

/// A process that is killed with this.
pub(crate) struct Process {
    child: Child,
    /// Read by the process until this one ends. Waiting for a child would close it, so it is kept apart.
    _alive: Option<ChildStdin>,
}

impl Process {
    pub(crate) fn start(plan: &Plan) -> Outcome<Self> {
        let mut child = Command::new(env::current_exe()?)
            .env(PLAN, serde_json::to_string(plan)?)
            .stdin(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        Ok(Self {
            _alive: child.stdin.take(),
            child,
        })
    }

    /// Waits for its end, and answers whether a kill was what ended it.
    pub(crate) async fn ended(&mut self) -> Outcome<bool> {
        use std::os::unix::process::ExitStatusExt as _;
        let status = self.child.wait().await?;
        if status.signal() == Some(Signal::KILL.as_raw()) {
            return Ok(true);
        }
        Err(format!("a process ended by itself: {status}").into())
    }

    pub(crate) async fn kill(&mut self) -> Outcome {
        Ok(self.child.kill().await?)
    }

    /// Whether it is halted.
    pub(crate) async fn is_halted(&self) -> Outcome<bool> {
        let id = self.child.id().ok_or("the process has ended")?;
        let state = Command::new("ps")
            .args(["-o", "stat=", "-p", &id.to_string()])
            .output()
            .await?;
        Ok(state.stdout.first() == Some(&b'T'))
    }

    /// Has it go on.
    pub(crate) fn go_on(&self) -> Outcome {
        let id = self.child.id().ok_or("the process has ended")?;
        let id = Pid::from_raw(id.try_into()?).ok_or("no process has this id")?;
        Ok(kill_process(id, Signal::CONT)?)
    }
}
