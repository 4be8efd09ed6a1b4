//! How much memory a run took, for the manifest's clock.

/// The most memory that this process has held at once, bytes, as the system counts it
/// (`VmHWM` of Linux); `None` where the system does not say.
pub(super) fn peak_bytes() -> Option<u64> {
    peak_in(&std::fs::read_to_string("/proc/self/status").ok()?)
}

fn peak_in(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: u64 = line.trim().strip_suffix(" kB")?.trim().parse().ok()?;
    kibibytes.checked_mul(1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_of_the_peak_is_read() {
        let status = "VmPeak:\t  600000 kB\nVmHWM:\t  213004 kB\nVmRSS:\t 1 kB\n";
        assert_eq!(peak_in(status), Some(218_116_096));
        assert_eq!(peak_in("VmRSS:\t 1 kB\n"), None);
        assert_eq!(peak_in("VmHWM:\t many kB\n"), None);
    }
}
