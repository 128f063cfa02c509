//! How long a client certificate is asked to be good.

use std::num::NonZeroU32;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use kubeproof_client::{Error, ErrorKind};
use serde_json::{Value, json};

/// How long a client certificate shall be good.
///
/// The clouds differ in what they take, so that is left to them: Open Telekom Cloud documents 1 to 1825 days, Huawei Cloud
/// 1 to 1827, and no longer than five years.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Validity {
    /// This many days.
    Days(NonZeroU32),
    /// As long as cce allows, about five years.
    Longest,
    /// Until this instant, of which the second counts. Only Huawei Cloud takes one, 15 minutes to five years ahead.
    Until(Timestamp),
}

impl Validity {
    /// A number of days as the provider writes it: -1 is [`Longest`](Self::Longest).
    ///
    /// ```
    /// use kubeproof_cce::Validity;
    ///
    /// assert_eq!(Validity::of_days(-1)?, Validity::Longest);
    /// assert!(Validity::of_days(0).is_err());
    /// # Ok::<(), kubeproof_client::Error>(())
    /// ```
    ///
    /// # Errors
    /// `invalid-argument` for 0, less than -1, and more than fit into 32 bits, which no cloud takes.
    pub fn of_days(days: i64) -> Result<Self, Error> {
        if days == -1 {
            return Ok(Self::Longest);
        }
        u32::try_from(days).ok().and_then(NonZeroU32::new).map(Self::Days).ok_or_else(|| {
            Error::new(ErrorKind::InvalidArgument, "a certificate cannot be good for that many days")
                .with_remedy("give 1 or more days, or -1 for as long as possible")
        })
    }

    /// The body of the request.
    pub(crate) fn body(self) -> Value {
        match self {
            Self::Days(days) => json!({"duration": days}),
            Self::Longest => json!({"duration": -1}),
            Self::Until(instant) => {
                let civil = instant.to_zoned(TimeZone::UTC);
                json!({"expire_at": civil.strftime("%Y-%m-%d %H:%M:%S +0000 UTC").to_string()})
            }
        }
    }
}
