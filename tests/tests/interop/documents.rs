//! Documents that are almost kubeconfigs.

mod hostile;
mod mutations;
mod pieces;
mod trees;

pub(crate) use hostile::hostile;

use std::fmt;

use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use mutations::mutation;
use trees::{Layout, kubeconfig};

/// The bytes of a document.
#[derive(Clone)]
pub(crate) struct Document(pub(crate) Vec<u8>);

impl Document {
    /// The document as text with the mark of its encoding, if it is one.
    pub(crate) fn text(&self) -> Option<String> {
        let utf16 = |bytes: &[u8], unit: fn([u8; 2]) -> u16| {
            let units: Vec<u16> = bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]])).collect();
            String::from_utf16(&units).ok()
        };
        match self.0.as_slice() {
            [0xff, 0xfe, ..] => utf16(&self.0, u16::from_le_bytes),
            [0xfe, 0xff, ..] => utf16(&self.0, u16::from_be_bytes),
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

/// Most are kubeconfigs with mistakes in them, some are little more than YAML.
fn document() -> impl Strategy<Value = Document> {
    let text = (kubeconfig(), select(&[Layout::Block, Layout::Flow, Layout::Json, Layout::Mixed][..]))
        .prop_map(|(tree, layout)| layout.print(&tree));
    let mutated = (text, prop_oneof![2 => Just(0_usize), 3 => Just(1), 2 => Just(2), 1 => Just(4)])
        .prop_flat_map(|(text, count)| (Just(text), prop::collection::vec(mutation(), count)))
        .prop_map(|(text, mutations)| mutations.into_iter().fold(text, |text, mutation| mutation.apply(&text)));
    let text = prop_oneof![2 => mutated, 1 => pieces::joined()];
    (text, encoding()).prop_map(|(text, encoding)| Document(encoding.encode(&text)))
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
