//! A QR code as a PNG image (ISO/IEC 15948): one bit for each pixel, stored without compression, since
//! the picture is small and is sent once.

use qrcode::{Color, EcLevel, QrCode};

use super::refusal::Refusal;

/// The quiet zone that scanners need around the symbol, in modules (ISO/IEC 18004, 9.1).
const QUIET: usize = 4;
/// Pixels of a module's side.
const SCALE: usize = 4;
/// Bytes of the longest block that is stored (RFC 1951, 3.2.4).
const BLOCK: usize = 65_535;

/// Draws `text`, dark on white.
///
/// # Errors
/// [`Refusal::Internal`] when the text does not fit into the largest symbol, about 2,300 bytes.
pub(crate) fn png(text: &str) -> Result<Vec<u8>, Refusal> {
    let symbol = QrCode::with_error_correction_level(text, EcLevel::M)
        .map_err(|error| Refusal::Internal(format!("a QR code of {} bytes: {error}", text.len())))?;
    let side = (symbol.width() + 2 * QUIET) * SCALE;
    let colors = symbol.to_colors();
    let is_dark = |x: usize, y: usize| {
        let module = |pixel: usize| (pixel / SCALE).checked_sub(QUIET).filter(|at| *at < symbol.width());
        let at = module(x).zip(module(y)).map(|(column, row)| row * symbol.width() + column);
        at.and_then(|at| colors.get(at)) == Some(&Color::Dark)
    };
    let mut pixels = Vec::new();
    for y in 0..side {
        pixels.push(0);
        for byte in 0..side.div_ceil(8) {
            let bits = (0..8).filter(|bit| !is_dark(byte * 8 + bit, y));
            pixels.push(bits.fold(0, |light, bit| light | 0x80_u8 >> bit));
        }
    }
    let size = u32::try_from(side).unwrap_or(0).to_be_bytes();
    let header = [&size[..], &size[..], &[1, 0, 0, 0, 0]].concat();
    let mut image = b"\x89PNG\r\n\x1a\n".to_vec();
    for (kind, data) in [(b"IHDR", header), (b"IDAT", stored(&pixels)), (b"IEND", Vec::new())] {
        let named = [&kind[..], &data].concat();
        image.extend(u32::try_from(data.len()).unwrap_or(0).to_be_bytes());
        image.extend(&named);
        image.extend(crc32(&named).to_be_bytes());
    }
    Ok(image)
}

/// A zlib stream (RFC 1950) of stored blocks.
fn stored(data: &[u8]) -> Vec<u8> {
    let mut stream = vec![0x78, 0x01];
    let blocks: Vec<_> = data.chunks(BLOCK).collect();
    for (index, block) in blocks.iter().enumerate() {
        let length = u16::try_from(block.len()).unwrap_or(0);
        stream.push(u8::from(index + 1 == blocks.len()));
        stream.extend(length.to_le_bytes());
        stream.extend((!length).to_le_bytes());
        stream.extend(*block);
    }
    stream.extend(adler32(data).to_be_bytes());
    stream
}

fn adler32(data: &[u8]) -> u32 {
    let (one, two) = data.iter().fold((1_u32, 0_u32), |(one, two), byte| {
        let one = (one + u32::from(*byte)) % 65_521;
        (one, (two + one) % 65_521)
    });
    two << 16 | one
}

fn crc32(data: &[u8]) -> u32 {
    let step = |crc: u32, _| if crc & 1 == 1 { crc >> 1 ^ 0xEDB8_8320 } else { crc >> 1 };
    !data.iter().fold(u32::MAX, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), step))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checksums_are_those_of_the_specifications() {
        assert_eq!(crc32(b"123456789"), 0xCBF4_3926);
        assert_eq!(crc32(b"IEND"), 0xAE42_6082);
        assert_eq!(adler32(b"Wikipedia"), 0x11E6_0398);
    }

    #[test]
    fn an_image_has_its_quiet_zone_and_its_finder_pattern() {
        let image = png("otpauth://totp/x:y?secret=JBSWY3DPEHPK3PXP").unwrap();
        assert!(image.starts_with(b"\x89PNG\r\n\x1a\n") && image.ends_with(&0xAE42_6082_u32.to_be_bytes()));
        let side = usize::try_from(u32::from_be_bytes(image[16..20].try_into().unwrap())).unwrap();
        assert_eq!(image[16..20], image[20..24]);
        // Signature, IHDR, the head of IDAT, of zlib and of the stored block; then lines with a filter byte.
        let line =
            |y: usize| &image[8 + 25 + 8 + 2 + 5 + y * (side.div_ceil(8) + 1)..][..side.div_ceil(8) + 1];
        assert_eq!(line(0)[..4], [0, 0xFF, 0xFF, 0xFF], "light");
        assert_eq!(line(QUIET * SCALE)[..6], [0, 0xFF, 0xFF, 0, 0, 0], "seven dark modules after four light");
    }
}
