//! The page around the stream: style, script and a policy that lets nothing else in.
//!
//! The policy names style and script by their digest and forbids every request. What comes
//! from data stands in the stream alone, which is base64 and so holds no markup; the title,
//! the one exception, is escaped.

use std::fmt::Write as _;

use super::{ViewerJob, sheets};
use crate::domain::Digest;
use crate::i18n::{self, Locale};
use crate::outputs::map::overall;
use crate::outputs::map::svg::{base64, escape};
use crate::outputs::map::words::Words;

const SCRIPT: &str = include_str!("bundle/viewer.js");
const STYLE: &str = include_str!("bundle/viewer.css");

/// The page that carries a stream.
pub(super) fn render(job: &ViewerJob<'_>, stream: &[u8]) -> Vec<u8> {
    let locale = job.locale;
    let say = |key: &str| escape(i18n::text(locale, key));
    let title = escape(job.settings.title.get(locale));
    let mut out = format!(
        "<!DOCTYPE html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{}\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"referrer\" content=\"no-referrer\">\n\
         <meta name=\"generator\" content=\"Atalaya viewer\">\n\
         <title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n\
         <noscript><p>{}</p></noscript>\n\
         <main id=\"app\"><h1>{title}</h1><p id=\"opening\">{}</p></main>\n\
         {}<script type=\"application/octet-stream\" id=\"stream\">",
        locale.id(),
        policy(),
        say("viewer.no_script"),
        say("viewer.opening"),
        charts(job),
    );
    out.push_str(&base64(stream));
    out.push_str("</script>\n");
    out.push_str(&sheets::elements(job.sheets));
    out.push_str("<script>");
    out.push_str(SCRIPT);
    out.push_str("</script>\n</body>\n</html>\n");
    out.into_bytes()
}

/// The charts in both languages, for the script to take its own: drawn by the code that draws
/// the maps. That of the whole run is the same as in the report; to the bars of the territories
/// the script gives the lengths of what it adds up.
fn charts(job: &ViewerJob<'_>) -> String {
    let mut out = String::new();
    for locale in [Locale::Es, Locale::En] {
        let words = Words { locale };
        let (area, measured) = (job.area, job.measurements);
        let (whole, bars) =
            (format!("chart-{}", locale.id()), format!("bars-{}", locale.id()));
        let chart = overall::hazards(area, measured, words);
        let svg = chart.and_then(|chart| overall::drawing(&chart, words, &whole));
        let caption = escape(&words.of("viewer.whole_caption"));
        let caption = format!("\n<figcaption>{caption}</figcaption>");
        figure(&mut out, &whole, locale, svg, &caption);
        let chart = overall::territories(area, measured, words);
        let svg = chart.and_then(|chart| overall::drawing_beside(&chart, words, &bars));
        figure(&mut out, &bars, locale, svg, "");
    }
    out
}

fn figure(out: &mut String, id: &str, locale: Locale, svg: Option<String>, below: &str) {
    let Some(svg) = svg else { return };
    let _ = writeln!(
        out,
        "<figure id=\"{id}\" lang=\"{}\" class=\"drawn\" hidden>\n{}{below}</figure>",
        locale.id(),
        svg.trim_end(),
    );
}

/// What the page may do: run this script, wear this style, show pictures that it made itself.
fn policy() -> String {
    format!(
        "default-src 'none'; script-src '{}'; style-src '{}'; img-src data: blob:; \
         base-uri 'none'; form-action 'none'",
        digest(SCRIPT),
        digest(STYLE)
    )
}

fn digest(text: &str) -> String {
    format!("sha256-{}", base64(&Digest::raw(text.as_bytes())))
}

/// Whether the bundle was made for a page: it must not end the element that it stands in.
#[cfg(test)]
fn is_embeddable(text: &str, element: &str) -> bool {
    !text.to_lowercase().contains(&format!("</{element}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bundle_stays_within_its_elements() {
        assert!(is_embeddable(SCRIPT, "script") && !SCRIPT.contains("<!--"));
        assert!(is_embeddable(STYLE, "style") && !STYLE.contains("http"));
        assert!(!is_embeddable("a</SCRIPT>", "script"));
    }

    #[test]
    fn digests_are_those_of_the_standard() {
        // echo -n 'alert(1)' | openssl dgst -sha256 -binary | base64
        assert_eq!(
            digest("alert(1)"),
            "sha256-bhHHL3z2vDgxUt0W3dWQOrprscmda2Y5pLsLg4GF+pI="
        );
    }

    #[test]
    fn no_language_is_left_out() {
        for locale in [Locale::Es, Locale::En] {
            assert_ne!(i18n::text(locale, "viewer.opening"), "viewer.opening");
        }
    }
}
