//! Generates the attachments of the sample messages: PDF, CSV and PNG files.

use super::sample_image;

/// A file of the demo.
#[derive(Clone, Copy)]
pub(super) enum Attachment {
    Offer,
    Invoice,
    HostInvoice,
    PriceList,
    Month,
    PackingList,
    Route,
    Sign,
}

/// A file ready to be attached.
pub(super) struct File {
    pub(super) name: &'static str,
    pub(super) kind: &'static str,
    pub(super) bytes: Vec<u8>,
}

impl Attachment {
    /// Makes the file.
    pub(super) fn file(self) -> File {
        let csv = |name, text: &str| File {
            name,
            kind: "text/csv",
            bytes: text.replace('\n', "\r\n").into_bytes(),
        };
        let page = |name, lines: &[&str]| File { name, kind: "application/pdf", bytes: pdf(lines) };
        match self {
            Self::Offer => page("offer-wedding-14-june.pdf", OFFER),
            Self::Invoice => page("invoice-4471.pdf", INVOICE),
            Self::HostInvoice => page("fjordlight-invoice.pdf", HOST_INVOICE),
            Self::PriceList => csv("millstone-prices.csv", PRICES),
            Self::Month => csv("larkspur-last-month.csv", MONTH),
            Self::PackingList => csv("packing-list-88-1032.csv", PACKING),
            Self::Route => csv("saturday-ride.csv", ROUTE),
            Self::Sign => File { name: "door-sign.png", kind: "image/png", bytes: sample_image::sign() },
        }
    }
}

/// One A4 page of text, as the smallest PDF every reader opens. The first line is the heading.
fn pdf(lines: &[&str]) -> Vec<u8> {
    let mut text = String::from("BT\n/F1 18 Tf\n72 770 Td\n");
    for (number, line) in lines.iter().enumerate() {
        let escaped = line.replace('\\', "\\\\").replace('(', "\\(").replace(')', "\\)");
        let then = if number == 0 { "/F1 11 Tf\n0 -34 Td" } else { "0 -17 Td" };
        text.push_str(&format!("({escaped}) Tj\n{then}\n"));
    }
    text.push_str("ET");
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 5 0 R \
         /Resources << /Font << /F1 4 0 R >> >> >>"
            .to_owned(),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>".to_owned(),
        format!("<< /Length {} >>\nstream\n{text}\nendstream", text.len()),
    ];
    let mut file = String::from("%PDF-1.4\n");
    let mut offsets = Vec::new();
    for (number, object) in objects.iter().enumerate() {
        offsets.push(file.len());
        file.push_str(&format!("{} 0 obj\n{object}\nendobj\n", number + 1));
    }
    let table = file.len();
    file.push_str(&format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1));
    for offset in offsets {
        file.push_str(&format!("{offset:010} 00000 n \n"));
    }
    let size = objects.len() + 1;
    file.push_str(&format!("trailer\n<< /Size {size} /Root 1 0 R >>\nstartxref\n{table}\n%%EOF\n"));
    file.into_bytes()
}

const OFFER: &[&str] = &[
    "Larkspur Catering: offer",
    "For Hannah Achterberg and Milan, Saturday 14 June, boat house",
    "",
    "Wedding cake, three tiers (30 / 22 / 14 cm), lemon and elderflower     340.00",
    "Baked without nuts, on a day without nuts in the house                  included",
    "Delivery and setting up at the boat house                                45.00",
    "",
    "Total, tax included                                                     385.00",
    "",
    "Valid for three weeks. A third on booking, the rest on the day.",
];

const INVOICE: &[&str] = &[
    "Millstone Flour: invoice 4471",
    "Larkspur Bakery, delivery of Thursday",
    "",
    "8 x 25 kg wheat 550        8 x 21.50      172.00",
    "3 x 25 kg wheat 1050       3 x 22.90       68.70",
    "2 x 25 kg spelt 630        2 x 34.00       68.00",
    "",
    "Total                                     308.70",
    "Payable within 14 days; two percent less within five.",
];

const HOST_INVOICE: &[&str] = &[
    "Fjordlight Hosting: invoice 2093",
    "Copper & Kiln Studio",
    "",
    "14 mailboxes on 4 domains, one month     42.00",
    "Storage, included                         0.00",
    "",
    "Total                                    42.00",
    "Thank you for letting us look after your mail.",
];

const PRICES: &str = "\
article,unit,price,change
Wheat 550,25 kg,21.50,0.00
Wheat 1050,25 kg,22.90,0.00
Spelt 630,25 kg,34.00,+1.00
Rye 1150 stone-milled,25 kg,24.80,new
Oat flakes,10 kg,12.40,0.00
Poppy seed,5 kg,27.60,-0.40
";

const MONTH: &str = "\
line,this month,month before,change
Shop,18420,17610,+4.6 %
Wholesale,7905,8120,-2.6 %
Catering,6310,4280,+47.4 %
Flour and grain,-3120,-3060,+2.0 %
Butter and milk,-4410,-3970,+11.1 %
Energy,-2260,-2310,-2.2 %
";

const PACKING: &str = "\
position,article,ordered,packed
1,Chain 11-speed,6,6
2,Bottom bracket BSA 68,3,3
3,\"Brake pads, long\",4,0
4,\"Inner tube 28\"\"\",20,20
5,Chainring bolts (set),5,5
";

const ROUTE: &str = "\
km,turn,note
0.0,left out of the yard,
4.2,right at the lock,gate is heavy
17.8,straight on along the estuary,wind
29.5,stop,ferry café
31.0,left and up,the climb: 3 km at 7 %
44.6,right at the water tower,gravel for 800 m
58.1,home,
";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_of_a_pdf_points_at_its_objects() {
        let file = String::from_utf8_lossy(&pdf(&["Heading (1)", "A \\ line"])).into_owned();
        let offsets = file.lines().filter_map(|line| line.strip_suffix(" 00000 n ")?.parse::<usize>().ok());
        for (number, offset) in offsets.enumerate() {
            assert!(file.get(offset..).is_some_and(|at| at.starts_with(&format!("{} 0 obj", number + 1))));
        }
        assert!(file.contains("(Heading \\(1\\)) Tj"));
    }
}
