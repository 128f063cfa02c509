//! Documents that are almost kubeconfigs.

use std::fmt;

use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::strategy::ValueTree as _;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

/// The bytes of a document.
#[derive(Clone)]
pub(crate) struct Document(pub(crate) Vec<u8>);

impl Document {
    /// The document as text, if it is one.
    pub(crate) fn text(&self) -> Option<String> {
        let utf16 = |bytes: &[u8], unit: fn([u8; 2]) -> u16| {
            let units: Vec<u16> = bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]])).collect();
            String::from_utf16(&units).ok()
        };
        match self.0.as_slice() {
            [0xff, 0xfe, rest @ ..] => utf16(rest, u16::from_le_bytes),
            [0xfe, 0xff, rest @ ..] => utf16(rest, u16::from_be_bytes),
            bytes => std::str::from_utf8(bytes).ok().map(str::to_owned),
        }
    }
}

impl fmt::Debug for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.text() {
            Some(text) => write!(f, "{text:?}"),
            None => write!(f, "{:?}", self.0),
        }
    }
}

/// As many documents as wanted, by a seed.
pub(crate) fn drawn(seed: u64, count: usize) -> Vec<Document> {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let strategy = document();
    (0..count).map(|_| strategy.new_tree(&mut runner).expect("a document").current()).collect()
}

fn document() -> impl Strategy<Value = Document> {
    let text = (kubeconfig(), select(&[Layout::Block, Layout::Flow, Layout::Json, Layout::Mixed][..]))
        .prop_map(|(tree, layout)| layout.print(&tree));
    let mutated = (text, prop_oneof![2 => Just(0_usize), 3 => Just(1), 2 => Just(2), 1 => Just(4)])
        .prop_flat_map(|(text, count)| (Just(text), prop::collection::vec(mutation(), count)))
        .prop_map(|(text, mutations)| mutations.into_iter().fold(text, |text, mutation| mutation.apply(&text)));
    (mutated, encoding()).prop_map(|(text, encoding)| Document(encoding.encode(&text)))
}

/// A value to be written in any layout. A scalar is a piece of YAML.
#[derive(Debug, Clone)]
enum Tree {
    Scalar(String),
    List(Vec<Tree>),
    Map(Vec<(String, Tree)>),
}

fn scalar(text: impl Into<String>) -> Tree {
    Tree::Scalar(text.into())
}

const WORDS: &[&str] = &[
    "a",
    "dev",
    "https://k8s.example.test:6443",
    "'quoted'",
    "\"quoted\"",
    "''",
    "two words",
    "\"\\u00e9\\n\"",
    "é",
    "/a/b",
    "\"\\x41\\U0001F600\"",
    "YWI=",
    "YWJ=",
    "\"YW\\nI=\"",
    "v1",
    "Config",
    "'a: b'",
    "a:b",
    "a#b",
    "x-y_z",
    "'it''s'",
];
const ODD: &[&str] = &[
    "1",
    "0",
    "-1",
    "1.5",
    "1e3",
    "0x1f",
    "0o17",
    "0777",
    "1_000",
    "true",
    "yes",
    "off",
    "y",
    "N",
    "null",
    "~",
    "",
    "[]",
    "{}",
    "[a]",
    "{a: b}",
    ".nan",
    ".inf",
    "2026-01-01",
    "12:30:45",
    "=",
    "<<",
    "!!str 1",
    "!!int '1'",
    "!!int x",
    "!!binary YWI=",
    "!x a",
    "! 1",
    "!!null x",
    "!!float 1",
    "&x a",
    "*x",
    "- a",
    "? a",
    "a: b",
    "a?b",
    "-",
    "?",
    "?a",
    "-a",
    "@a",
    "`a",
    "%a",
    "\"\\/\"",
    "\"\\ud83d\\ude00\"",
    "\"\\q\"",
    "\"\u{7}\"",
    "a\u{85}b",
    "\"a\u{2028}b\"",
    "a\u{a0}b",
    "a\u{feff}b",
    "|\n  a",
    "\"a\n  b\"",
    "[1, 2, 255]",
    "[256]",
    "99999999999999999999",
    "18446744073709551615",
    "1e400",
    "+1",
    "0b11",
    "08",
];

fn word() -> impl Strategy<Value = Tree> {
    prop_oneof![12 => select(WORDS), 1 => select(ODD)].prop_map(scalar)
}

fn flag() -> impl Strategy<Value = Tree> {
    select(&["true", "false", "yes", "off", "null", "'true'", "1", "True", "tRue"][..]).prop_map(scalar)
}

fn base64() -> impl Strategy<Value = Tree> {
    let texts = [
        "YWI=",
        "YWJ=",
        "YWJj",
        "YWI",
        "'YW I='",
        "\"YW\\r\\nI=\"",
        "Y-_=",
        "",
        "null",
        "[97]",
        "\"====\"",
        "'='",
        "YWI==",
    ];
    select(texts.to_vec()).prop_map(scalar)
}

fn words() -> impl Strategy<Value = Tree> {
    prop_oneof![8 => prop::collection::vec(word(), 0..3).prop_map(Tree::List), 1 => word()]
}

/// Some of the fields, in any order, one of them twice now and then, and unknown ones.
fn some_of(fields: Vec<(&'static str, BoxedStrategy<Tree>)>) -> BoxedStrategy<Tree> {
    let known = fields.into_iter().map(|(name, value)| (Just(name), value).boxed()).collect::<Vec<_>>();
    let field = prop::strategy::Union::new(known).prop_map(|(name, value)| (name.to_owned(), value));
    let odd_name =
        select(&["x", "Server", "1", "yes", "null", "1.50", "\"q\"", "<<", "Kind", "~", "18446744073709551615"][..]);
    let unknown = (odd_name, any_tree()).prop_map(|(name, value)| (name.to_owned(), value));
    let repeats = any::<Index>();
    (prop::collection::vec(prop_oneof![16 => field, 1 => unknown], 0..6), repeats, 0..12_u8)
        .prop_map(|(mut fields, repeats, keeps)| {
            if keeps > 0 {
                let mut seen = std::collections::HashSet::new();
                fields.retain(|(name, _)| seen.insert(name.clone()));
            } else if !fields.is_empty() {
                fields.push(fields[repeats.index(fields.len())].clone());
            }
            Tree::Map(fields)
        })
        .boxed()
}

fn any_tree() -> BoxedStrategy<Tree> {
    let leaf = prop_oneof![select(WORDS), select(ODD)].prop_map(scalar);
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Tree::List),
            prop::collection::vec((select(&["a", "b", "'c d'", "1e3", "yes"][..]), inner), 0..3)
                .prop_map(|fields| Tree::Map(fields.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())),
        ]
    })
    .boxed()
}

fn list_of(item: impl Strategy<Value = Tree> + 'static) -> BoxedStrategy<Tree> {
    prop_oneof![10 => prop::collection::vec(item, 0..3).prop_map(Tree::List), 1 => any_tree()].boxed()
}

fn named(field: &'static str, inner: BoxedStrategy<Tree>) -> BoxedStrategy<Tree> {
    let name = prop_oneof![select(&["a", "b", "c", "d", "\"433e40\""][..]).prop_map(scalar), word()];
    let whole = (name, inner.clone())
        .prop_map(move |(name, inner)| Tree::Map(vec![("name".to_owned(), name), (field.to_owned(), inner)]));
    prop_oneof![10 => whole, 1 => some_of(vec![("name", word().boxed()), (field, inner)])].boxed()
}

fn extensions() -> BoxedStrategy<Tree> {
    list_of(named("extension", any_tree()))
}

fn kubeconfig() -> BoxedStrategy<Tree> {
    let cluster = some_of(vec![
        ("server", word().boxed()),
        ("tls-server-name", word().boxed()),
        ("insecure-skip-tls-verify", flag().boxed()),
        ("certificate-authority", word().boxed()),
        ("certificate-authority-data", base64().boxed()),
        ("proxy-url", word().boxed()),
        ("disable-compression", flag().boxed()),
        ("extensions", extensions()),
    ]);
    let variable = some_of(vec![("name", word().boxed()), ("value", word().boxed())]);
    let version = select(&["client.authentication.k8s.io/v1", "client.authentication.k8s.io/v1beta1", "v1", "''"][..]);
    let exec = some_of(vec![
        ("command", word().boxed()),
        ("args", words().boxed()),
        ("env", list_of(variable)),
        ("apiVersion", version.prop_map(scalar).boxed()),
        ("installHint", word().boxed()),
        ("provideClusterInfo", flag().boxed()),
        ("interactiveMode", select(&["Never", "Always", "x", "null"][..]).prop_map(scalar).boxed()),
    ]);
    let settings = some_of(vec![("a", word().boxed()), ("b", word().boxed())]);
    let user = some_of(vec![
        ("client-certificate", word().boxed()),
        ("client-certificate-data", base64().boxed()),
        ("client-key", word().boxed()),
        ("client-key-data", base64().boxed()),
        ("token", word().boxed()),
        ("tokenFile", word().boxed()),
        ("as", word().boxed()),
        ("as-uid", word().boxed()),
        ("as-groups", words().boxed()),
        ("as-user-extra", some_of(vec![("a", words().boxed()), ("b", words().boxed())])),
        ("username", word().boxed()),
        ("password", word().boxed()),
        ("auth-provider", some_of(vec![("name", word().boxed()), ("config", settings)])),
        ("exec", exec),
        ("extensions", extensions()),
    ]);
    let context = some_of(vec![
        ("cluster", word().boxed()),
        ("user", word().boxed()),
        ("namespace", word().boxed()),
        ("extensions", extensions()),
    ]);
    let preferences = some_of(vec![("colors", flag().boxed()), ("extensions", extensions())]);
    some_of(vec![
        (
            "apiVersion",
            prop_oneof![9 => Just("v1"), 1 => select(&["v2", "''", "/v1", "null", "1"][..])].prop_map(scalar).boxed(),
        ),
        (
            "kind",
            prop_oneof![9 => Just("Config"), 1 => select(&["Foo", "''", "config", "~"][..])].prop_map(scalar).boxed(),
        ),
        ("clusters", list_of(named("cluster", cluster))),
        ("users", list_of(named("user", user))),
        ("contexts", list_of(named("context", context))),
        ("current-context", word().boxed()),
        ("preferences", preferences),
        ("extensions", extensions()),
    ])
}

#[derive(Debug, Clone, Copy)]
enum Layout {
    Block,
    Flow,
    Json,
    /// Lists in blocks, what is in them in braces.
    Mixed,
}

impl Layout {
    fn print(self, tree: &Tree) -> String {
        let mut text = String::new();
        match self {
            Self::Block => block(tree, 0, usize::MAX, &mut text),
            Self::Mixed => block(tree, 0, 2, &mut text),
            Self::Flow => flow(tree, "", &mut text),
            Self::Json => flow(tree, "\n\t", &mut text),
        }
        text.push('\n');
        text
    }
}

fn block(tree: &Tree, indent: usize, levels: usize, text: &mut String) {
    let pad = " ".repeat(indent);
    match tree {
        Tree::List(items) if !items.is_empty() && levels > 0 => {
            for item in items {
                text.push_str(&format!("\n{pad}- "));
                match item {
                    Tree::Map(fields) if !fields.is_empty() && levels > 1 => {
                        let start = text.len();
                        block(item, indent + 2, levels - 1, text);
                        // The first field goes right behind the dash.
                        text.replace_range(start..start + indent + 3, "");
                    }
                    _ => block(item, indent + 2, levels - 1, text),
                }
            }
        }
        Tree::Map(fields) if !fields.is_empty() && levels > 0 => {
            for (key, value) in fields {
                text.push_str(&format!("\n{pad}{key}: "));
                block(value, indent + 2, levels - 1, text);
            }
        }
        other => flow(other, "", text),
    }
}

fn flow(tree: &Tree, separator: &str, text: &mut String) {
    let all = |text: &mut String,
               open: char,
               parts: &mut dyn Iterator<Item = Box<dyn FnOnce(&mut String) + '_>>,
               close: char| {
        text.push(open);
        for (at, part) in parts.enumerate() {
            text.push_str(if at == 0 { "" } else { ", " });
            text.push_str(separator);
            part(text);
        }
        text.push(close);
    };
    match tree {
        Tree::Scalar(scalar) => text.push_str(scalar),
        Tree::List(items) => {
            let mut parts = items
                .iter()
                .map(|item| -> Box<dyn FnOnce(&mut String)> { Box::new(move |text| flow(item, separator, text)) });
            all(text, '[', &mut parts, ']');
        }
        Tree::Map(fields) => {
            let mut parts = fields.iter().map(|(key, value)| -> Box<dyn FnOnce(&mut String)> {
                Box::new(move |text| {
                    let is_json = !separator.is_empty()
                        && key.chars().all(|letter| letter.is_ascii_alphabetic() || letter == '-');
                    text.push_str(&if is_json { format!("\"{key}\": ") } else { format!("{key}: ") });
                    flow(value, separator, text);
                })
            });
            all(text, '{', &mut parts, '}');
        }
    }
}

/// A change of the text. Places are drawn, so that they fit any text.
#[derive(Debug, Clone)]
enum Mutation {
    Insert(Index, String),
    Remove(Index, usize),
    RepeatLine(Index),
    RemoveLine(Index),
    Indent(Index, &'static str),
    LineEnds(&'static str),
    Cut(Index),
    Before(&'static str),
    After(&'static str),
}

const PIECES: &[&str] = &[
    " ",
    "\n",
    "\t",
    "  ",
    "\n\n",
    "#",
    " # c",
    "'",
    "\"",
    "\\",
    ":",
    ": ",
    ",",
    "[",
    "]",
    "{",
    "}",
    "- ",
    "? ",
    "&x ",
    "*x",
    "!!str ",
    "!!int ",
    "!x ",
    "<<: *x\n",
    "<<: {a: b}\n",
    "|",
    ">",
    "|-\n",
    "---\n",
    "\n---\n",
    "...\n",
    "\n...\n",
    "%",
    "@",
    "\u{85}",
    "\u{2028}",
    "\u{feff}",
    "\u{a0}",
    "\u{7f}",
    "\0",
    "\r",
    "\r\n",
    "null",
    "~",
    "\u{1f600}",
    "0",
    "?",
    "-",
    "\n\t",
    "\n \t\n",
    "\n# c\n",
];

fn mutation() -> impl Strategy<Value = Mutation> {
    let piece = prop_oneof![6 => select(PIECES).prop_map(str::to_owned), 1 => any::<char>().prop_map(String::from)];
    prop_oneof![
        6 => (any::<Index>(), piece).prop_map(|(at, piece)| Mutation::Insert(at, piece)),
        3 => (any::<Index>(), 1..4_usize).prop_map(|(at, count)| Mutation::Remove(at, count)),
        1 => any::<Index>().prop_map(Mutation::RepeatLine),
        1 => any::<Index>().prop_map(Mutation::RemoveLine),
        1 => (any::<Index>(), select(&[" ", "  ", "\t", "- "][..])).prop_map(|(at, by)| Mutation::Indent(at, by)),
        1 => select(&["\r\n", "\r", "\u{85}", "\n\n", " \n", "\t\n", " # c\n"][..]).prop_map(Mutation::LineEnds),
        1 => any::<Index>().prop_map(Mutation::Cut),
        1 => select(&["%YAML 1.1\n---\n", "%YAML 1.2\n---\n", "%FOO\n---\n", "---\n", "--- ", "...\n", "# c\n", "\n\n", "\u{feff}", "\t", " "][..])
            .prop_map(Mutation::Before),
        1 => select(&["---\na: b\n", "...\n", "\t", " ", "}", "]", "# c", "\n\t\n", "x: &a [*a]\n", "x", "a: b\n", "\u{feff}"][..])
            .prop_map(Mutation::After),
    ]
}

impl Mutation {
    fn apply(&self, text: &str) -> String {
        let place = |at: &Index| {
            let places: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
            places[at.index(places.len())]
        };
        let lines = || text.split_inclusive('\n').collect::<Vec<_>>();
        match self {
            Self::Insert(at, piece) => {
                let (before, after) = text.split_at(place(at));
                [before, piece, after].concat()
            }
            Self::Remove(at, count) => {
                let (before, after) = text.split_at(place(at));
                before.chars().chain(after.chars().skip(*count)).collect()
            }
            Self::RepeatLine(at) => {
                let mut lines = lines();
                if !lines.is_empty() {
                    let at = at.index(lines.len());
                    lines.insert(at, lines[at]);
                }
                lines.concat()
            }
            Self::RemoveLine(at) => {
                let mut lines = lines();
                if !lines.is_empty() {
                    lines.remove(at.index(lines.len()));
                }
                lines.concat()
            }
            Self::Indent(at, by) => {
                let mut lines = lines();
                if !lines.is_empty() {
                    lines.insert(at.index(lines.len()), by);
                }
                lines.concat()
            }
            Self::LineEnds(end) => text.replace('\n', end),
            Self::Cut(at) => text[..place(at)].to_owned(),
            Self::Before(start) => format!("{start}{text}"),
            Self::After(end) => format!("{text}{end}"),
        }
    }
}

#[derive(Debug, Clone, Copy)]
enum Encoding {
    Utf8,
    Utf16Le,
    Utf16Be,
    /// Not the encoding that it should be.
    Latin1,
}

fn encoding() -> impl Strategy<Value = Encoding> {
    prop_oneof![
        40 => Just(Encoding::Utf8),
        1 => Just(Encoding::Utf16Le),
        1 => Just(Encoding::Utf16Be),
        1 => Just(Encoding::Latin1),
    ]
}

impl Encoding {
    fn encode(self, text: &str) -> Vec<u8> {
        let utf16 =
            |unit: fn(u16) -> [u8; 2]| "\u{feff}".encode_utf16().chain(text.encode_utf16()).flat_map(unit).collect();
        match self {
            Self::Utf8 => text.as_bytes().to_vec(),
            Self::Utf16Le => utf16(u16::to_le_bytes),
            Self::Utf16Be => utf16(u16::to_be_bytes),
            Self::Latin1 => text.chars().map(|character| u8::try_from(u32::from(character)).unwrap_or(b'x')).collect(),
        }
    }
}

/// Documents that were made to be read in two ways, or never to end.
pub(crate) fn hostile() -> Vec<Document> {
    let user = "{name: a, user: {token: hidden, exec: {command: hidden}}}";
    let bomb = |levels: usize| {
        let level = |at: usize| format!("l{at}: &l{at} [{}]\n", vec![format!("*l{}", at - 1); 10].join(", "));
        format!("l0: &l0 [{}]\n{}", ["x"; 10].join(", "), (1..levels).map(level).collect::<String>())
    };
    let mut texts = vec![
        bomb(3),
        bomb(6),
        "[".repeat(20_000),
        format!("a: {}{}\n", "[".repeat(100), "]".repeat(100)),
        format!("a: {}{}\n", "[".repeat(300), "]".repeat(300)),
        "a: &a [*a]\n".to_owned(),
        format!("x: &x {user}\nusers: [*x]\n"),
        format!("users: []\n<<: {{users: [{user}]}}\n"),
        format!("<<: {{users: [{user}]}}\nusers: []\n"),
        format!("!!merge <<: {{users: [{user}]}}\n"),
        format!("\"<<\": {{users: [{user}]}}\n"),
        format!("? users\n: [{user}]\n"),
        format!("\"\\x75sers\": [{user}]\n"),
        format!("!!binary dXNlcnM=: [{user}]\n"),
        format!("!!str users: [{user}]\n"),
        format!("Users: [{user}]\n"),
        format!("u\u{17f}ers: [{user}]\n"),
        format!("users: []\n---\nusers: [{user}]\n"),
        format!("---\n---\nusers: [{user}]\n"),
        format!("--- {{}}\n--- {{users: [{user}]}}\n"),
        format!("users: [] # {user}\n"),
        format!("users: []\n# {user}\n"),
        format!("users: [{user}]\nusers: []\n"),
        format!("users: []\nusers: [{user}]\n"),
        format!("users: [{user}]\nusers: null\n"),
        format!("kind: Foo\nusers: [{user}]\n"),
        format!("Kind: Foo\nusers: [{user}]\n"),
        format!("%TAG ! tag:yaml.org,2002:\n---\n!str users: [{user}]\n"),
        format!("%TAG !e! tag:yaml.org,2002:\n---\n!e!str users: [{user}]\n"),
        format!("{{users: [{user}]}} x\n"),
        format!("{{users: [{user}]}}\nx: y\n"),
        format!("users: [{user}, *x]\n"),
        format!("a: &x {user}\nb: &x {{}}\nusers: [*x]\n"),
        "users: [{name: a, user: {auth-provider: {config: {.nan: a, .inf: b}}}}]\n".to_owned(),
        "users: [{name: a, user: {extensions: [{name: a}, {name: a}]}}]\n".to_owned(),
        "extensions: [{name: a, extension: !!binary /w==}]\n".to_owned(),
    ];
    // What ends a line, and so a comment.
    for end in [
        "\n", "\r", "\r\n", "\u{85}", "\r\u{85}", "\u{2028}", "\u{2029}", "\u{b}", "\u{c}", "\u{1c}", "\u{a0}",
        "\u{200b}", "\\n",
    ] {
        texts.push(format!("# c{end}users: [{user}]\n"));
        texts.push(format!("current-context: a{end}users: [{user}]\n"));
        texts.push(format!("current-context: \"a{end}b\"\n"));
        texts.push(format!("current-context: 'a {end} b'\n"));
        texts.push(format!("current-context: |\n  a{end}  b\n"));
        texts.push(format!("{{current-context: a,{end}kind: Config}}\n"));
    }
    // Tabs where blanks should be.
    for text in [
        "\t",
        "\t\n",
        "\ta: b",
        "a:\tb",
        "a: b\n\t",
        "a: b\n\t\n",
        "a: b\n \t\n",
        "a: b\n\t# c\n",
        "a: b\t# c\n",
        "-\ta",
        "a:\n-\tb: c\n",
        "a:\n- \tb\n",
        "?\ta\n:\tb\n",
        "{\t}\t",
        "{}\n\t",
        "a: 'b\n\tc'\n",
        "a: b\n\tc\n",
        "a: b\n  \tc\n",
        "a: |\n\tb\n",
        "a: |\n  \tb\n",
        "a: [\n\tb]\n",
        "a: [b\n\t]\n",
        "a: \"b\"\n\t\n",
        "a: [b]\n\t\n",
        "a:\n  b: c\n\t\n  d: e\n",
        "---\ta: b\n",
        "---\t\na: b\n",
        "%YAML 1.1\t\n---\na: b\n",
    ] {
        texts.push(text.to_owned());
    }
    texts.into_iter().map(|text| Document(text.into_bytes())).collect()
}
