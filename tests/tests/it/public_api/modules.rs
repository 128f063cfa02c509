//! The modules of a crate, from its sources.

use std::collections::BTreeMap;

use syn::{Item, UseTree};

/// Where the files of a crate are read: by their path below `src`.
pub(super) struct Sources<'a> {
    pub(super) read: &'a dyn Fn(&str) -> Option<String>,
}

/// A module, and those in it.
#[derive(Default)]
pub(super) struct Module {
    pub(super) items: Vec<Item>,
    pub(super) inner: BTreeMap<String, Module>,
}

/// Something that is public, and the name by which it is.
pub(super) enum Public<'a> {
    Item(&'a Item),
    Module(&'a Module),
    /// Of another crate.
    Foreign(String),
}

impl Module {
    pub(super) fn root(sources: &Sources<'_>) -> Self {
        let text = (sources.read)("lib.rs").unwrap();
        Self::new(sources, syn::parse_file(&text).unwrap().items, "")
    }

    fn new(sources: &Sources<'_>, items: Vec<Item>, folder: &str) -> Self {
        let mut module = Self::default();
        for item in items {
            let Item::Mod(inner) = &item else {
                module.items.push(item);
                continue;
            };
            if inner.attrs.iter().any(|attribute| attribute.path().is_ident("cfg")) {
                continue;
            }
            let name = inner.ident.to_string();
            let items = match &inner.content {
                Some((_, items)) => items.clone(),
                None => {
                    let files = [format!("{folder}{name}.rs"), format!("{folder}{name}/mod.rs")];
                    let text = files.iter().find_map(|file| (sources.read)(file));
                    syn::parse_file(&text.unwrap_or_else(|| panic!("none of {files:?}"))).unwrap().items
                }
            };
            module.inner.insert(name.clone(), Self::new(sources, items, &format!("{folder}{name}/")));
            module.items.push(item);
        }
        module
    }

    /// Every item of this module and those in it.
    pub(super) fn all_items(&self) -> Vec<&Item> {
        self.items.iter().chain(self.inner.values().flat_map(Self::all_items)).collect()
    }

    /// What is public in this module, by name.
    pub(super) fn publics(&self) -> Vec<(String, Public<'_>)> {
        let mut publics = Vec::new();
        for item in self.items.iter().filter(|item| is_public(item)) {
            match item {
                Item::Use(item) => self.reexported(&item.tree, &[], &mut publics),
                Item::Mod(module) => {
                    let name = module.ident.to_string();
                    publics.push((name.clone(), Public::Module(&self.inner[&name])));
                }
                item => publics.extend(name_of(item).map(|name| (name, Public::Item(item)))),
            }
        }
        publics
    }

    fn reexported<'a>(&'a self, tree: &UseTree, path: &[String], publics: &mut Vec<(String, Public<'a>)>) {
        let joined = |last: &str| path.iter().map(String::as_str).chain([last]).collect::<Vec<_>>().join("::");
        match tree {
            UseTree::Path(step) => {
                let path: Vec<String> = path.iter().cloned().chain([step.ident.to_string()]).collect();
                self.reexported(&step.tree, &path, publics);
            }
            UseTree::Group(group) => group.items.iter().for_each(|tree| self.reexported(tree, path, publics)),
            UseTree::Name(name) => {
                let name = name.ident.to_string();
                let found = self.find(path, &name).unwrap_or_else(|| Public::Foreign(joined(&name)));
                publics.push((name, found));
            }
            UseTree::Rename(renamed) => {
                let (name, other) = (renamed.ident.to_string(), renamed.rename.to_string());
                assert!(self.find(path, &name).is_none(), "`pub use` of an item with `as` is not known here: {name}");
                publics.push((other.clone(), Public::Foreign(format!("{} as {other}", joined(&name)))));
            }
            UseTree::Glob(_) => panic!("`pub use` with `*` is not known here: {}", joined("")),
        }
    }

    /// What a path leads to, when it is in this crate.
    fn find(&self, path: &[String], name: &str) -> Option<Public<'_>> {
        let mut module = self;
        for step in path.iter().filter(|step| *step != "self" && *step != "crate") {
            module = module.inner.get(step)?;
        }
        if path.is_empty() {
            return None;
        }
        module.publics().into_iter().find(|(found, _)| found == name).map(|(_, found)| found)
    }
}

fn is_public(item: &Item) -> bool {
    let visibility = match item {
        Item::Const(item) => &item.vis,
        Item::Enum(item) => &item.vis,
        Item::Fn(item) => &item.vis,
        Item::Mod(item) => &item.vis,
        Item::Static(item) => &item.vis,
        Item::Struct(item) => &item.vis,
        Item::Trait(item) => &item.vis,
        Item::Type(item) => &item.vis,
        Item::Union(item) => &item.vis,
        Item::Use(item) => &item.vis,
        _ => return false,
    };
    matches!(visibility, syn::Visibility::Public(_))
}

fn name_of(item: &Item) -> Option<String> {
    Some(match item {
        Item::Const(item) => item.ident.to_string(),
        Item::Enum(item) => item.ident.to_string(),
        Item::Fn(item) => item.sig.ident.to_string(),
        Item::Static(item) => item.ident.to_string(),
        Item::Struct(item) => item.ident.to_string(),
        Item::Trait(item) => item.ident.to_string(),
        Item::Type(item) => item.ident.to_string(),
        Item::Union(item) => item.ident.to_string(),
        _ => return None,
    })
}
