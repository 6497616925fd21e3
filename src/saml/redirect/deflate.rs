//! DEFLATE without header or checksum (RFC 1951), as §3.4.4.1 has it, with an end to how much is unpacked.

use std::cell::RefCell;

use flate2::{Compress, Compression, Decompress, FlushCompress, FlushDecompress, Status};

use crate::saml::Error;
use crate::saml::document::MAX_MESSAGE;

/// Bytes that a message may have once it is unpacked.
pub(super) const MAX_INFLATED: usize = MAX_MESSAGE;

thread_local! {
    /// What unpacks, and room for one byte more than is read, so that a message of just the bound is told from a longer
    /// one. Kept by each thread: to make them takes longer than to unpack a request with them.
    static INFLATER: RefCell<(Decompress, Vec<u8>)> =
        RefCell::new((Decompress::new(false), Vec::with_capacity(MAX_INFLATED + 1)));
}

/// Unpacks a message. What follows its end is refused: no honest sender has anything to say there.
///
/// # Errors
/// [`Error::TooLarge`] past the bound; [`Error::NotDeflated`] for what is no such stream, or more than one.
pub(in super::super) fn inflate(packed: &[u8]) -> Result<Vec<u8>, Error> {
    INFLATER.with_borrow_mut(|(inflater, plain)| {
        inflater.reset(false);
        plain.clear();
        let status = inflater.decompress_vec(packed, plain, FlushDecompress::Finish);
        if plain.len() > MAX_INFLATED {
            return Err(Error::TooLarge { limit: MAX_INFLATED, received: plain.len() });
        }
        let is_whole = status.is_ok_and(|status| status == Status::StreamEnd);
        let read = usize::try_from(inflater.total_in()).unwrap_or(usize::MAX);
        if is_whole && read == packed.len() { Ok(plain.clone()) } else { Err(Error::NotDeflated) }
    })
}

/// Packs a message.
pub(super) fn deflate(plain: &[u8]) -> Result<Vec<u8>, Error> {
    let mut deflater = Compress::new(Compression::default(), false);
    // A stored block costs five bytes for each 64 KiB: this is room for whatever cannot be packed at all.
    let mut packed = Vec::with_capacity(plain.len() + plain.len() / 1_000 + 128);
    match deflater.compress_vec(plain, &mut packed, FlushCompress::Finish) {
        Ok(Status::StreamEnd) => Ok(packed),
        _ => Err(Error::NotDeflated),
    }
}
