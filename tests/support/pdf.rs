//! The content of a sheet's PDF, for what is measured on it.

/// The content of a page's stream, from the bytes of a PDF of one page.
pub(crate) fn content(pdf: &[u8]) -> String {
    let find = |from: usize, words: &[u8]| {
        pdf[from..].windows(words.len()).position(|w| w == words).map(|at| at + from)
    };
    let mut from = 0;
    while let Some(at) = find(from, b"stream\n") {
        let start = at + b"stream\n".len();
        let end = find(start, b"\nendstream").unwrap();
        if let Ok(bytes) = miniz_oxide::inflate::decompress_to_vec_zlib(&pdf[start..end])
            && let Ok(text) = String::from_utf8(bytes)
            && text.contains(" cm ")
        {
            return text;
        }
        from = end + b"\nendstream".len();
    }
    panic!("no page in the document")
}
