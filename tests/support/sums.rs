//! What sums of unknown amounts fix.

/// The unknowns that have one value in every solution: those alone in a row of the reduced form.
pub(crate) fn fixed_by(mut rows: Vec<Vec<f64>>, unknowns: usize) -> Vec<usize> {
    let mut rank = 0;
    for column in 0..unknowns {
        let Some(pivot) = (rank..rows.len()).find(|&row| rows[row][column].abs() > 1e-9)
        else {
            continue;
        };
        rows.swap(rank, pivot);
        let scale = rows[rank][column];
        rows[rank].iter_mut().for_each(|cell| *cell /= scale);
        let lead = rows[rank].clone();
        for (at, row) in rows.iter_mut().enumerate().filter(|(at, _)| *at != rank) {
            let factor = row[column];
            assert_ne!(at, rank);
            row.iter_mut().zip(&lead).for_each(|(cell, lead)| *cell -= factor * lead);
        }
        rank += 1;
    }
    let filled =
        |row: &&Vec<f64>| row.iter().filter(|cell| cell.abs() > 1e-9).count() == 1;
    let alone = rows.iter().filter(filled);
    alone.filter_map(|row| row.iter().position(|cell| cell.abs() > 1e-9)).collect()
}
