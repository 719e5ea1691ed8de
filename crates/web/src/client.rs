//! What a client calls itself, as people call it.

/// A client by both its names.
pub(crate) struct Client {
    /// What it calls itself.
    pub(crate) said: String,
    /// How people call that.
    pub(crate) plain: String,
}

impl Client {
    pub(crate) fn new(said: String) -> Self {
        Self { plain: plain(&said), said }
    }
}

/// `Firefox on Windows` for what a browser says of itself; mail apps are left as they are.
fn plain(client: &str) -> String {
    if !client.starts_with("Mozilla/") {
        return client.to_owned();
    }
    // Each pretends to be the ones below it.
    const BROWSERS: [(&str, &str); 6] = [
        ("Edg", "Edge"),
        ("OPR/", "Opera"),
        ("Thunderbird/", "Thunderbird"),
        ("Firefox/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
    ];
    const SYSTEMS: [(&str, &str); 6] = [
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Android", "Android"),
        ("Windows", "Windows"),
        ("Mac OS X", "macOS"),
        ("Linux", "Linux"),
    ];
    let known = |names: &[(&str, &'static str)]| {
        names.iter().find(|(token, _)| client.contains(token)).map(|(_, name)| *name)
    };
    match (known(&BROWSERS), known(&SYSTEMS)) {
        (Some(browser), Some(system)) => format!("{browser} on {system}"),
        (Some(browser), None) => browser.to_owned(),
        (None, Some(system)) => format!("A browser on {system}"),
        (None, None) => client.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn browsers_are_called_as_people_call_them() {
        let check = |client, expected| assert_eq!(plain(client), expected);
        check("Mozilla/5.0 (X11; Linux x86_64; rv:131.0) Gecko/20100101 Firefox/131.0", "Firefox on Linux");
        check(
            "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/129.0 Safari/537.36 \
             Edg/129.0",
            "Edge on Windows",
        );
        check(
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 Version/17.0 Safari/604.1",
            "Safari on iPhone",
        );
        check("Apple Mail 16.0", "Apple Mail 16.0");
    }
}
