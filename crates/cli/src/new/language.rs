use clap::ValueEnum;

/// What an adapter is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Language {
    /// The standard library, 3.9 or newer
    Python,
    /// Node.js 18 or newer, without packages
    Node,
    /// The standard library, Go 1.21 or newer
    Go,
    /// A crate that depends on kubeproof: a program, and every case as a test
    Rust,
    /// POSIX sh and curl
    Shell,
}

impl Language {
    /// The files of its template: their names and their texts.
    pub(super) fn templates(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Python => &[("adapter.py", include_str!("templates/python/adapter.py"))],
            Self::Node => &[("adapter.mjs", include_str!("templates/node/adapter.mjs"))],
            Self::Go => {
                &[("go.mod", include_str!("templates/go/go.mod")), ("main.go", include_str!("templates/go/main.go"))]
            }
            Self::Rust => &[
                ("Cargo.toml", include_str!("templates/rust/Cargo.toml")),
                ("src/lib.rs", include_str!("templates/rust/src/lib.rs")),
                ("src/main.rs", include_str!("templates/rust/src/main.rs")),
                ("tests/kubeproof.rs", include_str!("templates/rust/tests/kubeproof.rs")),
                ("tests/kubeproof.baseline.yaml", include_str!("templates/rust/tests/kubeproof.baseline.yaml")),
            ],
            Self::Shell => &[("adapter.sh", include_str!("templates/shell/adapter.sh"))],
        }
    }

    /// Files that come along as they are.
    pub(super) fn copies(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Python => {
                &[("kubeproof_adapter.py", include_str!("../../../../examples/adapters/kubeproof_adapter.py"))]
            }
            Self::Node | Self::Go | Self::Rust | Self::Shell => &[],
        }
    }

    /// What has to be run first.
    pub(super) fn build(self) -> Option<&'static str> {
        match self {
            Self::Go => Some("go build -o adapter"),
            Self::Rust => Some("cargo build"),
            Self::Python | Self::Node | Self::Shell => None,
        }
    }

    /// What starts the adapter, within its folder.
    pub(super) fn command(self, name: &str) -> String {
        match self {
            Self::Python => "python3 adapter.py".to_owned(),
            Self::Node => "node adapter.mjs".to_owned(),
            Self::Go => "./adapter".to_owned(),
            Self::Rust => format!("target/debug/{name}"),
            Self::Shell => "sh adapter.sh".to_owned(),
        }
    }

    /// What its README says of tests.
    pub(super) fn test(self) -> Option<&'static str> {
        (self == Self::Rust).then_some(
            "`cargo test` runs every case as a test of its own, and so does nextest; `tests/kubeproof.baseline.yaml` is \
             its baseline.",
        )
    }
}
