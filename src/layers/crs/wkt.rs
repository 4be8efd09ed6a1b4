//! Well-known text: the tree of words and values, whatever they mean.
//!
//! In: the text of a `.prj` file or of a container's definition, WKT1 or WKT2. Out: a
//! [`Node`], or nothing. Knows no reference system.

/// Longest text that is looked at, bytes.
const MAX_LENGTH: usize = 64 * 1024;
/// Deepest nesting that is followed; real definitions need nine.
const MAX_DEPTH: usize = 24;

/// A keyword with what stands in its brackets.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Node {
    /// In capitals.
    pub(super) keyword: String,
    /// What stands in the brackets.
    pub(super) items: Vec<Item>,
}

/// One thing in brackets.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Item {
    /// Text in quotes.
    Text(String),
    /// A number.
    Number(f64),
    /// A keyword with brackets; one without has no items.
    Node(Node),
}

impl Node {
    /// The tree of a text; `None` if it is none, is too long or nests too deep.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let text = text.trim_start_matches('\u{feff}').trim();
        if text.len() > MAX_LENGTH {
            return None;
        }
        let mut rest = text;
        let node = node(&mut rest, 0)?;
        // Some files close with a zero byte, or say the same again in another dialect.
        (!node.items.is_empty()).then_some(node)
    }

    /// The first child of one of these keywords.
    pub(super) fn child(&self, keywords: &[&str]) -> Option<&Self> {
        self.children().find(|node| keywords.contains(&&*node.keyword))
    }

    /// All children.
    pub(super) fn children(&self) -> impl Iterator<Item = &Self> {
        self.items.iter().filter_map(|item| match item {
            Item::Node(node) => Some(node),
            Item::Text(_) | Item::Number(_) => None,
        })
    }

    /// The first text: usually the name.
    pub(super) fn text(&self) -> Option<&str> {
        self.items.iter().find_map(|item| match item {
            Item::Text(text) => Some(&**text),
            _ => None,
        })
    }

    /// All numbers directly in the brackets.
    pub(super) fn numbers(&self) -> Vec<f64> {
        let number = |item: &Item| match item {
            Item::Number(number) => Some(*number),
            _ => None,
        };
        self.items.iter().filter_map(number).collect()
    }

    /// The EPSG code in `AUTHORITY` or `ID`, if there is one.
    pub(super) fn epsg(&self) -> Option<u32> {
        let id = self.child(&["AUTHORITY", "ID"])?;
        if !id.text()?.eq_ignore_ascii_case("EPSG") {
            return None;
        }
        match id.items.get(1)? {
            Item::Text(code) => code.parse().ok(),
            Item::Number(code) => code.to_string().parse().ok(),
            Item::Node(_) => None,
        }
    }
}

fn node(rest: &mut &str, depth: usize) -> Option<Node> {
    skip_space(rest);
    let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_')?;
    if end == 0 || depth > MAX_DEPTH {
        return None;
    }
    let keyword = rest[..end].to_ascii_uppercase();
    *rest = &rest[end..];
    skip_space(rest);
    let close = match rest.chars().next()? {
        '[' => ']',
        '(' => ')',
        // A bare word, such as `north`.
        _ => return Some(Node { keyword, items: Vec::new() }),
    };
    *rest = &rest[1..];
    let mut items = Vec::new();
    loop {
        items.push(item(rest, depth)?);
        skip_space(rest);
        let next = rest.chars().next()?;
        if next == close {
            *rest = &rest[1..];
            return Some(Node { keyword, items });
        }
        *rest = rest.strip_prefix(',')?;
    }
}

fn item(rest: &mut &str, depth: usize) -> Option<Item> {
    skip_space(rest);
    match rest.chars().next()? {
        '"' => quoted(rest).map(Item::Text),
        '+' | '-' | '.' | '0'..='9' => {
            let end = rest.find([',', ']', ')', ' ', '\t', '\r', '\n'])?;
            let number: f64 = rest[..end].parse().ok()?;
            *rest = &rest[end..];
            number.is_finite().then_some(Item::Number(number))
        }
        _ => node(rest, depth + 1).map(Item::Node),
    }
}

/// Text in quotes; a doubled quote stands for one.
fn quoted(rest: &mut &str) -> Option<String> {
    let mut text = String::new();
    *rest = rest.strip_prefix('"')?;
    loop {
        let end = rest.find('"')?;
        text.push_str(&rest[..end]);
        *rest = &rest[end + 1..];
        match rest.strip_prefix('"') {
            Some(more) => {
                text.push('"');
                *rest = more;
            }
            None => return Some(text),
        }
    }
}

fn skip_space(rest: &mut &str) {
    *rest = rest.trim_start();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trees_are_read() {
        let text = "\u{feff}GeogCS [ \"a \"\"b\"\"\",\r\n  PRIMEM(\"G\", -1.5e0), \
                    AXIS[\"x\",north] , AUTHORITY[\"EPSG\",\"4248\"]]\0";
        let node = Node::parse(text).unwrap();
        assert_eq!((&*node.keyword, node.text()), ("GEOGCS", Some("a \"b\"")));
        assert_eq!(node.child(&["PRIMEM"]).unwrap().numbers(), [-1.5]);
        assert_eq!(node.epsg(), Some(4248));
    }

    #[test]
    fn rubbish_is_no_tree() {
        let deep = "A[".repeat(100_000);
        let long = format!("A[\"{}\"]", "x".repeat(MAX_LENGTH));
        let cases = [
            "",
            " ",
            "EPSG:32719",
            "PROJCS",
            "PROJCS[",
            "PROJCS[]",
            "PROJCS[\"a\"",
            "PROJCS[\"a]",
            "PROJCS[\"a\"}",
            "PROJCS[1e999]",
            "PROJCS[-]",
            "{\"a\": 1}",
            "+proj=utm",
            "PROJCS[\"a\",,]",
            "ñ[1]",
            "A[1)",
            &deep,
            &long,
        ];
        for text in cases {
            assert_eq!(Node::parse(text), None, "{}", &text[..text.len().min(40)]);
        }
    }
}
