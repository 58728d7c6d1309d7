//! A refresh whose caller cancels, goes elsewhere or ends: it is done to its end all the same.

use super::answers::{TOKENS, answer, hear};
use super::{Place, order};
use dineroscope::core::engine::message::{Effect, Event};
use dineroscope::core::oauth::refresh::RefreshOutcome;
use dineroscope::core::secret::Secret;
use dineroscope::core::wire::redact::Mask;
use dineroscope::edge::runtime::{Options, Runtime};
use tokio::io::AsyncWriteExt as _;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::UnboundedReceiver;

/// A refresh that a server has taken and not answered.
struct UnderWay {
    place: Place,
    runtime: Runtime,
    events: UnboundedReceiver<Event>,
    stream: TcpStream,
}

impl UnderWay {
    async fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let place = Place::at(listener.local_addr().unwrap());
        let options = Options {
            vault: place.vault.clone(),
            ..Options::new(Mask::new([7; 32]))
        };
        let (mut runtime, events) = Runtime::new(options);
        let order = order(&place.kept);
        runtime.perform(Effect::Refresh {
            call: order.call,
            kept: Box::new(order.kept),
            request: order.request,
            proxy: order.proxy,
            body_limit: order.body_limit,
            anyway: order.anyway,
        });
        let (mut stream, _) = listener.accept().await.unwrap();
        hear(&mut stream).await;
        Self {
            place,
            runtime,
            events,
            stream,
        }
    }

    /// The server brings new tokens.
    async fn answer(stream: &mut TcpStream) {
        let text = answer("200 OK", TOKENS);
        stream.write_all(text.as_bytes()).await.unwrap();
    }
}

#[tokio::test]
async fn cancelling_does_not_end_it() {
    let mut under_way = UnderWay::new().await;
    let call = order(&under_way.place.kept).call;
    under_way.runtime.perform(Effect::Cancel(call));
    UnderWay::answer(&mut under_way.stream).await;
    match under_way.events.recv().await {
        Some(Event::Refreshed {
            outcome: RefreshOutcome::Renewed(grant),
            ..
        }) => assert_eq!(under_way.place.loaded(), (*grant, None)),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn what_comes_when_nobody_waits_any_more_is_kept() {
    let UnderWay {
        place,
        runtime,
        events,
        mut stream,
    } = UnderWay::new().await;
    drop(events);
    drop(runtime);
    UnderWay::answer(&mut stream).await;
    // It holds the lock until it has ended.
    let folder = place.vault.folder(&place.kept.client).unwrap();
    let lock = folder.join(format!("{}.lock", place.kept.id.as_str()));
    let ended = tokio::task::spawn_blocking(move || std::fs::File::open(lock)?.lock());
    ended.await.unwrap().unwrap();
    let (grant, in_the_dark) = place.loaded();
    assert_eq!(grant.access_token, Secret::new("new access"));
    assert_eq!(in_the_dark, None);
}
