//! What in a twist would silently do nothing.

use http::{HeaderName, HeaderValue, Method};

use super::{Answer, Ask, Calls, OnTheWire, Twist, When};
use crate::adapter::Options;
use crate::case::status_mistake;

/// What is wrong with it, a sentence each.
pub(super) fn mistakes(twist: &Twist) -> Vec<String> {
    let mut wrong = Wrong(Vec::new());
    for ask in &twist.ask {
        if let Ask::Forget(name) = ask {
            wrong.option(name);
        }
    }
    if let Calls::Again(when) = &twist.calls {
        wrong.when(when);
    }
    for on_the_wire in &twist.wire {
        match on_the_wire {
            OnTheWire::WithoutHeader(name)
            | OnTheWire::AnswerWithoutHeader(name)
            | OnTheWire::HeaderText { name, .. } => wrong.header(name),
            OnTheWire::Header(headers) => {
                for (name, value) in headers {
                    wrong.header(name);
                    wrong.check(HeaderValue::from_str(value).is_ok(), || format!("no header holds `{value}`"));
                }
            }
            OnTheWire::Method(method) => {
                wrong.check(Method::from_bytes(method.as_bytes()).is_ok(), || format!("`{method}` is no method"));
            }
            OnTheWire::RepeatStatus(statuses) => statuses.iter().for_each(|status| wrong.status(*status)),
            OnTheWire::Status(statuses) => {
                statuses.iter().flat_map(|(from, to)| [from, to]).for_each(|status| wrong.status(*status));
            }
            _ => {}
        }
    }
    for answer in &twist.answer {
        match answer {
            Answer::Take(when)
            | Answer::Pretend(when)
            | Answer::Kind { of: when, .. }
            | Answer::Refuse { of: when, .. } => wrong.when(when),
            Answer::Withhold(details) => wrong.check(!details.is_empty(), || "nothing is withheld".to_owned()),
            _ => {}
        }
    }
    wrong.0
}

struct Wrong(Vec<String>);

impl Wrong {
    fn check(&mut self, is_right: bool, message: impl FnOnce() -> String) {
        if !is_right {
            self.0.push(message());
        }
    }

    fn header(&mut self, name: &str) {
        self.check(HeaderName::from_bytes(name.as_bytes()).is_ok(), || format!("`{name}` is no name of a header"));
    }

    fn status(&mut self, status: u16) {
        self.0.extend(status_mistake(status));
    }

    fn when(&mut self, when: &[When]) {
        self.check(!when.is_empty(), || "an empty list is true of nothing: say when".to_owned());
        for when in when {
            if let When::Status(status) = when {
                self.status(*status);
            }
        }
    }

    fn option(&mut self, name: &str) {
        let named = serde_json::Map::from_iter([(name.to_owned(), serde_json::Value::Null)]);
        let known = serde_json::from_value::<Options>(named.into());
        self.check(known.is_ok(), || format!("`{name}` is no option of a fetch"));
    }
}
