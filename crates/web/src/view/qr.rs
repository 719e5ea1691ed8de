//! A QR code as a picture within a page.

use postward_texts::text;
use qrcode::QrCode;
use qrcode::render::svg::Color;

/// Draws it, dark on white whatever the theme: many phones read nothing else. None for a text that is too long for one.
pub(crate) fn svg(content: &str) -> Option<String> {
    let code = QrCode::new(content).ok()?;
    // The quiet zone of ISO/IEC 18004 is drawn too, so that it stays white on a dark page.
    let drawn = code
        .render()
        .dark_color(Color("#000000"))
        .light_color(Color("#ffffff"))
        .quiet_zone(true)
        .min_dimensions(220, 220)
        .build();
    let picture = drawn.split_once("?>").map_or(drawn.as_str(), |(_, picture)| picture);
    let rest = picture.trim_start().strip_prefix("<svg ")?;
    let (attributes, shapes) = rest.split_once('>')?;
    let title = text("qr-title");
    Some(format!(
        "<svg class=\"qr\" role=\"img\" aria-labelledby=\"qr-title\" {attributes}>\
         <title id=\"qr-title\">{title}</title>{shapes}"
    ))
}

#[cfg(test)]
mod tests {
    use super::svg;

    #[test]
    fn a_qr_code_is_a_picture_with_a_name() {
        let drawn = svg("otpauth://totp/Postward:ada%40north.example?secret=GEZDGNBVGY3TQOJQ");
        let drawn = drawn.unwrap_or_default();
        assert!(drawn.starts_with("<svg class=\"qr\" role=\"img\"") && drawn.ends_with("</svg>"), "{drawn}");
        assert!(drawn.contains("<title id=\"qr-title\">") && !drawn.contains("<?xml"), "{drawn}");
        assert_eq!(svg(&"x".repeat(5_000)), None);
    }
}
