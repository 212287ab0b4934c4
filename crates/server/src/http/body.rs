//! Request body reader, with limits on size and time.

use axum::body::BodyDataStream;
use axum::extract::Request;
use axum::http::{HeaderMap, header};
use bytes::{Bytes, BytesMut};
use futures_util::StreamExt;
use rekey_wire::problem::Code;
use std::time::Duration;
use tokio::time::timeout;

use crate::http::error::{ApiError, Result};

/// Maximum body size, bytes; every call needs far less.
pub const MAX_BYTES: usize = 16 * 1024;
/// Timeout for receiving a body.
pub const MAX_TIME: Duration = Duration::from_secs(10);
/// Maximum number of bytes read and discarded from a larger body, so that a client that is still sending gets the error response instead of a
/// connection reset.
const MAX_DISCARDED: usize = 4 * 1024 * 1024;

/// Returns whether the headers announce a body (RFC 9112 section 6.3).
#[must_use]
pub fn is_announced(headers: &HeaderMap) -> bool {
    headers.contains_key(header::TRANSFER_ENCODING) || headers.get(header::CONTENT_LENGTH).is_some_and(|length| length != "0")
}

/// Returns whether the headers announce more than [`MAX_BYTES`].
#[must_use]
pub fn is_too_large(headers: &HeaderMap) -> bool {
    let length = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok());
    length.is_some_and(|length| length.parse::<u64>().map_or(true, |length| length > MAX_BYTES as u64))
}

/// Reads the whole body.
///
/// # Errors
/// 413 over [`MAX_BYTES`], 408 after [`MAX_TIME`], 400 if the client aborts.
pub async fn read(request: Request) -> Result<Bytes> {
    let mut stream = request.into_body().into_data_stream();
    let collected = timeout(MAX_TIME, collect(&mut stream)).await.map_err(|_| ApiError::new(Code::RequestTimeout))?;
    if collected.as_ref().is_err_and(|error| error.code() == Code::PayloadTooLarge) {
        discard(stream).await;
    }
    collected
}

/// Rejects a body that [`is_too_large`]. A client that sent `Expect` gets the response before it sends the body.
pub async fn refuse(request: Request) -> ApiError {
    if !request.headers().contains_key(header::EXPECT) {
        discard(request.into_body().into_data_stream()).await;
    }
    ApiError::new(Code::PayloadTooLarge)
}

async fn collect(stream: &mut BodyDataStream) -> Result<Bytes> {
    let mut collected = BytesMut::new();
    while let Some(chunk) = stream.next().await {
        let chunk = chunk.map_err(|_| Code::BadRequest)?;
        if collected.len() + chunk.len() > MAX_BYTES {
            return Err(Code::PayloadTooLarge.into());
        }
        collected.extend_from_slice(&chunk);
    }
    Ok(collected.freeze())
}

/// Reads and discards the rest, for [`MAX_TIME`] at most.
async fn discard(mut rest: BodyDataStream) {
    let mut discarded = 0;
    let reading = async {
        while let Some(Ok(chunk)) = rest.next().await {
            discarded += chunk.len();
            if discarded > MAX_DISCARDED {
                break;
            }
        }
    };
    // The response is the same whether the body ends, continues or stalls.
    let _ = timeout(MAX_TIME, reading).await;
}

#[cfg(test)]
mod properties;

#[cfg(test)]
mod tests {
    use super::{MAX_BYTES, MAX_TIME, is_too_large, read, refuse};
    use axum::body::Body;
    use axum::extract::Request;
    use axum::http::header;
    use bytes::Bytes;
    use futures_util::{StreamExt, stream};
    use rekey_wire::problem::Code;
    use std::convert::Infallible;
    use std::time::Duration;

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
        assert!(is_too_large(request.headers()));
        assert_eq!(refuse(request).await.code(), Code::PayloadTooLarge);
    }

    #[test]
    fn what_is_announced_is_read_as_a_number_whatever_its_size() {
        for (length, too_large) in [("0", false), ("16384", false), ("16385", true), ("99999999999999999999999999", true)] {
            let headers = [(header::CONTENT_LENGTH, length.parse().expect("a value"))].into_iter().collect();
            assert_eq!(is_too_large(&headers), too_large, "{length}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_stalls_or_trickles_times_out() {
        let byte = || Ok::<_, Infallible>(Bytes::from_static(b"{"));
        let stalling = Body::from_stream(stream::iter([byte()]).chain(stream::pending()));
        let trickling = Body::from_stream(stream::unfold((), move |()| async move {
            tokio::time::sleep(Duration::from_secs(1)).await;
            Some((byte(), ()))
        }));
        for body in [stalling, trickling] {
            let started = tokio::time::Instant::now();
            assert_eq!(outcome(body).await, Err(Code::RequestTimeout));
            assert_eq!(started.elapsed().as_secs(), MAX_TIME.as_secs());
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_is_too_large_and_then_stalls_is_still_too_large() {
        let large = Bytes::from(vec![b' '; MAX_BYTES + 1]);
        let stalled = stream::iter([Ok::<_, Infallible>(large)]).chain(stream::pending());
        assert_eq!(outcome(Body::from_stream(stalled)).await, Err(Code::PayloadTooLarge));
    }
}
