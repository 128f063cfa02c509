# The jobs of this project. `.ci/run` runs those of CI, in this order: fmt, clippy, doc, test, interop.

set shell := ["bash", "-euo", "pipefail", "-c"]

venv := justfile_directory() / ".venv"
# Of their own, since SDKs ask for versions that the tools above do not.
sdks := justfile_directory() / ".venv-sdks"

# List the recipes
default:
    @just --list --unsorted

# What to run before a commit: everything but the programs of others
check: fmt clippy doc test

# Every job of CI
ci: fmt clippy doc test interop

# Whether every file is formatted
fmt:
    cargo fmt --all --check

# Format every file
fix:
    cargo fmt --all

# Lints, as errors
clippy:
    cargo clippy --workspace --all-targets --all-features -- -D warnings

# The documentation; a broken link is an error
doc:
    RUSTDOCFLAGS=-Dwarnings cargo doc --workspace --no-deps

# Every test that needs nothing but Rust
test:
    cargo test --workspace

# What kubectl and Python make of every kubeconfig, Chromium of the page, curl, Python and Node of `serve`, how SDKs do, and every tutorial
interop *filter: example scaffold (venv venv "tests/interop/requirements.txt") (venv sdks "examples/adapters/requirements.txt") chromium (debian "curl" "curl") (debian "node" "nodejs")
    cargo build -p kubeproof-cli
    KUBEPROOF_KUBECTL={{ quote(venv / "bin/kubectl") }} KUBEPROOF_PYTHON={{ quote(venv / "bin/python") }} \
        KUBEPROOF_SDK_PYTHON={{ quote(sdks / "bin/python") }} \
        KUBEPROOF_CHROMIUM="${KUBEPROOF_CHROMIUM:-$(command -v chromium)}" \
        cargo test -p kubeproof-tests --features interop --test interop -- {{ filter }}
    cargo test -p kubeproof-cli --features interop --test book -- tutorials

# Judge the SDKs of examples/adapters by the whole suite, and write what came of it to docs/sdks.md
sdk-matrix: (venv sdks "examples/adapters/requirements.txt")
    cargo build -p kubeproof-cli
    KUBEPROOF_SDK_PYTHON={{ quote(sdks / "bin/python") }} KUBEPROOF_WRITE_DOCS=1 \
        cargo test -p kubeproof-tests --features interop --test interop -- adapters::the_published_results

# Build and test the example crate, which is no part of this workspace but builds into the same folder
example:
    cargo fmt --manifest-path examples/rust-sdk/Cargo.toml --check
    cargo test --manifest-path examples/rust-sdk/Cargo.toml --target-dir target --locked

# Write providers into a copy of this repository by `kubeproof new provider`, and build and test it there
scaffold:
    cargo build -p kubeproof-cli
    cargo test -p kubeproof-tests --features interop --test scaffold

# Write the pages of the book that are made of the data, and show what changed
reference:
    KUBEPROOF_WRITE_DOCS=1 cargo test -p kubeproof-cli --test book -- --skip tutorial
    git --no-pager diff --stat -- docs

# Render the book, docs/, into book/
book:
    @mdbook --version >/dev/null 2>&1 || { echo 'mdbook is missing: cargo install --locked mdbook' >&2; exit 1; }
    mdbook build docs
    @echo 'open {{ justfile_directory() }}/book/index.html'

# The tests by cargo-nextest, with a report for CI servers in target/nextest/ci/junit.xml
nextest:
    cargo nextest run --workspace --profile ci

# How long large kubeconfigs and a start of `serve` take, how often an emulation answers, the server beside hyper and wiremock, and the clients beside bare reqwest
bench:
    cargo bench -p kubeproof-kubeconfig --bench large
    cargo bench -p kubeproof-emulator --bench answer --bench serve
    cargo bench -p kubeproof-cli --bench start --bench process
    cargo bench -p kubeproof-tests --bench fetch

# Many clients and armed faults for some seconds: no panic, no descriptor left, every answer explained, one winner
soak seconds="120":
    cargo bench -p kubeproof-emulator --bench soak -- {{ seconds }}

# Fuzz `read` or `merge` of kubeconfigs, by cargo-fuzz and the nightly toolchain
fuzz target seconds="600":
    @cargo fuzz --version >/dev/null 2>&1 || { echo 'cargo-fuzz is missing: cargo install --locked cargo-fuzz' >&2; exit 1; }
    mkdir -p fuzz/corpus/{{ target }}
    cargo +nightly fuzz run {{ target }} fuzz/corpus/{{ target }} fixtures/kubeconfig/{{ target }} -- -max_total_time={{ seconds }}

# How to look at changed snapshots; they are in snapshots/, a folder per module of tests
snapshots:
    @echo 'INSTA_UPDATE=always cargo test --workspace    writes them; then read `git diff snapshots/`'
    @echo 'cargo insta review                            asks about each, if cargo-insta is installed'

# Write the lists of what is public in the clients anew, in snapshots/public-api/, and show what changed
public-api:
    INSTA_UPDATE=always cargo test -p kubeproof-tests --test it -- public_api
    git --no-pager diff -- snapshots/public-api

# What the tests do not notice when it is changed, by cargo-mutants: of `kubeconfig`, `client` or `emulator`, or of all; see docs/mutants.md
mutants crate="" *options:
    #!/usr/bin/env bash
    set -euo pipefail
    cargo mutants --version >/dev/null 2>&1 || { echo 'cargo-mutants is missing: cargo install --locked cargo-mutants' >&2; exit 1; }
    cargo nextest --version >/dev/null 2>&1 || { echo 'cargo-nextest is missing: cargo install --locked cargo-nextest' >&2; exit 1; }
    crate={{ quote(crate) }}
    # A mutant may take memory without end.
    ulimit -Sv 12000000
    PROPTEST_CASES=32 nice cargo mutants --output target ${crate:+--package "kubeproof-$crate"} {{ options }}

# Licences, sources and duplicate versions of dependencies, by cargo-deny
deny:
    @cargo deny --version >/dev/null 2>&1 || { echo 'cargo-deny is missing: cargo install --locked cargo-deny' >&2; exit 1; }
    cargo deny check bans licenses sources

# A virtual environment of Python; made anew only when the list of its packages changes
[private]
venv folder requirements:
    #!/usr/bin/env bash
    set -euo pipefail
    venv={{ quote(folder) }} requirements={{ quote(requirements) }}
    if cmp -s "$requirements" "$venv/made-of.txt"; then exit; fi
    pip=("$venv/bin/python" -m pip)
    # Debian has a Python that cannot put pip into a virtual environment.
    if ! python3 -m venv --clear "$venv" >/dev/null; then
        python3 -m venv --clear --without-pip "$venv"
        pip=(python3 -m pip --python "$venv/bin/python")
    fi
    "${pip[@]}" install --quiet --disable-pip-version-check -r "$requirements"
    # Last, so that one that is half made is made again.
    cp "$requirements" "$venv/made-of.txt"

# A program that `interop` needs, from a package of Debian
[private]
debian program package:
    #!/usr/bin/env bash
    set -euo pipefail
    if command -v {{ program }} >/dev/null; then exit; fi
    command -v apt-get >/dev/null || { echo '{{ program }} is missing: install it' >&2; exit 1; }
    as_root=(); [[ $(id -u) == 0 ]] || as_root=(sudo)
    "${as_root[@]}" apt-get update -qq
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends {{ package }}

# The browser that `interop` needs, from the packages of Debian; another one can be named in KUBEPROOF_CHROMIUM
[private]
chromium:
    #!/usr/bin/env bash
    set -euo pipefail
    if [[ -n ${KUBEPROOF_CHROMIUM:-} ]] || command -v chromium >/dev/null; then exit; fi
    command -v apt-get >/dev/null || { echo 'chromium is missing: install it, or name one in KUBEPROOF_CHROMIUM' >&2; exit 1; }
    as_root=(); [[ $(id -u) == 0 ]] || as_root=(sudo)
    "${as_root[@]}" apt-get update -qq
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium fonts-liberation
