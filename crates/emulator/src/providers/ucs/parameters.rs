use std::net::IpAddr;

use http::StatusCode;

use super::error;
use crate::{Reply, Request};

/// How a cluster on the private network is reached, as its caller says.
pub(super) struct PrivateAccess {
    /// The address of the VPC endpoint.
    pub(super) vpcendpoint: IpAddr,
}

impl PrivateAccess {
    /// Reads both parameters, which are mandatory for such a cluster.
    pub(super) fn of(request: &Request) -> Result<Self, Box<Reply>> {
        let vpcendpoint = the_one(request, "vpcendpoint", "ucs.query.vpcendpoint")?;
        the_one(request, "region", "ucs.query.region")?;
        let vpcendpoint = vpcendpoint.parse().map_err(|_| {
            refusal("ucs.query.vpcendpoint-is-ip", "send the IP address of the VPC endpoint as `vpcendpoint`")
        })?;
        Ok(Self { vpcendpoint })
    }
}

fn the_one(request: &Request, name: &str, clause: &'static str) -> Result<String, Box<Reply>> {
    let mut values = request.query_values(name);
    match (values.pop(), values.is_empty()) {
        (Some(value), true) if !value.is_empty() => Ok(value),
        (None, _) => Err(refusal(clause, format!("add `{name}`: the cluster is on the private network"))),
        (Some(_), true) => Err(refusal("ucs.query.refused-with-400", format!("give `{name}` a value"))),
        (Some(_), false) => Err(refusal("ucs.query.refused-with-400", format!("send `{name}` once"))),
    }
}

fn refusal(clause: &'static str, explanation: impl Into<String>) -> Box<Reply> {
    Box::new(error::BAD_PARAMETER.write(Reply::refuse(clause, StatusCode::BAD_REQUEST, explanation)))
}
