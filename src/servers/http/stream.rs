//! A stream with a write timeout, for clients that do not read their answers.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Sleep, sleep};

use super::pace::TransferPace;

/// Longest time without write progress. An answer has less than a kilobyte, so only thousands of
/// unread answers block a write.
const WRITE_TIMEOUT: Duration = Duration::from_secs(2);

/// A connection on which a write that makes no progress for `WRITE_TIMEOUT` is an error, unless
/// its pace grants more time.
pub(super) struct TimedStream {
    stream: TcpStream,
    pace: Arc<TransferPace>,
    /// Runs while a write is blocked.
    timer: Option<Pin<Box<Sleep>>>,
}

impl TimedStream {
    pub(super) fn new(stream: TcpStream, pace: Arc<TransferPace>) -> Self {
        Self { stream, pace, timer: None }
    }

    /// Returns the result of a write, or an error when it has been blocked for too long.
    fn wrote(
        &mut self,
        context: &mut Context<'_>,
        write: Poll<io::Result<usize>>,
    ) -> Poll<io::Result<usize>> {
        if let Poll::Ready(written) = write {
            self.timer = None;
            let in_time = written.as_ref().map_or(true, |length| self.pace.took(*length));
            let late = || Err(io::ErrorKind::TimedOut.into());
            return Poll::Ready(if in_time { written } else { late() });
        }
        let timer = self.timer.get_or_insert_with(|| Box::pin(sleep(WRITE_TIMEOUT)));
        loop {
            ready!(timer.as_mut().poll(context));
            match self.pace.more_time() {
                Some(limit) => timer.as_mut().reset(limit),
                None => return Poll::Ready(Err(io::ErrorKind::TimedOut.into())),
            }
        }
    }
}

impl AsyncRead for TimedStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for TimedStream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let write = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.wrote(context, write)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        pieces: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let write = Pin::new(&mut self.stream).poll_write_vectored(context, pieces);
        self.wrote(context, write)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
