use clap::Args;

/// Fetches access information from UCS
#[derive(Args)]
pub(super) struct Ucs {}
impl Ucs {
    pub(super) fn run(self) -> Result<u8, u8> {
        Ok(0)
    }
}
