//! How files go into the archives of a run.
//!
//! In: how large one is. Out: whether it is packed. What goes into every run shall cost little: to pack a
//! large file takes longer than all that is computed of it, and the archives have a limit of their own.

use zip::CompressionMethod;
use zip::write::SimpleFileOptions;

/// Bytes from which on a file is kept as it is.
pub(super) const LARGE: u64 = 1 << 20;

/// The options for a file of so many bytes, which is packed anyway if somebody asked for it.
pub(super) fn options(bytes: u64, is_asked_for: bool) -> SimpleFileOptions {
    let options = SimpleFileOptions::default().large_file(bytes >= u64::from(u32::MAX));
    if bytes < LARGE || is_asked_for {
        options.compression_method(CompressionMethod::Deflated).compression_level(Some(1))
    } else {
        options.compression_method(CompressionMethod::Stored)
    }
}
