//! Forms: their fields as a page shows them, and as they are sent.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

/// A form of a page.
pub struct Form {
    fields: Vec<Field>,
}

struct Field {
    name: String,
    value: String,
}

impl Form {
    /// Reads the fields of a form.
    pub(super) fn parse(html: &str) -> Self {
        let fields = html.split("<input").skip(1).filter_map(|input| {
            let input = input.split('>').next()?;
            Some(Field {
                name: attribute(input, "name")?,
                value: attribute(input, "value").unwrap_or_default(),
            })
        });
        Self { fields: fields.collect() }
    }

    /// The value of a field.
    pub fn value(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|field| field.name == name).map(|field| field.value.as_str())
    }
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let value = tag.split_once(&format!(" {name}=\""))?.1.split('"').next()?;
    Some(value.to_owned())
}

/// Fields as the body of a form (`application/x-www-form-urlencoded`).
pub fn encode_form(fields: &[(&str, &str)]) -> String {
    let encoded = |text| utf8_percent_encode(text, NON_ALPHANUMERIC);
    let pairs: Vec<_> =
        fields.iter().map(|(name, value)| format!("{}={}", encoded(name), encoded(value))).collect();
    pairs.join("&")
}
