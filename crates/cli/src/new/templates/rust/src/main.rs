//! The adapter as a program: `kubeproof check --adapter target/debug/{{ name }}`.

use kubeproof::conformance::process::serve;
use tokio::io::{BufReader, stdin, stdout};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    Ok(serve({{ crate }}::adapter(), BufReader::new(stdin()), stdout()).await?)
}
