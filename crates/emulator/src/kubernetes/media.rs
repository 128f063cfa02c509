use http::header::ACCEPT;

use crate::Request;

/// A representation that a client may ask for with `Accept` (API concepts, "Alternate representations of resources").
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// The object itself, in JSON.
    Json,
    /// `as=Table;v=v1;g=meta.k8s.io`: what kubectl prints.
    Table,
    /// `as=APIGroupDiscoveryList;v=v2;g=apidiscovery.k8s.io`: all resources at once.
    Discovery,
}

impl Form {
    /// The media type of an answer.
    pub(super) fn content_type(self) -> &'static str {
        match self {
            Self::Json | Self::Table => "application/json",
            Self::Discovery => "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList",
        }
    }

    /// The first form that a request accepts of JSON and `others`; `None` when it accepts none.
    pub(super) fn accepted(request: &Request, others: &[Self]) -> Option<Self> {
        let fields: Vec<&str> =
            request.headers.get_all(ACCEPT).iter().filter_map(|field| field.to_str().ok()).collect();
        if fields.iter().all(|field| field.trim().is_empty()) {
            return Some(Self::Json);
        }
        let ranges = fields.iter().flat_map(|field| field.split(','));
        ranges.filter_map(Self::of).find(|form| *form == Self::Json || others.contains(form))
    }

    /// The form of one media range; `None` when there is none such here.
    fn of(range: &str) -> Option<Self> {
        let mut parts = range.split(';').map(str::trim);
        let essence = parts.next()?.to_ascii_lowercase();
        if !["application/json", "application/*", "*/*"].contains(&essence.as_str()) {
            return None;
        }
        let parameters: Vec<(&str, &str)> = parts.filter_map(|parameter| parameter.split_once('=')).collect();
        let value = |name| parameters.iter().find(|(key, _)| *key == name).map(|(_, value)| *value);
        match (value("as"), value("g"), value("v")) {
            (None, _, _) => Some(Self::Json),
            (Some("Table"), Some("meta.k8s.io"), Some("v1")) => Some(Self::Table),
            (Some("APIGroupDiscoveryList"), Some("apidiscovery.k8s.io"), Some("v2")) => Some(Self::Discovery),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(accept: &[&str], expected: Option<Form>) {
        let request = accept.iter().fold(Request::get("/"), |request, field| request.with_header("accept", field));
        assert_eq!(Form::accepted(&request, &[Form::Table]), expected, "{accept:?}");
    }

    #[test]
    fn the_first_form_that_can_be_had_is_taken() {
        const TABLE: &str = "application/json;as=Table;v=v1;g=meta.k8s.io";
        check(&[], Some(Form::Json));
        check(&[""], Some(Form::Json));
        check(&["application/json"], Some(Form::Json));
        check(&["application/json, */*"], Some(Form::Json));
        check(&["application/vnd.kubernetes.protobuf,application/json"], Some(Form::Json));
        check(&[TABLE], Some(Form::Table));
        check(&["application/json;as=Table;v=v1beta1;g=meta.k8s.io", "application/json"], Some(Form::Json));
        check(
            &[
                "application/json;as=APIGroupDiscoveryList;v=v2;g=apidiscovery.k8s.io, application/json; as=Table; v=v1; g=meta.k8s.io",
            ],
            Some(Form::Table),
        );
        check(&["application/json;q=0.9"], Some(Form::Json));
        check(&["application/yaml"], None);
        check(&["application/vnd.kubernetes.protobuf"], None);
    }
}
