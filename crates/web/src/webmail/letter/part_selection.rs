//! Which parts of a message are shown, and which are attached to it.

use super::mime::{Entity, Kind, Leaf};

/// The parts, sorted by what becomes of them.
#[derive(Default)]
pub(super) struct PartSelection<'e, 'm> {
    /// What to show where HTML can be shown, in order: HTML and plain text.
    pub(super) rich: Vec<&'e Leaf<'m>>,
    /// What to show where it cannot.
    pub(super) plain: Vec<&'e Leaf<'m>>,
    /// Everything that is not text to be read, pictures of the HTML included.
    pub(super) attached: Vec<&'e Leaf<'m>>,
}

impl<'e, 'm> PartSelection<'e, 'm> {
    pub(super) fn of(root: &'e Entity<'m>) -> Self {
        let mut selection = Self::default();
        selection.sort(root);
        selection
    }

    /// Whether there is HTML among what is shown.
    pub(super) fn is_html(&self) -> bool {
        self.rich.iter().any(|leaf| is_html(leaf))
    }

    fn sort(&mut self, entity: &'e Entity<'m>) {
        match entity {
            Entity::Leaf(leaf) => self.sort_leaf(leaf),
            Entity::Multipart(Kind::Mixed, parts) => parts.iter().for_each(|part| self.sort(part)),
            Entity::Multipart(Kind::Related, parts) => {
                // RFC 2387 §3.2: the first part is the one to show, where nothing else is said.
                let (root, others) = parts.split_first().map_or((None, &[][..]), |(a, b)| (Some(a), b));
                root.into_iter().for_each(|root| self.sort(root));
                others.iter().for_each(|part| self.attach(part));
            }
            Entity::Multipart(Kind::Alternative, parts) => self.sort_alternatives(parts),
        }
    }

    fn sort_leaf(&mut self, leaf: &'e Leaf<'m>) {
        let readable = is_html(leaf) || is_plain(leaf);
        if !readable || leaf.is_attachment() || leaf.file_name().is_some() {
            return self.attached.push(leaf);
        }
        self.rich.push(leaf);
        if is_plain(leaf) {
            self.plain.push(leaf);
        }
    }

    /// The richest form that can be read is shown; the plainest is kept for where it cannot. Forms of other kinds
    /// (an invitation for a calendar) can be downloaded.
    fn sort_alternatives(&mut self, parts: &'e [Entity<'m>]) {
        let mut forms: Vec<Self> = parts.iter().map(Self::of).collect();
        let plain = forms.iter().position(|form| !form.plain.is_empty());
        let plain = plain.map(|at| forms[at].plain.clone()).unwrap_or_default();
        let rich = forms.iter().rposition(Self::is_html);
        let rich = rich.or_else(|| forms.iter().rposition(|form| !form.rich.is_empty()));
        self.rich.extend(rich.map(|at| std::mem::take(&mut forms[at].rich)).unwrap_or_default());
        self.plain.extend(plain);
        self.attached.extend(forms.into_iter().flat_map(|form| form.attached));
    }

    fn attach(&mut self, entity: &'e Entity<'m>) {
        match entity {
            Entity::Leaf(leaf) => self.attached.push(leaf),
            Entity::Multipart(_, parts) => parts.iter().for_each(|part| self.attach(part)),
        }
    }
}

pub(super) fn is_html(leaf: &Leaf<'_>) -> bool {
    leaf.content_type() == "text/html"
}

fn is_plain(leaf: &Leaf<'_>) -> bool {
    leaf.content_type() == "text/plain"
}
