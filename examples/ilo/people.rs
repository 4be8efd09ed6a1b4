//! Whole people from shares: the largest remainders, so that sums are exact.

/// Splits a total by weights into whole numbers that add up to it exactly.
///
/// Largest remainder (Hamilton); of equal remainders the earlier comes first.
pub(super) fn apportion(total: u32, weights: &[f64]) -> Vec<u32> {
    let whole: f64 = weights.iter().sum();
    let shares: Vec<f64> = weights.iter().map(|w| f64::from(total) * w / whole).collect();
    let mut parts: Vec<u32> = shares.iter().map(|share| share.floor() as u32).collect();
    let mut order: Vec<usize> = (0..parts.len()).collect();
    order.sort_by(|&a, &b| {
        shares[b].fract().total_cmp(&shares[a].fract()).then(a.cmp(&b))
    });
    let missing = total.saturating_sub(parts.iter().sum());
    for &row in order.iter().take(missing as usize) {
        parts[row] += 1;
    }
    parts
}
