//! Adapters that are broken on purpose, as data: what is done to an honest client, and which clauses that breaks.

mod load;
mod sense;

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::adapter::{FailureKind, Options};
use crate::case::{Case, Place};

pub(crate) use self::load::load_saboteurs;

/// How the message of an adapter begins that could not do what it was to do to a client: a case that failed with it judges nothing.
pub const COULD_NOT: &str = "the saboteur could not do its work";

/// An adapter that is broken on purpose, to prove that cases can fail.
#[derive(Clone, Debug)]
pub struct Saboteur {
    /// Its id: provider and a name that says what it does, as in `ucs/asks-twice`.
    pub id: String,
    /// The provider.
    pub provider: &'static str,
    /// What it does, as a sentence.
    pub title: String,
    /// What makes it so.
    pub twist: Twist,
    /// The clauses that it breaks. For each, a case that judges by it has to catch it.
    pub breaks: Vec<String>,
    /// The clauses by which the emulation has to refuse it, or complain of it, in a case of a clause that it breaks, where it has
    /// nothing to say to the honest client.
    pub refused: Vec<String>,
    /// Where it is written.
    pub place: Place,
}

impl Saboteur {
    /// Whether a case judges by a clause that it breaks, so that it has to catch it, or another one of that clause has.
    pub fn is_aimed_at(&self, case: &Case) -> bool {
        case.clauses.iter().any(|clause| self.breaks.contains(clause))
    }
}

/// What is done to an honest client. Each part is optional; together they are done in the order of the fields.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Twist {
    /// What it is told otherwise than the caller did.
    pub ask: Vec<Ask>,
    /// How often it asks.
    pub calls: Calls,
    /// What is done between it and the provider.
    pub wire: Vec<OnTheWire>,
    /// What is made of its answer.
    pub answer: Vec<Answer>,
}

impl Twist {
    /// A client to which nothing is done, but which speaks through the place where a saboteur on the wire stands. What it fails
    /// tells nothing of such a saboteur.
    pub fn idle_on_the_wire() -> Self {
        Self { wire: vec![OnTheWire::Nothing], ..Self::default() }
    }

    /// Whether it stands between the client and the provider.
    pub fn is_on_the_wire(&self) -> bool {
        let asks_again = matches!(&self.calls, Calls::Again(when) if when.iter().any(When::needs_the_body));
        asks_again || !self.wire.is_empty() || self.answer.iter().any(Answer::needs_the_body)
    }

    /// Whether nothing is done.
    pub fn is_idle(&self) -> bool {
        self.ask.is_empty() && self.wire.is_empty() && self.answer.is_empty() && matches!(self.calls, Calls::Once)
    }
}

/// What a client is told otherwise than its caller did.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ask {
    /// This option is not passed on: `forget: expiry_seconds`.
    Forget(String),
    /// These options are asked for whatever the caller wants.
    Always(Options),
    /// These options are asked for where the caller wants other values of them.
    Instead(Options),
    /// Ids are those of another cluster.
    Ids(BTreeMap<String, String>),
    /// Whatever id is given is made fit to be one: what does not belong into it is left out.
    MendIds,
    /// Ids are written in lower case.
    SmallIds,
    /// Ids end after this many characters.
    CutIds(usize),
    /// The credential has something behind it.
    CredentialWith(String),
    /// A credential ends before the first character that no header can hold.
    CutCredential,
    /// There is no limit of time.
    Patiently,
}

/// How often a client asks.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Calls {
    /// As often as it does.
    #[default]
    Once,
    /// Not at all: it says this of everything.
    Never(FailureKind),
    /// Once more when one of these is true of the answer.
    Again(Vec<When>),
    /// Not for a cluster of which it was told something before, be it that there is none.
    Remembered,
    /// Until it is answered with access, for a long time.
    UntilItWorks,
    /// Not for a cluster whose id is no UUID of version 4.
    ForUuid4,
}

/// What is true of an answer.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum When {
    /// It is access.
    Access,
    /// It is an error of this kind.
    Kind(FailureKind),
    /// It is an error with this HTTP status.
    Status(u16),
    /// The body that was sent holds this text.
    Body(String),
    /// The body that was sent begins with this text.
    Begins(String),
    /// The body that was sent is of another media type.
    NotOfType(String),
}

impl When {
    /// Whether only one can tell who sees what the provider sent.
    fn needs_the_body(&self) -> bool {
        matches!(self, Self::Body(_) | Self::Begins(_) | Self::NotOfType(_))
    }
}

/// What is done between a client and the provider.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OnTheWire {
    /// Nothing, but that it stands there; no file says that.
    #[serde(skip)]
    Nothing,
    /// This header is left out of requests.
    WithoutHeader(String),
    /// Requests have these headers.
    Header(BTreeMap<String, String>),
    /// Where a header of requests holds one text, it holds another.
    HeaderText {
        /// The header.
        name: String,
        /// The text that is replaced.
        from: String,
        /// The text that takes its place.
        to: String,
    },
    /// Requests have another method.
    Method(String),
    /// Where the target of a request holds one text, it holds another: `target: {from: clusters, to: cluster}`.
    Target(Replacement),
    /// A query parameter is left out.
    WithoutParameter(String),
    /// Something is put behind the target of a request.
    Append(String),
    /// Requests have this body.
    Body(String),
    /// Any certificate is trusted.
    TrustAnyone,
    /// No certificate is.
    TrustNobody,
    /// Redirects are followed wherever they lead, with everything that was sent.
    FollowRedirects,
    /// Redirects are followed where they stay with the provider, as a GET without a body.
    FollowAsGet,
    /// No more than this many milliseconds are waited for an answer, or a part of one.
    Impatient(u64),
    /// A request whose answer got lost is sent again.
    RepeatLost,
    /// A request that is answered with one of these is sent again, for a long time.
    RepeatStatus(Vec<u16>),
    /// Answers have another status.
    Status(BTreeMap<u16, u16>),
    /// Answers lack this header.
    AnswerWithoutHeader(String),
    /// Where the body of an answer holds one text, it holds another.
    AnswerText(Replacement),
    /// No more than this of the body of an answer is read.
    ReadAtMost(usize),
}

/// A text in place of another.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Replacement {
    /// The text that is replaced, wherever it stands.
    pub from: String,
    /// The text that takes its place.
    pub to: String,
}

/// What is made of the answer of a client.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Answer {
    /// The body that the provider sent is handed on as access, where the answer is an error and one of these is true of it.
    Take(Vec<When>),
    /// An error is of another kind, where one of these is true of it.
    Kind {
        /// Which errors.
        of: Vec<When>,
        /// The kind that it is given.
        is: FailureKind,
    },
    /// Errors do not tell this.
    Withhold(Vec<Detail>),
    /// Errors tell the credential that was used.
    TellTheCredential,
    /// Errors tell the body that was sent.
    TellTheBody,
    /// An error is told as access that holds nothing, where one of these is true of it.
    Pretend(Vec<When>),
    /// Access is refused, where one of these is true of it.
    Refuse {
        /// Which access.
        of: Vec<When>,
        /// The kind of the error that it becomes.
        is: FailureKind,
    },
    /// The kubeconfig is changed.
    Kubeconfig(Edit),
    /// The items of access information are changed.
    Items(ItemEdit),
    /// Access is handed on as another thing than it is.
    As(Thing),
}

impl Answer {
    /// Whether it can only be done by one who sees what the provider sent.
    fn needs_the_body(&self) -> bool {
        match self {
            Self::Take(_) | Self::TellTheBody => true,
            Self::Kind { of, .. } | Self::Pretend(of) | Self::Refuse { of, .. } => of.iter().any(When::needs_the_body),
            Self::Withhold(_) | Self::TellTheCredential | Self::Kubeconfig(_) | Self::Items(_) | Self::As(_) => false,
        }
    }
}

/// What an error tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Detail {
    /// The HTTP status.
    Status,
    /// The provider's code.
    Code,
    /// The message.
    Message,
    /// The id of the request.
    RequestId,
}

/// What a client hands on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Thing {
    /// A kubeconfig.
    Kubeconfig,
    /// Access information.
    Access,
}

/// A change of a kubeconfig.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Edit {
    /// Clusters lose their certificate authority.
    NoAuthority,
    /// Of a certificate authority of several certificates, the first is left.
    FirstAuthority,
    /// Servers are not verified.
    SkipVerification,
    /// Servers are reached through this proxy.
    Proxy(String),
    /// Servers are elsewhere.
    Server(Replacement),
    /// The first context is made current.
    FirstContext,
    /// The last context is made current.
    LastContext,
    /// No context is current.
    NoContext,
    /// The current context leads to the cluster that is listed first.
    FirstCluster,
    /// The current context leads to the cluster that is listed last.
    LastCluster,
    /// The current context is with the user that is listed first.
    FirstUser,
    /// All but what the current context needs is left out.
    OnlyCurrent,
    /// Everything gets another name.
    Rename(String),
    /// Users lose what they log in with.
    NoCredential,
    /// The certificate takes the place of the key.
    CertificateAsKey,
    /// Tokens are another one.
    Token(String),
    /// The token is the credential of the provider's API.
    TokenOfTheApi,
    /// Tokens that are digits are read as a number.
    TokensAsNumbers,
    /// Programs lose their arguments.
    NoArguments,
    /// Programs lose their environment.
    NoEnvironment,
    /// Another program is run.
    Program(String),
    /// The text is changed.
    Text(Replacement),
}

/// A change of access information.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ItemEdit {
    /// The last item is lost.
    WithoutLast,
    /// They come in another order.
    Reversed,
    /// All of them become one text.
    Joined,
    /// Objects become text, as another language writes them.
    AsText,
    /// Objects lose this field.
    ObjectsWithout(String),
    /// White space at the ends is lost.
    Trimmed,
    /// A text is changed.
    Text(Replacement),
}
