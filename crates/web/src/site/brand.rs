//! The name and the one colour the pages carry.

use std::fmt;

/// Whose pages these are, as people see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Brand {
    /// The name in the corner of every page.
    pub name: String,
    /// The accent.
    pub colour: Colour,
}

impl Default for Brand {
    fn default() -> Self {
        Self { name: "Postward".to_owned(), colour: Colour { r: 0x2b, g: 0x5f, b: 0xd9 } }
    }
}

impl Brand {
    /// The style sheet that carries the colour, with the shades that stay readable on light and on dark ground.
    pub(crate) fn style_sheet(&self) -> String {
        let Colour { r, g, b } = self.colour;
        let on_brand = if self.colour.contrast(Colour::WHITE) >= 4.5 { Colour::WHITE } else { Colour::INK };
        let on_light = self.colour.until_readable_on(Colour::LIGHT_GROUND, Colour::INK);
        let on_dark = self.colour.until_readable_on(Colour::DARK_GROUND, Colour::WHITE);
        format!(
            ":root{{--brand:{};--brand-rgb:{r} {g} {b};--on-brand:{on_brand};\
             --brand-on-light:{on_light};--brand-on-dark:{on_dark}}}\n",
            self.colour
        )
    }
}

/// An sRGB colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Colour {
    r: u8,
    g: u8,
    b: u8,
}

impl Colour {
    const WHITE: Self = Self { r: 0xff, g: 0xff, b: 0xff };
    const INK: Self = Self { r: 0x11, g: 0x14, b: 0x18 };
    /// The grounds of `app.css` that text in the accent stands on, at their least favourable.
    const LIGHT_GROUND: Self = Self { r: 0xf1, g: 0xf3, b: 0xf5 };
    const DARK_GROUND: Self = Self { r: 0x24, g: 0x28, b: 0x2e };

    /// Reads `#2b5fd9`.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('#')?;
        if digits.len() != 6 || !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
            return None;
        }
        let number = u32::from_str_radix(digits, 16).ok()?;
        let [_, r, g, b] = number.to_be_bytes();
        Some(Self { r, g, b })
    }

    /// WCAG 2.2, relative luminance.
    fn luminance(self) -> f64 {
        let linear = |channel: u8| {
            let c = f64::from(channel) / 255.0;
            if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * linear(self.r) + 0.7152 * linear(self.g) + 0.0722 * linear(self.b)
    }

    /// WCAG 2.2, contrast ratio: 1 to 21.
    fn contrast(self, other: Self) -> f64 {
        let (a, b) = (self.luminance(), other.luminance());
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    /// The nearest shade towards `towards` that reads as text on `ground` (4.5 to 1).
    fn until_readable_on(self, ground: Self, towards: Self) -> Self {
        let mix = |from: u8, to: u8, step: u16| {
            // 20 steps of weights that add up to 20: stays within a byte.
            ((u16::from(from) * (20 - step) + u16::from(to) * step) / 20) as u8
        };
        (0..=20)
            .map(|step| Self {
                r: mix(self.r, towards.r, step),
                g: mix(self.g, towards.g, step),
                b: mix(self.b, towards.b, step),
            })
            .find(|shade| shade.contrast(ground) >= 4.5)
            .unwrap_or(towards)
    }
}

impl fmt::Display for Colour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{:02x}{:02x}{:02x}", self.r, self.g, self.b)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_in_any_brand_colour_can_be_read() {
        for text in ["#2b5fd9", "#ffe000", "#000000", "#ffffff", "#7f7f7f", "#c2185b", "#00a36c"] {
            let Some(colour) = Colour::parse(text) else { panic!("{text} is a colour") };
            let light = colour.until_readable_on(Colour::LIGHT_GROUND, Colour::INK);
            let dark = colour.until_readable_on(Colour::DARK_GROUND, Colour::WHITE);
            assert!(light.contrast(Colour::LIGHT_GROUND) >= 4.5, "{text} on light");
            assert!(dark.contrast(Colour::DARK_GROUND) >= 4.5, "{text} on dark");
        }
    }

    #[test]
    fn what_is_no_colour_is_none() {
        for text in ["", "red", "#fff", "#12345g", "#+12345", "#1234567"] {
            assert_eq!(Colour::parse(text), None, "{text:?}");
        }
    }
}
