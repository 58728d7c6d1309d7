//! A thread that does one kind of work in the order in which it is told, beginning with the first: so neither
//! disk nor masking holds the screen up.

use std::sync::mpsc::{Sender, channel};
use std::thread;
use std::time::Duration;
use tokio::sync::oneshot;

/// How long the program's end waits for what is still to be done.
const LAST_WORK: Duration = Duration::from_secs(2);

/// What the thread is told.
enum Told<Job> {
    Do(Job),
    /// Everything before it is done.
    Done(oneshot::Sender<()>),
}

/// The way to the thread.
#[derive(Debug)]
pub(in crate::edge) struct Worker<Job> {
    name: &'static str,
    jobs: Option<Sender<Told<Job>>>,
}

impl<Job: Send + 'static> Worker<Job> {
    /// A worker whose thread will have that name; there is none yet.
    pub(in crate::edge) fn named(name: &'static str) -> Self {
        Self { name, jobs: None }
    }

    /// Tells it a job; the first makes the thread, with what does the jobs. Comes back at once.
    pub(in crate::edge) fn tell<Work>(&mut self, job: Job, begin: impl FnOnce() -> Work)
    where
        Work: FnMut(Job) + Send + 'static,
    {
        let name = self.name;
        let jobs = self.jobs.get_or_insert_with(|| {
            let (sender, told) = channel();
            let mut work = begin();
            // Without a thread the jobs find nobody: nothing is kept, and nothing else is lost.
            let _ = thread::Builder::new().name(name.to_owned()).spawn(move || {
                while let Ok(told) = told.recv() {
                    match told {
                        Told::Do(job) => work(job),
                        Told::Done(done) => {
                            let _ = done.send(());
                        }
                    }
                }
            });
            sender
        });
        // The thread ends only when this end is gone.
        let _ = jobs.send(Told::Do(job));
    }

    /// Waits until everything is done, two seconds at most.
    pub(in crate::edge) async fn finish(&mut self) {
        let Some(jobs) = &self.jobs else { return };
        let (done, ended) = oneshot::channel();
        if jobs.send(Told::Done(done)).is_ok() {
            // A disk that does not come back holds nobody up.
            let _ = tokio::time::timeout(LAST_WORK, ended).await;
        }
    }
}
