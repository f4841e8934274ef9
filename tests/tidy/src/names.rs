//! Types that are visible outside their file: no name of one stands twice without a reason.

use std::collections::{BTreeMap, BTreeSet};

use syn::{Item, Visibility};

use crate::Source;

/// By name, the files that have a type of that name.
pub type Names = BTreeMap<String, BTreeSet<String>>;

/// Names of structs, enums, traits and type aliases that are visible outside their file.
pub fn type_names(sources: &[Source]) -> Names {
    let mut names = Names::new();
    for source in sources {
        for name in source.syntax.items.iter().filter_map(visible_type) {
            names.entry(name).or_default().insert(source.path.clone());
        }
    }
    names
}

/// The names that more than one file has.
pub fn shared_names(names: &Names) -> Vec<String> {
    let shared = names.iter().filter(|(_, files)| files.len() > 1);
    shared
        .map(|(name, files)| format!("{name}: {}", files.iter().cloned().collect::<Vec<_>>().join(" ")))
        .collect()
}

fn visible_type(item: &Item) -> Option<String> {
    let (visibility, name) = match item {
        Item::Struct(item) => (&item.vis, &item.ident),
        Item::Enum(item) => (&item.vis, &item.ident),
        Item::Trait(item) => (&item.vis, &item.ident),
        Item::Type(item) => (&item.vis, &item.ident),
        _ => return None,
    };
    (!matches!(visibility, Visibility::Inherited)).then(|| name.to_string())
}
