//! Reading a request's body: little of it, and not for long.

use axum::body::{Body, BodyDataStream};
use axum::extract::Request;
use axum::http::{HeaderMap, header};
use bytes::{Bytes, BytesMut};
use futures_util::StreamExt;
use rekey_wire::problem::Code;
use std::time::Duration;
use tokio::time::timeout;

use crate::error::{ApiError, Result};

/// The largest body in bytes; every call needs far less.
pub const MAX_BYTES: usize = 16 * 1024;
/// How long a body may take to arrive.
pub const MAX_TIME: Duration = Duration::from_secs(10);
/// How much of a larger body is read and thrown away, so that a client that is still sending hears the refusal rather
/// than a reset connection.
const MAX_DISCARDED: usize = 4 * 1024 * 1024;

/// Whether the headers say that a body follows (RFC 9112 section 6.3).
#[must_use]
pub fn is_announced(headers: &HeaderMap) -> bool {
    headers.contains_key(header::TRANSFER_ENCODING) || headers.get(header::CONTENT_LENGTH).is_some_and(|length| length != "0")
}

/// Reads the whole body.
///
/// # Errors
/// 413 over [`MAX_BYTES`], 408 after [`MAX_TIME`], 400 when the client gives up halfway.
pub async fn read(request: Request) -> Result<Bytes> {
    let announced = request.headers().get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    let waits_for_leave = request.headers().contains_key(header::EXPECT);
    if waits_for_leave && announced.is_some_and(|length| length > MAX_BYTES as u64) {
        return Err(Code::PayloadTooLarge.into());
    }
    timeout(MAX_TIME, collect(request.into_body())).await.map_err(|_| ApiError::new(Code::RequestTimeout))?
}

async fn collect(body: Body) -> Result<Bytes> {
    let mut stream = body.into_data_stream();
    let mut collected = BytesMut::new();
    while let Some(chunk) = stream.next().await {
        let chunk = chunk.map_err(|_| Code::BadRequest)?;
        if collected.len() + chunk.len() > MAX_BYTES {
            discard(stream).await;
            return Err(Code::PayloadTooLarge.into());
        }
        collected.extend_from_slice(&chunk);
    }
    Ok(collected.freeze())
}

async fn discard(mut rest: BodyDataStream) {
    let mut discarded = 0;
    while let Some(Ok(chunk)) = rest.next().await {
        discarded += chunk.len();
        if discarded > MAX_DISCARDED {
            break;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{MAX_BYTES, MAX_TIME, read};
    use axum::body::Body;
    use axum::extract::Request;
    use bytes::Bytes;
    use futures_util::{StreamExt, stream};
    use rekey_wire::problem::Code;
    use std::convert::Infallible;

    async fn outcome(body: Body) -> Result<usize, Code> {
        read(Request::new(body)).await.map(|bytes| bytes.len()).map_err(|error| error.code())
    }

    #[tokio::test]
    async fn a_body_of_16_kib_fits_and_one_byte_more_does_not() {
        assert_eq!(outcome(Body::from(vec![b' '; MAX_BYTES])).await, Ok(MAX_BYTES));
        assert_eq!(outcome(Body::from(vec![b' '; MAX_BYTES + 1])).await, Err(Code::PayloadTooLarge));
    }

    #[tokio::test]
    async fn a_body_without_end_is_refused() {
        let endless = stream::repeat(Ok::<_, Infallible>(Bytes::from_static(&[b' '; 4096])));
        assert_eq!(outcome(Body::from_stream(endless)).await, Err(Code::PayloadTooLarge));
    }

    #[tokio::test]
    async fn who_asks_first_is_told_before_sending() {
        let never = Body::from_stream(stream::pending::<Result<Bytes, Infallible>>());
        let request =
            Request::post("/").header("expect", "100-continue").header("content-length", "1000000").body(never).expect("a request");
        assert_eq!(read(request).await.map_err(|error| error.code()), Err(Code::PayloadTooLarge));
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_stalls_times_out() {
        let stalled = stream::iter([Ok::<_, Infallible>(Bytes::from_static(b"{"))]).chain(stream::pending());
        let started = tokio::time::Instant::now();
        assert_eq!(outcome(Body::from_stream(stalled)).await, Err(Code::RequestTimeout));
        assert_eq!(started.elapsed().as_secs(), MAX_TIME.as_secs());
    }
}
