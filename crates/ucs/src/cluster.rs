//! What can be asked for.

use std::fmt;
use std::net::IpAddr;

use kubeproof_client::{Error, ErrorKind, Identifier};

/// The id of an attached cluster.
///
/// "The cluster ID must comply with the Kubernetes UUID format rules": eight, four, four, four and twelve hexadecimal
/// digits. Which version of UUID is not said, and clusters with version 1 exist, so none is required; upper case is
/// accepted and sent as given.
///
/// ```
/// use kubeproof_ucs::ClusterId;
///
/// assert!(ClusterId::parse("a4df62ce-64d5-11f1-a2b8-02550a100047").is_ok());
/// assert!(ClusterId::parse("my-cluster").is_err());
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ClusterId(String);

impl ClusterId {
    /// Checks the form of an id.
    ///
    /// # Errors
    /// `invalid-argument` when it has not the form of a UUID.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let groups: Vec<&str> = text.split('-').collect();
        let fits = groups.iter().map(|group| group.len()).eq([8, 4, 4, 4, 12])
            && groups.iter().all(|group| group.bytes().all(|byte| byte.is_ascii_hexdigit()));
        if fits {
            Ok(Self(text.to_owned()))
        } else {
            Err(Error::new(ErrorKind::InvalidArgument, "the cluster id is not a uuid")
                .with_remedy("give the id of the attached cluster as ucs shows it; nothing was sent"))
        }
    }
}

impl fmt::Display for ClusterId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What can be asked for besides a cluster.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// How the cluster is reached over the private network; `None` for the public one.
    pub private_access: Option<PrivateAccess>,
}

/// How a cluster is reached over the private network. The document makes both values mandatory there, so there is no
/// half of this.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PrivateAccess {
    vpcendpoint: IpAddr,
    region: String,
}

impl PrivateAccess {
    /// Private access by the address of a VPC endpoint in a region.
    ///
    /// # Errors
    /// `invalid-argument` when the first is not an IP address, or the second cannot be the name of a region.
    pub fn new(vpcendpoint: &str, region: &str) -> Result<Self, Error> {
        let vpcendpoint = vpcendpoint
            .parse()
            .map_err(|_| Error::new(ErrorKind::InvalidArgument, "the vpc endpoint is not an ip address"))?;
        let region = Identifier::parse("region", region)?.as_str().to_owned();
        Ok(Self { vpcendpoint, region })
    }

    /// Private access by both values, public access by neither.
    ///
    /// # Errors
    /// `invalid-argument` when only one is there, and as [`PrivateAccess::new`].
    pub fn of_both(vpcendpoint: Option<&str>, region: Option<&str>) -> Result<Option<Self>, Error> {
        let missing = |name: &str| {
            Error::new(ErrorKind::InvalidArgument, format!("the {name} is missing")).with_remedy(
                "give both the vpc endpoint and the region for private access, or neither; nothing was sent",
            )
        };
        match (vpcendpoint, region) {
            (None, None) => Ok(None),
            (Some(vpcendpoint), Some(region)) => Self::new(vpcendpoint, region).map(Some),
            (None, Some(_)) => Err(missing("vpc endpoint")),
            (Some(_), None) => Err(missing("region")),
        }
    }

    /// The address of the VPC endpoint.
    #[must_use]
    pub fn vpcendpoint(&self) -> IpAddr {
        self.vpcendpoint
    }

    /// The region.
    #[must_use]
    pub fn region(&self) -> &str {
        &self.region
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cluster_ids() {
        for text in [
            "11111111-2222-3333-4444-555555555555",
            "a4df62ce-64d5-11f1-a2b8-02550a100047",
            "A4DF62CE-64D5-11F1-A2B8-02550A100047",
            "00000000-0000-0000-0000-000000000000",
        ] {
            assert_eq!(ClusterId::parse(text).unwrap().to_string(), text);
        }
        for text in [
            "",
            "c1",
            "11111111222233334444555555555555",
            "11111111-2222-3333-4444-55555555555",
            "11111111-2222-3333-4444-555555555555-",
            "g1111111-2222-3333-4444-555555555555",
            "{11111111-2222-3333-4444-555555555555}",
            "11111111-2222-3333-4444-555555555555\n",
            " 11111111-2222-3333-4444-555555555555",
            "11111111-2222-3333-44444-55555555555",
            "../../../-2222-3333-4444-555555555555",
        ] {
            assert_eq!(ClusterId::parse(text).unwrap_err().kind(), ErrorKind::InvalidArgument, "{text:?}");
        }
    }

    #[test]
    fn private_access_is_whole_or_absent() {
        for (vpcendpoint, region, expected) in [
            (None, None, Ok(false)),
            (Some("10.0.0.9"), Some("eu-de"), Ok(true)),
            (Some("fd00::9"), Some("eu-de"), Ok(true)),
            (Some("10.0.0.9"), None, Err("the region is missing")),
            (None, Some("eu-de"), Err("the vpc endpoint is missing")),
            (Some(""), Some("eu-de"), Err("not an ip address")),
            (Some("10.0.0.9:80"), Some("eu-de"), Err("not an ip address")),
            (Some("endpoint.example"), Some("eu-de"), Err("not an ip address")),
            (Some("10.0.0.9"), Some(""), Err("the region is empty")),
            (Some("10.0.0.9"), Some("eu de"), Err("the region holds ' '")),
        ] {
            match (PrivateAccess::of_both(vpcendpoint, region), expected) {
                (Ok(found), Ok(expected)) => assert_eq!(found.is_some(), expected),
                (Err(error), Err(expected)) => assert!(error.to_string().contains(expected), "{error}"),
                (found, _) => panic!("{vpcendpoint:?} {region:?}: {found:?}"),
            }
        }
    }
}
