use clap::{Args, CommandFactory as _};
use clap_complete::Shell;

use crate::output::{Text, failed, print};
use crate::{Cli, exit_code};

/// Prints what completes the commands and options of this program in a shell
#[derive(Args)]
#[command(after_help = "Examples:
  bash:        kubeproof completions bash > ~/.local/share/bash-completion/completions/kubeproof
  zsh:         kubeproof completions zsh > ~/.zfunc/_kubeproof      with fpath+=~/.zfunc before compinit in ~/.zshrc
  fish:        kubeproof completions fish > ~/.config/fish/completions/kubeproof.fish
  PowerShell:  kubeproof completions powershell >> $PROFILE")]
pub(crate) struct Completions {
    /// The shell
    shell: Shell,
}

impl Completions {
    pub(crate) fn run(&self) -> u8 {
        let mut command = Cli::command();
        let name = command.get_name().to_owned();
        let mut text = Vec::new();
        clap_complete::generate(self.shell, &mut command, name, &mut text);
        let text = String::from_utf8_lossy(&text).into_owned();
        match print(&Text::ForPrograms(text)) {
            Ok(()) => exit_code::CONFORMANT,
            Err(error) => failed(format_args!("the completions cannot be printed: {error}")),
        }
    }
}
