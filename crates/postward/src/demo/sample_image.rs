//! Draws the PNG attachment of the sample messages, uncompressed as RFC 2083 allows.

/// The size of the sign, in pixels.
const WIDTH: usize = 320;
const HEIGHT: usize = 200;

type Colour = [u8; 3];
const GREEN: Colour = [46, 92, 78];
const CREAM: Colour = [250, 243, 229];
const GOLD: Colour = [214, 164, 73];

/// A door sign: a loaf in a frame.
pub(super) fn sign() -> Vec<u8> {
    let mut pixels = Vec::with_capacity(HEIGHT * (1 + WIDTH * 3));
    for y in 0..HEIGHT {
        // RFC 2083 §6: each line starts with its filter; none.
        pixels.push(0);
        for x in 0..WIDTH {
            pixels.extend_from_slice(&colour_at(x as f32 + 0.5, y as f32 + 0.5));
        }
    }
    let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
    let mut header = Vec::new();
    header.extend_from_slice(&(WIDTH as u32).to_be_bytes());
    header.extend_from_slice(&(HEIGHT as u32).to_be_bytes());
    // Eight bits a channel, true colour, nothing special.
    header.extend_from_slice(&[8, 2, 0, 0, 0]);
    chunk(&mut file, b"IHDR", &header);
    chunk(&mut file, b"IDAT", &stored(&pixels));
    chunk(&mut file, b"IEND", &[]);
    file
}

fn colour_at(x: f32, y: f32) -> Colour {
    let (width, height) = (WIDTH as f32, HEIGHT as f32);
    let border = x.min(width - x).min(y).min(height - y);
    if (10.0..14.0).contains(&border) {
        return GOLD;
    }
    let (dx, dy) = ((x - width / 2.0) / 90.0, (y - height / 2.0) / 48.0);
    let loaf = dx * dx + dy * dy < 1.0;
    // Three slanting cuts across the loaf.
    let cut = [-40.0, 0.0, 40.0].into_iter().any(|at: f32| {
        let along = x - width / 2.0 - at + (y - height / 2.0) * 0.6;
        along.abs() < 4.0 && dy.abs() < 0.55
    });
    match (loaf, cut) {
        (true, true) => CREAM,
        (true, false) => GOLD,
        (false, _) => GREEN,
    }
}

/// Wraps bytes as a zlib stream (RFC 1950) of stored blocks (RFC 1951 §3.2.4).
fn stored(bytes: &[u8]) -> Vec<u8> {
    let mut stream = vec![0x78, 0x01];
    let mut blocks = bytes.chunks(0xffff).peekable();
    while let Some(block) = blocks.next() {
        let length = block.len() as u16;
        stream.push(u8::from(blocks.peek().is_none()));
        stream.extend_from_slice(&length.to_le_bytes());
        stream.extend_from_slice(&(!length).to_le_bytes());
        stream.extend_from_slice(block);
    }
    let (mut a, mut b) = (1u32, 0u32);
    for byte in bytes {
        a = (a + u32::from(*byte)) % 65521;
        b = (b + a) % 65521;
    }
    stream.extend_from_slice(&(b << 16 | a).to_be_bytes());
    stream
}

fn chunk(file: &mut Vec<u8>, name: &[u8; 4], data: &[u8]) {
    file.extend_from_slice(&(data.len() as u32).to_be_bytes());
    let start = file.len();
    file.extend_from_slice(name);
    file.extend_from_slice(data);
    let checked = file.get(start..).unwrap_or_default();
    let sum = checked.iter().fold(u32::MAX, |sum, byte| {
        (0..8).fold(
            sum ^ u32::from(*byte),
            |sum, _| if sum & 1 == 1 { sum >> 1 ^ 0xedb8_8320 } else { sum >> 1 },
        )
    });
    file.extend_from_slice(&(!sum).to_be_bytes());
}
