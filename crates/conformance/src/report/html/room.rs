use serde::Serialize;

use super::super::visible::{visible, visible_lines};
use crate::outcome::ShownExchange;

/// How large a page is at most, in bytes: 5 MiB, less what is in it once and estimates of the rest.
pub(super) const PAGE: usize = 5 * 1024 * 1024 - 256 * 1024;

/// How much room there is left in the page.
pub(super) struct Room(usize);

/// What there was no room for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub(super) struct LeftOut {
    /// Failures of which only the outcome is shown.
    pub(super) failures: usize,
    /// Failures whose exchanges are not shown.
    pub(super) exchanges: usize,
}

impl Room {
    pub(super) fn beside(taken: usize) -> Self {
        Self(PAGE.saturating_sub(taken))
    }

    /// Takes room for `size` bytes, if there is as much.
    pub(super) fn take(&mut self, size: usize) -> bool {
        match self.0.checked_sub(size) {
            Some(rest) => {
                self.0 = rest;
                true
            }
            None => false,
        }
    }
}

/// How much the head of an exchange takes, in bytes.
pub(super) fn head_size(exchange: &ShownExchange) -> usize {
    const MARKUP: usize = 420;
    let fields = exchange.request_headers.iter().chain(&exchange.reply_headers);
    let fields = fields.map(|field| size(&field.name) + size(&field.value) + 3).sum::<usize>();
    let texts = [exchange.request.as_str(), &exchange.decision, &exchange.clause, &exchange.explanation];
    let complaints = exchange.complaints.iter().map(|complaint| size(complaint) + 40).sum::<usize>();
    MARKUP + fields + complaints + texts.into_iter().map(size).sum::<usize>()
}

/// How much a text takes, in bytes.
pub(super) fn size(text: &str) -> usize {
    escape(text).len()
}

/// Text within the page, in an element or in an attribute between double quotes.
pub(super) fn escape(text: &str) -> String {
    let shown = if text.contains('\n') { visible_lines(text) } else { visible(text) };
    let mut out = String::with_capacity(shown.len());
    for c in shown.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c => out.push(c),
        }
    }
    out
}
