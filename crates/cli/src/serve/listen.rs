use std::fmt;
use std::io::{self, ErrorKind};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::num::NonZeroU16;
use std::str::FromStr;

use clap::Args;
use kubeproof::emulator::host::server::{Admin, CannotListen, Ports, Transport};

/// The port unless told otherwise: always the same, so that a client can be pointed there once.
const USUAL_PORT: u16 = 7420;

/// Where to listen, and what to speak there.
#[derive(Args)]
pub(super) struct Place {
    /// The address to listen at, and perhaps a port; 0 is a free one. IPv6 stands in brackets if a port follows
    #[arg(long, value_name = "ADDR[:PORT]", default_value_t)]
    pub(super) listen: Listen,

    /// Give each provider a port of its own: the first that of --listen, each next one the next port
    #[arg(long)]
    pub(super) port_each: bool,

    /// Where the admin API and its page are, which see and change everything: `on`, `off`, or `on` at a port of its own that
    /// is told [default: on if only this machine can reach it, off otherwise]
    #[arg(long, value_name = "on|off|PORT", num_args = 0..=1, require_equals = true, default_missing_value = "on")]
    admin: Option<Desk>,

    /// Speak HTTPS, with a certificate authority that is made at the start
    #[arg(long)]
    pub(super) tls: bool,

    /// Certify this name or address too, besides localhost and that of --listen; may be given again
    #[arg(long = "tls-name", value_name = "NAME", value_parser = name)]
    pub(super) tls_names: Vec<String>,
}

/// Whether there is an admin API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Desk(Admin);

impl FromStr for Desk {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Ok(Self(match text {
            "on" => Admin::On,
            "off" => Admin::Off,
            port => Admin::At(port.parse().map_err(|_| "write `on`, `off` or a port, as in --admin=8081".to_owned())?),
        }))
    }
}

impl Place {
    /// Whether there is an admin API: it asks nobody who they are.
    pub(super) fn admin(&self) -> Admin {
        let usual = if self.listen.is_loopback() { Admin::On } else { Admin::Off };
        self.admin.map_or(usual, |Desk(admin)| admin)
    }

    /// One port for all, or one each for so many providers.
    ///
    /// # Errors
    ///
    /// When they cannot be had: what is wrong and what to do.
    pub(super) fn ports(&self, each: Option<usize>) -> Result<Ports, String> {
        let ports = self.listen.ports(each)?;
        let Admin::At(admin) = self.admin() else { return Ok(ports) };
        let is_taken = match ports {
            Ports::Shared(port) => port == admin && port != 0,
            Ports::Each => false,
            Ports::EachFrom(first) => {
                (0..each.unwrap_or_default()).any(|at| usize::from(first.get()) + at == usize::from(admin))
            }
        };
        if is_taken {
            return Err(format!(
                "the providers and the admin API cannot both have the port {admin}; give --admin=on for any port that is free"
            ));
        }
        Ok(ports)
    }

    /// Why a server cannot listen, and what to do.
    pub(super) fn explain(&self, error: &io::Error) -> String {
        let at = error.get_ref().and_then(|source| source.downcast_ref::<CannotListen>()).map(|at| at.address);
        let is_admin =
            matches!((self.admin(), at), (Admin::At(port), Some(address)) if address.port() == port && port != 0);
        let place = if is_admin {
            "--admin=on".to_owned()
        } else {
            format!("--listen {}", SocketAddr::new(self.listen.address(), 0))
        };
        let remedy = match error.kind() {
            ErrorKind::AddrInUse => {
                format!("it is taken: stop what listens there, or listen at another port, as in {place}, which takes a free one")
            }
            ErrorKind::AddrNotAvailable if self.listen.address().is_ipv6() => {
                "this machine has no such address: listen at one that it has, such as --listen ::1; a port stands behind \
                 brackets, as in --listen [::1]:7420"
                    .to_owned()
            }
            ErrorKind::AddrNotAvailable => {
                "this machine has no such address: listen at one that it has, such as --listen 127.0.0.1".to_owned()
            }
            ErrorKind::PermissionDenied => {
                "it is not allowed to this user: listen at a port from 1024 on, such as --listen 127.0.0.1:8080"
                    .to_owned()
            }
            _ => return format!("cannot listen: {error}"),
        };
        format!("cannot listen: {error}; {remedy}")
    }

    /// The names and addresses to certify.
    pub(super) fn names(&self) -> Vec<String> {
        self.tls_names.clone()
    }
}

/// Reads a name of a host, or an address.
fn name(text: &str) -> Result<String, String> {
    let is_name =
        |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || "-._*".contains(c));
    if is_name(text) || text.parse::<IpAddr>().is_ok() {
        return Ok(text.to_owned());
    }
    Err("write a name such as kubeproof.example.test, or an IP address".to_owned())
}

/// Where a provider is unless told otherwise.
pub(crate) fn usual_url(transport: Transport) -> String {
    format!("{}://{}", transport.scheme(), Listen::default())
}

/// An address and a port.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Listen(SocketAddr);

impl Listen {
    pub(super) fn address(self) -> IpAddr {
        self.0.ip()
    }

    /// Whether only this machine reaches it.
    pub(super) fn is_loopback(self) -> bool {
        self.0.ip().is_loopback()
    }

    /// One port for all, or one each for so many providers.
    ///
    /// # Errors
    ///
    /// When there are not so many ports from this one on: what is wrong and what to do.
    fn ports(self, each: Option<usize>) -> Result<Ports, String> {
        let port = self.0.port();
        match (each, NonZeroU16::new(port)) {
            (None, _) => Ok(Ports::Shared(port)),
            (Some(_), None) => Ok(Ports::Each),
            (Some(count), Some(first)) => {
                let last = usize::from(port) + count.saturating_sub(1);
                if last > usize::from(u16::MAX) {
                    return Err(format!(
                        "{count} providers need the ports {port} to {last}, and the last port there is is {}; \
                         listen at a lower port",
                        u16::MAX
                    ));
                }
                Ok(Ports::EachFrom(first))
            }
        }
    }
}

impl Default for Listen {
    fn default() -> Self {
        Self(SocketAddr::new(Ipv4Addr::LOCALHOST.into(), USUAL_PORT))
    }
}

impl fmt::Display for Listen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for Listen {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let text =
            text.strip_prefix("localhost").map_or(text.to_owned(), |port| format!("{}{port}", Ipv4Addr::LOCALHOST));
        let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(&text);
        let alone = || bare.parse().ok().map(|address| SocketAddr::new(address, USUAL_PORT));
        text.parse().ok().or_else(alone).map(Self).ok_or_else(|| {
            "write an IP address of this machine and perhaps a port: 127.0.0.1, 127.0.0.1:8080, [::1]:8080, or 0.0.0.0 \
             for all of its addresses"
                .to_owned()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Option<&str>) {
        assert_eq!(text.parse::<Listen>().ok().map(|listen| listen.to_string()).as_deref(), expected, "{text}");
    }

    #[test]
    fn an_address_may_have_a_port() {
        check("127.0.0.1", Some("127.0.0.1:7420"));
        check("127.0.0.1:0", Some("127.0.0.1:0"));
        check("0.0.0.0:80", Some("0.0.0.0:80"));
        check("[::1]:8080", Some("[::1]:8080"));
        check("[::1]", Some("[::1]:7420"));
        check("::1", Some("[::1]:7420"));
        check("localhost", Some("127.0.0.1:7420"));
        check("localhost:8080", Some("127.0.0.1:8080"));
        for wrong in ["", "8080", ":8080", "127.0.0.1:", "127.0.0.1:65536", "[127.0.0.1", "example.test", "localhosts"]
        {
            check(wrong, None);
        }
    }

    #[test]
    fn ports_are_one_or_one_each() {
        let ports = |text: &str, each| text.parse::<Listen>().unwrap().ports(each);
        assert_eq!(ports("127.0.0.1:8080", None), Ok(Ports::Shared(8080)));
        assert_eq!(ports("127.0.0.1:0", Some(4)), Ok(Ports::Each));
        assert_eq!(ports("127.0.0.1:65532", Some(4)), Ok(Ports::EachFrom(NonZeroU16::new(65_532).unwrap())));
        assert!(ports("127.0.0.1:65533", Some(4)).unwrap_err().contains("65533 to 65536"));
    }

    #[test]
    fn an_address_that_there_is_not_may_be_one_without_brackets() {
        let place = |listen: &str| Place {
            listen: listen.parse().unwrap(),
            port_each: false,
            admin: None,
            tls: false,
            tls_names: Vec::new(),
        };
        let error = io::Error::from(ErrorKind::AddrNotAvailable);
        assert!(place("::1:7777").explain(&error).contains("--listen [::1]:7420"));
        assert!(place("192.0.2.1").explain(&error).ends_with("--listen 127.0.0.1"));
    }
}
