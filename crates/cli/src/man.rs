use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use clap::{Args, Command, CommandFactory as _};
use clap_mangen::Man as Page;

use crate::output::{Text, failed, print};
use crate::replace::replace;
use crate::{Cli, exit_code};

/// Prints the manual page of this program, or writes those of all its commands to a folder
#[derive(Args)]
#[command(after_help = "Examples:
  kubeproof man | man -l -
  kubeproof man ~/.local/share/man/man1       then: man kubeproof-fetch-digitalocean")]
pub(crate) struct Man {
    /// Write a page for each command to this folder, which is made when it is not there
    #[arg(value_name = "DIR")]
    folder: Option<PathBuf>,
}

impl Man {
    pub(crate) fn run(&self) -> u8 {
        // `help` has nothing to say that the pages do not.
        let mut command = Cli::command().disable_help_subcommand(true);
        command.build();
        let done = match &self.folder {
            Some(folder) => write_all(&command, folder),
            None => text_of(&Page::new(command)).and_then(|text| print(&Text::ForPrograms(text))),
        };
        match done {
            Ok(()) => exit_code::CONFORMANT,
            Err(error) => failed(format_args!("the manual cannot be written: {error}; check the folder")),
        }
    }
}

/// Writes the page of a command and those of the ones below it.
fn write_all(command: &Command, folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    let page = Page::new(command.clone());
    replace(&folder.join(page.get_filename()), &text_of(&page)?)?;
    command
        .get_subcommands()
        .filter(|command| !command.is_hide_set())
        .try_for_each(|command| write_all(command, folder))
}

fn text_of(page: &Page) -> io::Result<String> {
    let mut text = Vec::new();
    page.render(&mut text)?;
    String::from_utf8(text).map_err(io::Error::other)
}
