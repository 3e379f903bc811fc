//! The language server: the only part that speaks the protocol. `ide` computes the answers.
//!
//! ```text
//! stdin -> wire -> Session ----(snapshot)----> worker
//!                   |  ^                          |
//! stdout <----------+  +--------(findings)--------+
//! ```

mod actions;
mod background;
mod client;
mod completion;
mod diagnostics;
#[cfg(test)]
mod fuzz_test;
mod lens;
mod navigation;
mod notifications;
mod position;
mod pull;
mod requests;
mod session;
mod set;
mod settings;
mod text;
mod view;
mod wire;
mod worker;
mod workspace;

use crossbeam_channel::{Receiver, unbounded};
use session::{Session, SessionEvent};
use std::io::{self, BufRead, Write};
use std::thread;

/// The destination of the log.
pub type Log = Option<Box<dyn Write + Send>>;

/// Serves one client until it exits or disconnects. True if it exited as the protocol requires.
pub fn serve(
    mut input: impl BufRead + Send + 'static,
    output: impl Write + Send + 'static,
    log: Log,
) -> io::Result<bool> {
    let (events, received) = unbounded();
    let found = events.clone();
    let jobs = worker::start(move |result| {
        // The session may have ended already.
        let _ = found.send(SessionEvent::Found(Box::new(result)));
    })?;
    let happens = events.clone();
    thread::Builder::new().name("reader".into()).spawn(move || {
        while let Ok(Some(incoming)) = wire::read(&mut input) {
            if events.send(SessionEvent::Incoming(Box::new(incoming))).is_err() {
                return;
            }
        }
        let _ = events.send(SessionEvent::Closed);
    })?;
    let (out, bodies) = unbounded();
    let writer = thread::Builder::new().name("writer".into()).spawn(move || write_all(output, &bodies))?;
    let said_goodbye = Session::new(happens, out, jobs, log).run(&received);
    // The last messages must arrive.
    let _ = writer.join();
    Ok(said_goodbye)
}

/// Writes messages until the channel closes or the stream fails.
fn write_all(mut output: impl Write, bodies: &Receiver<String>) {
    for body in bodies {
        if wire::write(&mut output, &body).is_err() {
            return;
        }
    }
}
