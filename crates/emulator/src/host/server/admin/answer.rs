use bytes::Bytes;
use http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, HeaderValue, LOCATION, REFERRER_POLICY,
    X_CONTENT_TYPE_OPTIONS,
};
use http::{Response, StatusCode};
use http_body_util::Full;
use serde::Serialize;

use super::problem::Problem;

/// What the admin API answers. None is kept by anybody, taken for another type, or read by another site.
#[derive(Debug)]
pub(in super::super) struct Answer {
    status: StatusCode,
    content_type: &'static str,
    body: Vec<u8>,
    headers: Vec<(HeaderName, HeaderValue)>,
}

const CROSS_ORIGIN_RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

impl Answer {
    fn new(status: StatusCode, content_type: &'static str, body: Vec<u8>) -> Self {
        Self { status, content_type, body, headers: Vec::new() }
    }

    /// 200 with JSON.
    pub(super) fn json(value: &impl Serialize) -> Result<Self, Problem> {
        Self::json_as(StatusCode::OK, value)
    }

    pub(super) fn json_as(status: StatusCode, value: &impl Serialize) -> Result<Self, Problem> {
        let mut body = serde_json::to_vec_pretty(value).map_err(|error| Problem::bug(&error))?;
        body.push(b'\n');
        Ok(Self::new(status, "application/json", body))
    }

    /// A page, with what it may load and run.
    pub(super) fn html(body: String, policy: HeaderValue) -> Self {
        Self::new(StatusCode::OK, "text/html; charset=utf-8", body.into_bytes()).with(CONTENT_SECURITY_POLICY, policy)
    }

    /// Where a page is.
    pub(super) fn redirect(to: &str) -> Self {
        let answer = Self::new(StatusCode::PERMANENT_REDIRECT, "text/plain; charset=utf-8", Vec::new());
        match HeaderValue::try_from(to) {
            Ok(to) => answer.with(LOCATION, to),
            Err(_) => answer,
        }
    }

    /// What is said where not even JSON can be made.
    pub(super) fn plain(status: StatusCode, text: &str) -> Self {
        Self::new(status, "text/plain; charset=utf-8", text.as_bytes().to_vec())
    }

    pub(super) fn with(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }
}

impl From<Answer> for Response<Full<Bytes>> {
    fn from(answer: Answer) -> Self {
        let mut response = Response::new(Full::new(Bytes::from(answer.body)));
        *response.status_mut() = answer.status;
        let usual = [
            (CONTENT_TYPE, answer.content_type),
            (CACHE_CONTROL, "no-store"),
            (X_CONTENT_TYPE_OPTIONS, "nosniff"),
            (REFERRER_POLICY, "no-referrer"),
            (CROSS_ORIGIN_RESOURCE_POLICY, "same-origin"),
        ];
        let headers = response.headers_mut();
        headers.extend(usual.map(|(name, value)| (name, HeaderValue::from_static(value))));
        headers.extend(answer.headers);
        response
    }
}
