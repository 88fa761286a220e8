//! Opening the conversation.

use crate::port::io_error;
use crate::{Ends, Inbound, LinkError, LinkRx, LinkTx, Outbound, Port, monotonic_now};
use rfa_units::{HostInstant, SessionId};
use rfa_wire::handshake::{Config, Established, Failure, Handshake, Step};
use rfa_wire::{Frame, GeneratorMessage, HardLimits, HostDecoder, Identity, SelfTestResult};
use rustix::termios::{QueueSelector, tcflush};
use std::collections::VecDeque;
use std::io;
use std::path::Path;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::timeout;
use tokio_serial::SerialStream;

/// How often the handshake looks at its time limits while nothing comes in.
const LOOK_EVERY: Duration = Duration::from_millis(5);

/// How long one handshake frame (below 300 bytes, 3 ms at 921600 baud) may take to go out.
const WRITE_LIMIT: Duration = Duration::from_millis(200);

/// An open conversation with a generator: limits confirmed, self-test passed, nothing armed.
#[derive(Debug)]
pub struct Connection {
    /// The session.
    pub session: SessionId,
    /// Who the generator is.
    pub identity: Identity,
    /// What its self-test proved.
    pub self_test: SelfTestResult,
    /// The hard limits it confirmed.
    pub limits: HardLimits,
    /// The reading half.
    pub rx: LinkRx,
    /// The writing half: for the interlock's thread.
    pub tx: LinkTx,
    /// The reading half's rings and counts.
    pub ends: Ends,
}

/// A conversation being opened. No I/O: the same code runs on a port and on virtual time.
#[derive(Debug)]
pub struct Opening {
    handshake: Handshake,
    decoder: HostDecoder,
    heard: VecDeque<GeneratorMessage>,
    received: u64,
    corrupt: u32,
    refused: u32,
}

impl Opening {
    /// Begins at `now`.
    #[must_use]
    pub fn new(config: Config, now: HostInstant) -> Self {
        let handshake = Handshake::new(config, now);
        let decoder = handshake.decoder();
        let heard = VecDeque::new();
        Self { handshake, decoder, heard, received: 0, corrupt: 0, refused: 0 }
    }

    /// Takes bytes that came in.
    pub fn take(&mut self, bytes: &[u8]) {
        self.received = self.received.saturating_add(bytes.len() as u64);
        for &byte in bytes {
            match self.decoder.push(byte) {
                None => {}
                Some(Ok(message)) => self.heard.push_back(message),
                Some(Err(error)) => {
                    self.handshake.note(&error);
                    let count =
                        if error.is_corrupt() { &mut self.corrupt } else { &mut self.refused };
                    *count = count.saturating_add(1);
                }
            }
        }
    }

    /// What to do now. Ask again after a frame was sent.
    pub fn step(&mut self, now: HostInstant) -> Step {
        loop {
            let message = self.heard.pop_front();
            match (self.handshake.next(now, message.as_ref()), message) {
                (Step::Wait, Some(_)) => {}
                (step, _) => return step,
            }
        }
    }

    /// The decoder, which has learnt the session's key and numbering.
    #[must_use]
    pub fn into_decoder(self) -> HostDecoder {
        self.decoder
    }

    fn failed(&self, path: &Path, failure: Failure) -> LinkError {
        let (received, corrupt, refused) = (self.received, self.corrupt, self.refused);
        LinkError::Handshake { path: path.to_owned(), failure, received, corrupt, refused }
    }
}

impl Port {
    /// Opens the conversation: identity, hard limits, self-test. Blocks, at most for the
    /// handshake's own limit of 6 s.
    ///
    /// # Errors
    /// [`LinkError`] naming what the generator did not do.
    pub fn connect(self, config: Config) -> Result<Connection, LinkError> {
        let Self { path, mut stream, runtime, writer } = self;
        // What an earlier conversation left in the buffers is about nothing now.
        tcflush(&writer, QueueSelector::IOFlush)
            .map_err(|source| io_error(&path, "emptying the buffers", source.into()))?;
        let mut opening = Opening::new(config, monotonic_now());
        let established = runtime.block_on(converse(&path, &mut stream, &mut opening))?;
        let (inbound, ends) = Inbound::new(opening.into_decoder());
        let counts = std::sync::Arc::clone(&ends.counts);
        let outbound = Outbound::new(established.encoder);
        Ok(Connection {
            session: config.session,
            identity: established.identity,
            self_test: established.self_test,
            limits: established.limits,
            tx: LinkTx::new(writer, outbound, std::sync::Arc::clone(&counts)),
            rx: LinkRx { path, runtime, stream, inbound, counts },
            ends,
        })
    }
}

async fn converse(
    path: &Path,
    stream: &mut SerialStream,
    opening: &mut Opening,
) -> Result<Established, LinkError> {
    let mut bytes = [0_u8; 1024];
    loop {
        match opening.step(monotonic_now()) {
            Step::Send(frame) => {
                send(path, stream, &frame).await?;
                continue;
            }
            Step::Wait => {}
            Step::Established(established) => return Ok(established),
            Step::Failed(failure) => return Err(opening.failed(path, failure)),
        }
        match timeout(LOOK_EVERY, AsyncReadExt::read(stream, &mut bytes)).await {
            Err(_nothing_came) => {}
            Ok(Ok(0)) => return Err(LinkError::HungUp { path: path.to_owned() }),
            Ok(Ok(length)) => opening.take(bytes.get(..length).unwrap_or(&[])),
            Ok(Err(error)) if error.kind() == io::ErrorKind::Interrupted => {}
            // EIO: a pseudo-terminal whose other side has gone.
            Ok(Err(_)) => return Err(LinkError::HungUp { path: path.to_owned() }),
        }
    }
}

/// A frame that does not go out in time is left to the handshake's next try.
async fn send(path: &Path, stream: &mut SerialStream, frame: &Frame) -> Result<(), LinkError> {
    match timeout(WRITE_LIMIT, AsyncWriteExt::write_all(stream, frame.as_bytes())).await {
        Err(_full) => Ok(()),
        Ok(result) => result.map_err(|_| LinkError::HungUp { path: path.to_owned() }),
    }
}
