//! The messages of one language.

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource};
use std::borrow::Cow;
use std::collections::HashMap;
use unic_langid::LanguageIdentifier;

/// A file with its name.
pub(crate) type File = (&'static str, &'static str);

macro_rules! files {
    ($language:literal: $($name:literal)*) => {
        [$(($name, include_str!(concat!("../", $language, "/", $name, ".ftl")))),*]
    };
}

/// Every file of the English catalogue.
pub(crate) const ENGLISH: [File; 10] = files!("en":
    "common" "sign-in" "password" "account-security" "dashboard" "dashboard-account" "mail-apps" "webmail" "letters" "scripts"
);

/// The messages of one language by their ids.
pub(crate) struct Catalogue {
    bundle: FluentBundle<FluentResource>,
    /// Messages without arguments, formatted once.
    texts: HashMap<String, String>,
}

impl Catalogue {
    /// Reads the files. What cannot be read, or is there twice, is left out; the tests find it first.
    pub(crate) fn parse(language: &str, files: &[File]) -> Self {
        let language: LanguageIdentifier = language.parse().unwrap_or_default();
        let mut bundle = FluentBundle::new_concurrent(vec![language]);
        // Marks around what is inserted would be bytes that a page and a letter did not ask for.
        bundle.set_use_isolating(false);
        let mut ids = Vec::new();
        for (_, source) in files {
            let resource = match FluentResource::try_new((*source).to_owned()) {
                Ok(resource) | Err((resource, _)) => resource,
            };
            ids.extend(resource.entries().filter_map(id).map(str::to_owned));
            let _ = bundle.add_resource(resource);
        }
        let mut catalogue = Self { bundle, texts: HashMap::new() };
        catalogue.texts = ids
            .into_iter()
            .filter_map(|id| {
                let text = catalogue.formatted(&id, None)?.into_owned();
                Some((id, text))
            })
            .collect();
        catalogue
    }

    /// A message without arguments; none where there is no such message, and where it takes some.
    pub(crate) fn text(&self, id: &str) -> Option<&str> {
        self.texts.get(id).map(String::as_str)
    }

    /// A message with its arguments; none where there is no such message, and where it takes one that is not given.
    pub(crate) fn formatted<'a>(
        &'a self,
        id: &str,
        arguments: Option<&'a FluentArgs<'a>>,
    ) -> Option<Cow<'a, str>> {
        let pattern = self.bundle.get_message(id)?.value()?;
        let mut errors = Vec::new();
        let text = self.bundle.format_pattern(pattern, arguments, &mut errors);
        errors.is_empty().then_some(text)
    }
}

fn id<'a>(entry: &'a fluent_syntax::ast::Entry<&'a str>) -> Option<&'a str> {
    match entry {
        fluent_syntax::ast::Entry::Message(message) => Some(message.id.name),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_file_can_be_read_and_no_id_is_there_twice() {
        let mut seen = HashSet::new();
        for (name, source) in ENGLISH {
            let read = FluentResource::try_new(source.to_owned());
            let resource = read.unwrap_or_else(|(_, errors)| panic!("{name}.ftl: {errors:?}"));
            for id in resource.entries().filter_map(id) {
                assert!(
                    seen.insert(id.to_owned()),
                    "{name}.ftl has {id}, which another message is called too"
                );
            }
        }
        assert!(!seen.is_empty());
    }

    #[test]
    fn every_file_of_the_folder_is_read() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("en");
        let Ok(files) = std::fs::read_dir(folder) else { panic!("the folder of catalogues is there") };
        let mut names: Vec<_> =
            files.flatten().map(|file| file.path().file_stem().map(|name| name.to_owned())).collect();
        names.sort();
        let mut read: Vec<_> = ENGLISH.iter().map(|(name, _)| Some((*name).into())).collect();
        read.sort();
        assert_eq!(names, read);
    }

    #[test]
    fn a_message_with_arguments_is_no_plain_text() {
        let catalogue = Catalogue::parse("en", &[("test", "plain = Plain\nasking = Hello, { $name }\n")]);
        assert_eq!(catalogue.text("plain"), Some("Plain"));
        assert_eq!(catalogue.text("asking"), None);
        assert_eq!(catalogue.formatted("asking", None), None);
    }
}
