//! What is public in a crate, a line each.

use std::collections::BTreeSet;

use quote::ToTokens;
use syn::{Attribute, Fields, ImplItem, Item, ItemImpl, TraitItem, Type, Visibility};

use super::modules::{Module, Public, Sources};

/// What is public, sorted: items, and below each type what is implemented for it.
pub(super) fn listing(sources: &Sources<'_>) -> String {
    let root = Module::root(sources);
    let mut publics = Vec::new();
    collect(&root, "", &mut publics);
    let items = root.all_items();
    let impls: Vec<&ItemImpl> = items
        .iter()
        .filter_map(|item| match item {
            Item::Impl(item) => Some(item),
            _ => None,
        })
        .collect();
    let mut entries: Vec<String> = Vec::new();
    for (name, declared) in &publics {
        let mut implemented: Vec<String> =
            impls.iter().filter(|item| is_of(&item.self_ty, name)).filter_map(|item| implementation(item)).collect();
        implemented.sort();
        entries.push(format!("{declared}{}", implemented.concat()));
    }
    // What is implemented for types of others, with a type or a trait of ours.
    let own: BTreeSet<String> = items.iter().filter_map(|item| type_name(item)).collect();
    for item in impls.iter().filter(|item| !own.iter().any(|name| is_of(&item.self_ty, name))) {
        let head = head(item);
        let mut words = head.split(|character: char| !character.is_alphanumeric() && character != '_');
        if words.any(|word| publics.iter().any(|(name, _)| name == word)) {
            entries.push(format!("{head}\n"));
        }
    }
    entries.sort();
    entries.concat()
}

/// The names of what is public, and how it is declared.
fn collect(module: &Module, path: &str, publics: &mut Vec<(String, String)>) {
    for (name, public) in module.publics() {
        match public {
            Public::Module(inner) => {
                let path = format!("{path}{name}::");
                publics.push((name, format!("pub mod {}\n", path.trim_end_matches(':'))));
                collect(inner, &path, publics);
            }
            Public::Foreign(from) => publics.push((name, format!("pub use {from}\n"))),
            Public::Item(item) => {
                let declared = declaration(item).replacen(&name, &format!("{path}{name}"), 1);
                publics.push((name, declared));
            }
        }
    }
}

/// How an item is declared, with what a caller sees of it.
fn declaration(item: &Item) -> String {
    match item {
        Item::Const(item) => format!("pub const {}: {}\n", item.ident, tidy(&item.ty)),
        Item::Static(item) => format!("pub static {}: {}\n", item.ident, tidy(&item.ty)),
        Item::Type(item) => format!("pub type {}{} = {}\n", item.ident, tidy(&item.generics), tidy(&item.ty)),
        Item::Fn(item) => format!("pub {}\n", tidy(&item.sig)),
        Item::Enum(item) => {
            let variants: Vec<String> = item
                .variants
                .iter()
                .map(|variant| {
                    format!("{}{}{}", closed(&variant.attrs), variant.ident, fields(&variant.fields, Seen::All))
                })
                .collect();
            let generics = tidy(&item.generics);
            let variants = variants.join(", ");
            format!(
                "{}pub enum {}{generics} {{ {variants} }}\n{}",
                closed(&item.attrs),
                item.ident,
                derived(&item.attrs)
            )
        }
        Item::Struct(item) => {
            let (generics, fields) = (tidy(&item.generics), fields(&item.fields, Seen::Public));
            format!("{}pub struct {}{generics}{fields}\n{}", closed(&item.attrs), item.ident, derived(&item.attrs))
        }
        Item::Trait(item) => {
            let bounds =
                if item.supertraits.is_empty() { String::new() } else { format!(": {}", tidy(&item.supertraits)) };
            let mut text = format!("pub trait {}{}{bounds}\n", item.ident, tidy(&item.generics));
            for item in &item.items {
                text += &match item {
                    TraitItem::Fn(item) if item.default.is_some() => format!("  {} {{ .. }}\n", tidy(&item.sig)),
                    TraitItem::Fn(item) => format!("  {}\n", tidy(&item.sig)),
                    TraitItem::Type(item) => format!("  type {}\n", item.ident),
                    other => format!("  {}\n", tidy(other)),
                };
            }
            text
        }
        other => format!("{}\n", tidy(other)),
    }
}

/// Which fields are shown.
#[derive(Clone, Copy, PartialEq)]
enum Seen {
    /// Those of an enum's variant.
    All,
    /// Those of a struct that say so; that there are others is shown too.
    Public,
}

fn fields(fields: &Fields, seen: Seen) -> String {
    let is_seen = |visibility: &Visibility| seen == Seen::All || matches!(visibility, Visibility::Public(_));
    let prefix = if seen == Seen::All { "" } else { "pub " };
    let mut shown: Vec<String> = fields
        .iter()
        .filter(|field| is_seen(&field.vis))
        .map(|field| {
            let name = field.ident.as_ref().map(|name| format!("{name}: ")).unwrap_or_default();
            format!("{prefix}{name}{}", tidy(&field.ty))
        })
        .collect();
    if shown.len() < fields.len() {
        shown.push("..".to_owned());
    }
    match fields {
        Fields::Named(_) => format!(" {{ {} }}", shown.join(", ")),
        Fields::Unnamed(_) => format!("({})", shown.join(", ")),
        Fields::Unit => String::new(),
    }
}

/// What is derived, in the place of implementations.
fn derived(attributes: &[Attribute]) -> String {
    let mut names: Vec<String> = Vec::new();
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("derive")) {
        let list =
            attribute.parse_args_with(syn::punctuated::Punctuated::<syn::Path, syn::Token![,]>::parse_terminated);
        names.extend(list.unwrap().iter().map(tidy));
    }
    names.sort();
    if names.is_empty() { String::new() } else { format!("  derive {}\n", names.join(", ")) }
}

fn closed(attributes: &[Attribute]) -> &'static str {
    let is_closed = attributes.iter().any(|attribute| attribute.path().is_ident("non_exhaustive"));
    if is_closed { "#[non_exhaustive] " } else { "" }
}

/// What is implemented: of a trait its head and its types, of a type itself what is public.
fn implementation(item: &ItemImpl) -> Option<String> {
    let mut inside: Vec<String> = item
        .items
        .iter()
        .filter_map(|inner| match (inner, item.trait_.is_some()) {
            (ImplItem::Type(inner), true) => Some(format!("    type {} = {}\n", inner.ident, tidy(&inner.ty))),
            (ImplItem::Fn(inner), false) if matches!(inner.vis, Visibility::Public(_)) => {
                Some(format!("    pub {}\n", tidy(&inner.sig)))
            }
            (ImplItem::Const(inner), false) if matches!(inner.vis, Visibility::Public(_)) => {
                Some(format!("    pub const {}: {}\n", inner.ident, tidy(&inner.ty)))
            }
            _ => None,
        })
        .collect();
    inside.sort();
    let is_shown = item.trait_.is_some() || !inside.is_empty();
    is_shown.then(|| format!("  {}\n{}", head(item), inside.concat()))
}

fn head(item: &ItemImpl) -> String {
    let generics = tidy(&item.generics);
    let of = item.trait_.as_ref().map(|(_, path, _)| format!("{} for ", tidy(path))).unwrap_or_default();
    let bounds = item.generics.where_clause.as_ref().map(|bounds| format!(" {}", tidy(bounds))).unwrap_or_default();
    format!("impl{generics} {of}{}{bounds}", tidy(&item.self_ty))
}

fn is_of(ty: &Type, name: &str) -> bool {
    matches!(ty, Type::Path(path) if path.path.segments.last().is_some_and(|last| last.ident == name))
}

fn type_name(item: &Item) -> Option<String> {
    match item {
        Item::Struct(item) => Some(item.ident.to_string()),
        Item::Enum(item) => Some(item.ident.to_string()),
        Item::Union(item) => Some(item.ident.to_string()),
        _ => None,
    }
}

/// Tokens as a person writes them.
fn tidy(tokens: &impl ToTokens) -> String {
    let mut text = tokens.to_token_stream().to_string();
    for (spaced, tight) in [
        (" :: ", "::"),
        (":: ", "::"),
        (" ::", "::"),
        (" <", "<"),
        ("< ", "<"),
        (" >", ">"),
        (" ,", ","),
        (" :", ":"),
        (" ;", ";"),
        ("( ", "("),
        (" )", ")"),
        ("[ ", "["),
        (" ]", "]"),
        (" (", "("),
        ("& ", "&"),
        ("->(", "-> ("),
        (",(", ", ("),
        (":(", ": ("),
        ("=(", "= ("),
        (",)", ")"),
        (",>", ">"),
        ("impl<", "impl <"),
    ] {
        text = text.replace(spaced, tight);
    }
    // Whether a function changes what it was given is its own affair.
    text.replace("impl <", "impl<").replace("(mut self", "(self")
}
