//! What the fuzz targets share: an allocator that takes no single request beyond measure,
//! and what must hold of whatever a reader returns.

use std::alloc::{GlobalAlloc, Layout, System};

use atalaya::formats::{FormatError, Parsed, Wanted};

/// Most bytes that one request may ask for. The fuzzer looks at the memory in use only now
/// and then, and room that was asked for and not used would escape it.
const MOST: usize = 400 << 20;

struct Limited;

#[global_allocator]
static ALLOCATOR: Limited = Limited;

// SAFETY: every call goes to the system's allocator as it is, or ends the program.
unsafe impl GlobalAlloc for Limited {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        limit(layout.size());
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        limit(layout.size());
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        limit(size);
        unsafe { System.realloc(pointer, layout, size) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        unsafe { System.dealloc(pointer, layout) }
    }
}

fn limit(size: usize) {
    if size > MOST {
        std::process::abort();
    }
}

/// The fields that the targets ask for.
pub fn wanted() -> Wanted {
    Wanted::new(["code", "people", "name"].map(str::to_owned))
}

/// Looks at an outcome: features, parts, positions and columns must fit one another.
pub fn look_at(outcome: Result<Parsed, FormatError>) {
    let parsed = match outcome {
        Ok(parsed) => parsed,
        Err(error) => {
            assert!(!error.to_string().is_empty());
            return;
        }
    };
    let data = &parsed.data;
    let count = data.features.len();
    assert!(parsed.rows >= count as u64);
    assert_eq!(data.ids.len(), count);
    for field in wanted().fields() {
        assert_eq!(data.columns[field].len(), count, "{field}");
    }
    let mut end = 0;
    for (next, _) in &data.parts {
        assert!(next > end, "an empty part");
        end = next;
    }
    assert_eq!(end as usize, data.coords.len());
    let mut end = 0;
    for feature in &data.features {
        assert!(feature.parts_end >= end);
        assert!(!feature.is_null || feature.parts_end == end);
        end = feature.parts_end;
    }
    assert_eq!(end as usize, data.parts.len());
    assert!(parsed.troubles.iter().all(|t| t.kept.is_none_or(|kept| kept < count)));
}
