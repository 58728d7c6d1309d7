//! Reads the terminal's input into a channel, and leaves it to another program while that has the terminal.
//!
//! Between loop and terminal because the stream of crossterm keeps the first waker it was polled with until that
//! was woken, so the loop may not poll it in passing. The stream has a thread that reads ahead; it must have let
//! go of the terminal before somebody else reads there, or keys would be taken from them.

use crossterm::event::{Event, EventStream};
use futures_util::{Stream, StreamExt as _, stream};
use std::cell::RefCell;
use std::io;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::{Notify, oneshot};

/// What was typed and not taken yet.
type Waiting = Rc<RefCell<UnboundedReceiver<io::Result<Event>>>>;

/// Where the reading is paused.
#[derive(Debug, Clone)]
pub(super) struct Keys {
    waiting: Waiting,
    pauses: UnboundedSender<Pause>,
}

/// What reads; a task of its own.
#[derive(Debug)]
pub(super) struct Reader {
    typed: UnboundedSender<io::Result<Event>>,
    pauses: UnboundedReceiver<Pause>,
}

/// A pause that is asked for.
#[derive(Debug)]
struct Pause {
    /// Told when nothing is read any more.
    begun: oneshot::Sender<()>,
    /// Ends with the pause.
    over: oneshot::Receiver<()>,
}

/// Nothing is read while this lives.
#[derive(Debug)]
pub(super) struct Paused {
    waiting: Waiting,
    /// Its end tells the reader to go on.
    _over: oneshot::Sender<()>,
}

/// Rings whenever the thread of the stream is done, with or without a key.
#[derive(Debug, Default)]
struct Bell(Notify);

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        self.0.notify_one();
    }
}

/// The input as a stream, where it is paused, and what reads it.
pub(super) fn keys() -> (impl Stream<Item = io::Result<Event>> + Unpin, Keys, Reader) {
    let (typed, waiting) = unbounded_channel();
    let waiting = Rc::new(RefCell::new(waiting));
    let (sender, pauses) = unbounded_channel();
    let taken = Rc::clone(&waiting);
    let input = stream::poll_fn(move |context| taken.borrow_mut().poll_recv(context));
    let keys = Keys {
        waiting,
        pauses: sender,
    };
    (input, keys, Reader { typed, pauses })
}

impl Keys {
    /// Stops reading; comes back when nothing reads from the terminal any more.
    pub(super) async fn pause(&self) -> Paused {
        let (begun, has_begun) = oneshot::channel();
        let (over, is_over) = oneshot::channel();
        let pause = Pause {
            begun,
            over: is_over,
        };
        // A reader that has ended reads nothing.
        if self.pauses.send(pause).is_ok() {
            let _ = has_begun.await;
        }
        Paused {
            waiting: Rc::clone(&self.waiting),
            _over: over,
        }
    }
}

impl Drop for Paused {
    /// What was typed before the other program was there was meant for that, not for the screens.
    fn drop(&mut self) {
        while self.waiting.borrow_mut().try_recv().is_ok() {}
    }
}

impl Reader {
    /// Reads until nobody takes it any more.
    pub(super) async fn read(mut self) {
        while let Some(pause) = self.read_on().await {
            // Nobody waits for it any more, when the screens have ended.
            let _ = pause.begun.send(());
            let _ = pause.over.await;
        }
    }

    /// Reads until a pause is asked for; `None` when nobody takes what is read.
    async fn read_on(&mut self) -> Option<Pause> {
        let bell = Arc::new(Bell::default());
        let waker = Waker::from(Arc::clone(&bell));
        let mut stream = EventStream::new();
        loop {
            match stream.poll_next_unpin(&mut Context::from_waker(&waker)) {
                Poll::Ready(Some(event)) => {
                    self.typed.send(event).ok()?;
                    continue;
                }
                Poll::Ready(None) => return None,
                Poll::Pending => {}
            }
            tokio::select! {
                biased;
                Some(pause) = self.pauses.recv() => {
                    // Its thread is at work since the stream was pending, and rings when it has let go.
                    drop(stream);
                    bell.0.notified().await;
                    return Some(pause);
                }
                () = bell.0.notified() => {}
            }
        }
    }
}
