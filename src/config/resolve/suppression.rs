//! Which small numbers are not published.

use super::super::error::{Trouble, nearest};
use super::super::options::{ProjectFile, SuppressionTable};
use super::super::read::At;
use super::super::settings::Settings;
use super::super::suppression::Suppression;
use super::Resolver;

impl Resolver<'_> {
    /// The rule, if the project has the section; refuses what would break it at once.
    pub(super) fn suppression(
        &mut self,
        options: &ProjectFile,
        settings: &Settings,
    ) -> Option<Suppression> {
        let table = options.suppression.as_ref()?;
        let outputs = options.outputs.as_ref();
        let kept = outputs.and_then(|outputs| outputs.value.keep_inputs.as_ref());
        if let Some(kept) = kept.filter(|kept| kept.value) {
            let (found, rule) = ("true".to_owned(), "@config.rule.keep_inputs");
            self.fail(kept, Trouble::OutOfRange { found, rule });
        }
        Some(self.rule(&table.value, settings))
    }

    fn rule(&mut self, table: &SuppressionTable, settings: &Settings) -> Suppression {
        let min_count = table.min_count.as_ref().and_then(|count| {
            self.number(count, "@config.rule.min_count", |n| (1.0..=1000.0).contains(&n))
        });
        let min_count = min_count.unwrap_or(Suppression::MIN_COUNT);
        let min_denominator = table.min_denominator.as_ref().and_then(|least| {
            let is_possible = |n: f64| n >= min_count && n <= 10_000.0;
            self.number(least, "@config.rule.min_denominator", is_possible)
        });
        let min_denominator =
            min_denominator.unwrap_or(Suppression::MIN_DENOMINATOR.max(min_count));
        let named = table.sums.as_ref().map_or(&[][..], |list| &list.value[..]);
        let mut sums: Vec<String> =
            named.iter().filter_map(|name| self.known_sum(name, settings)).collect();
        sums.sort_unstable();
        sums.dedup();
        Suppression { min_count, min_denominator, sums }
    }

    /// The name of a sum that some layer has.
    fn known_sum(&mut self, name: &At<String>, settings: &Settings) -> Option<String> {
        let roles = settings.layers.iter().filter_map(|layer| layer.exposure.as_ref());
        let mut known: Vec<String> =
            roles.flat_map(|role| role.sums.keys().cloned()).collect();
        known.sort_unstable();
        known.dedup();
        if known.contains(&name.value) {
            return Some(name.value.clone());
        }
        let nearest = nearest(&name.value, known.iter().map(String::as_str));
        let found = name.value.clone();
        self.fail(name, Trouble::UnknownWord { found, known, nearest });
        None
    }
}
