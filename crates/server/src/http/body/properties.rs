//! Property tests: bodies split into arbitrary chunks.

use super::{MAX_BYTES, read};
use axum::body::Body;
use axum::extract::Request;
use bytes::Bytes;
use futures_util::stream;
use proptest::collection::vec;
use proptest::prelude::*;
use rekey_wire::problem::Code;
use std::convert::Infallible;

proptest! {
    #[test]
    fn inp_01_all_of_a_body_is_read_or_it_is_too_large(pieces in vec(vec(any::<u8>(), 0..9).prop_flat_map(|piece| (Just(piece), 1..900_usize)), 0..6)) {
        let pieces: Vec<Vec<u8>> = pieces.into_iter().map(|(piece, times)| piece.repeat(times)).collect();
        let whole = pieces.concat();
        let body = Body::from_stream(stream::iter(pieces.into_iter().map(|piece| Ok::<_, Infallible>(Bytes::from(piece)))));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
        match runtime.block_on(read(Request::new(body))) {
            Ok(bytes) => prop_assert!(bytes == whole && whole.len() <= MAX_BYTES),
            Err(error) => prop_assert!(error.code() == Code::PayloadTooLarge && whole.len() > MAX_BYTES, "{} of {}", error.code() as u8, whole.len()),
        }
    }
}
