//! What step 6 asks of the world besides calls: files that are sent, pages that are read and joined.

use super::{BROKEN, Runtime, answered};
use crate::core::dinero::page;
use crate::core::dinero::upload::{LARGEST, Upload};
use crate::core::engine::message::Event;
use crate::core::engine::message::requests::{RequestEffect, RequestEvent};
use crate::core::wire::{Body, Response};
use crate::edge::folders::at_home;
use std::fs::File;
use std::io::{self, Read as _};

/// Most that is read of a file: beyond Dinero's own limit by far, so that its answer can be seen.
const MOST: u64 = 64 * 1_000_000;

impl Runtime {
    /// Carries out what step 6 asks, on a thread of its own.
    pub(super) fn perform_request(&self, effect: RequestEffect) {
        let call = call_of(&effect);
        let is_file = matches!(effect, RequestEffect::ReadFile { .. });
        let working = async move {
            let working = tokio::task::spawn_blocking(move || match effect {
                RequestEffect::ReadFile { call, path } => RequestEvent::FileRead {
                    call,
                    file: read_file(&path),
                },
                RequestEffect::ReadPage { call, body } => {
                    RequestEvent::PageRead(call, page::read(&body.0))
                }
                RequestEffect::Join {
                    call,
                    head,
                    pages,
                    count,
                    total,
                } => {
                    let items = pages
                        .iter()
                        .map(|(body, items)| body.0.get(items.clone()).unwrap_or_default());
                    let joined = page::join(items, count, total);
                    RequestEvent::Joined {
                        call,
                        response: Box::new(Response {
                            body: Body::new(joined),
                            ..*head
                        }),
                    }
                }
            });
            let broken = if is_file {
                RequestEvent::FileRead {
                    call,
                    file: Err(BROKEN.to_owned()),
                }
            } else {
                RequestEvent::PageRead(call, None)
            };
            Event::Request(working.await.unwrap_or(broken))
        };
        answered(self.events.clone(), working, move || {
            Event::Request(RequestEvent::PageRead(call, None))
        });
    }
}

/// The call that an effect is about.
const fn call_of(effect: &RequestEffect) -> crate::core::wire::CallId {
    match effect {
        RequestEffect::ReadFile { call, .. }
        | RequestEffect::ReadPage { call, .. }
        | RequestEffect::Join { call, .. } => *call,
    }
}

/// A file that is to be sent; says what happened when it cannot be read. A pipe is not waited for. Blocking.
pub fn read_file(path: &str) -> Result<Upload, String> {
    let why = |error: io::Error| format!("`{path}` cannot be read ({error}): name another file");
    let place = &at_home(path);
    let facts = std::fs::metadata(place).map_err(why)?;
    if !facts.is_file() {
        return Err(format!("`{path}` is no file: name another one"));
    }
    if facts.len() > MOST {
        return Err(format!(
            "`{path}` is {} MB large, and Dinero takes {} MB: name another file",
            facts.len() / 1024 / 1024,
            LARGEST / 1024 / 1024
        ));
    }
    let mut bytes = Vec::new();
    File::open(place)
        .and_then(|file| file.take(MOST + 1).read_to_end(&mut bytes))
        .map_err(why)?;
    if (bytes.len() as u64) < facts.len() {
        return Err(format!(
            "`{path}` became shorter while it was read: send it once it is whole"
        ));
    }
    let name = place
        .file_name()
        .map(|name| name.to_string_lossy().into_owned());
    Ok(Upload {
        name: name.unwrap_or_default(),
        bytes: Body::new(bytes),
    })
}
