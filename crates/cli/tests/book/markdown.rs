//! What a page holds, by a reader of Markdown that is not ours.

use std::collections::{BTreeMap, BTreeSet};

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};

/// A block of code.
#[derive(Debug)]
pub(crate) struct Block {
    /// What stands behind its fence; empty where there is none.
    pub(crate) info: String,
    pub(crate) text: String,
    /// The line of its first line of text, from 1.
    pub(crate) line: usize,
    /// The names in code in the paragraph before it.
    pub(crate) named: Vec<String>,
}

/// A link, or an image.
#[derive(Debug)]
pub(crate) struct Link {
    pub(crate) target: String,
    pub(crate) line: usize,
}

/// What a page is made of, and the line at which each begins, from 1.
fn events(text: &str) -> impl Iterator<Item = (Event<'_>, usize)> {
    let starts: Vec<usize> = std::iter::once(0).chain(text.match_indices('\n').map(|(end, _)| end + 1)).collect();
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH;
    Parser::new_ext(text, options)
        .into_offset_iter()
        .map(move |(event, range)| (event, starts.partition_point(|start| *start <= range.start)))
}

/// The blocks of code, in order.
pub(crate) fn blocks(text: &str) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut named = Vec::new();
    let mut is_within = false;
    for (event, line) in events(text) {
        match event {
            Event::Start(Tag::CodeBlock(kind)) => {
                is_within = true;
                let (info, line) = match kind {
                    CodeBlockKind::Fenced(info) => (info.into_string(), line + 1),
                    CodeBlockKind::Indented => (String::new(), line),
                };
                blocks.push(Block { info, text: String::new(), line, named: std::mem::take(&mut named) });
            }
            Event::End(TagEnd::CodeBlock) => is_within = false,
            Event::Text(part) if is_within => blocks.last_mut().unwrap().text += &part,
            Event::Start(Tag::Paragraph | Tag::Heading { .. } | Tag::Item) => named.clear(),
            Event::Code(name) => named.push(name.into_string()),
            _ => {}
        }
    }
    blocks
}

/// The links, in order.
pub(crate) fn links(text: &str) -> Vec<Link> {
    events(text)
        .filter_map(|(event, line)| match event {
            Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
                Some(Link { target: dest_url.into_string(), line })
            }
            _ => None,
        })
        .collect()
}

/// What stands in code within a line, in order.
pub(crate) fn codes(text: &str) -> Vec<String> {
    events(text)
        .filter_map(|(event, _)| if let Event::Code(code) = event { Some(code.into_string()) } else { None })
        .collect()
}

/// What a link can point at within a page: what forges and mdBook make of its headings.
pub(crate) fn anchors(text: &str) -> BTreeSet<String> {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let mut anchors = BTreeSet::new();
    let mut heading: Option<String> = None;
    for (event, _) in events(text) {
        match (event, &mut heading) {
            (Event::Start(Tag::Heading { .. }), _) => heading = Some(String::new()),
            (Event::Text(part) | Event::Code(part), Some(text)) => *text += &part,
            (Event::End(TagEnd::Heading(_)), _) => {
                let anchor = anchor(&heading.take().unwrap());
                let count = seen.entry(anchor.clone()).or_default();
                anchors.insert(if *count == 0 { anchor } else { format!("{anchor}-{count}") });
                *count += 1;
            }
            _ => {}
        }
    }
    anchors
}

/// What forges and mdBook call a heading.
pub(crate) fn anchor(heading: &str) -> String {
    let kept = heading.trim().chars().filter(|c| c.is_alphanumeric() || *c == '-' || *c == '_' || c.is_whitespace());
    kept.map(|c| if c.is_whitespace() { '-' } else { c }).flat_map(char::to_lowercase).collect()
}

#[test]
fn a_page_is_read() {
    let text = "# The *first* `a.b`\n\n## Again\n\n## Again\n\nWrite `a/b.rs`:\n\n```rust file=a/b.rs\nfn main() {}\n```\n\n    indented\n\n\
                [there](x.md#y) ![p](p.png)\n\n```text\n[no](link.md)\n# no heading\n```\n";
    assert_eq!(anchors(text), ["the-first-ab", "again", "again-1"].map(str::to_owned).into());
    let targets: Vec<(String, usize)> = links(text).into_iter().map(|link| (link.target, link.line)).collect();
    assert_eq!(targets, [("x.md#y".to_owned(), 15), ("p.png".to_owned(), 15)]);
    let blocks = blocks(text);
    let seen: Vec<(&str, &str, usize)> =
        blocks.iter().map(|block| (block.info.as_str(), block.text.as_str(), block.line)).collect();
    assert_eq!(
        seen,
        [
            ("rust file=a/b.rs", "fn main() {}\n", 10),
            ("", "indented\n", 13),
            ("text", "[no](link.md)\n# no heading\n", 18)
        ]
    );
    assert_eq!(blocks[0].named, ["a/b.rs"]);
}
