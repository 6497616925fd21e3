use std::fmt;
use std::fmt::Write as _;

use qrcode::{Color, EcLevel};

/// The quiet zone that scanners need around the symbol, in modules (ISO/IEC 18004, 9.1).
const QUIET: usize = 4;

/// A QR code as an inline SVG image, dark on white whatever the page's colours.
///
/// It prints markup that holds nothing of the encoded text but the drawing, so pages may include it
/// unescaped.
#[derive(Clone)]
pub struct QrCode {
    svg: String,
}

/// The text does not fit into the largest symbol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooLong {
    /// The text's length in bytes.
    pub received: usize,
}

impl QrCode {
    /// Draws `text`, with the medium level of error correction.
    ///
    /// # Errors
    /// [`TooLong`] beyond the largest symbol's capacity, about 2,300 bytes.
    pub fn draw(text: &str) -> Result<Self, TooLong> {
        let symbol = qrcode::QrCode::with_error_correction_level(text, EcLevel::M)
            .map_err(|_any| TooLong { received: text.len() })?;
        let (width, side) = (symbol.width(), symbol.width() + 2 * QUIET);
        let mut path = String::new();
        for (row, modules) in symbol.to_colors().chunks(width).enumerate() {
            let mut x = QUIET;
            for run in modules.chunk_by(|left, right| left == right) {
                if run.first() == Some(&Color::Dark) {
                    // Writing to a String cannot fail.
                    let _infallible =
                        write!(path, "M{x} {}h{length}v1H{x}z", row + QUIET, length = run.len());
                }
                x += run.len();
            }
        }
        let svg = format!(
            r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}" role="img" aria-labelledby="qr-title" shape-rendering="crispEdges"><title id="qr-title">QR code</title><path fill="#fff" d="M0 0h{side}v{side}H0z"/><path fill="#000" d="{path}"/></svg>"##
        );
        Ok(Self { svg })
    }
}

impl fmt::Display for QrCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.svg)
    }
}

/// The drawing holds a secret key, so it is not shown.
impl fmt::Debug for QrCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("QrCode(…)")
    }
}

impl fmt::Display for TooLong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a text of {} bytes does not fit into a QR code", self.received)
    }
}

impl std::error::Error for TooLong {}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads the drawing back: which modules are dark.
    fn dark(svg: &str) -> Vec<(usize, usize)> {
        let path = svg.split("fill=\"#000\" d=\"").nth(1).unwrap().split('"').next().unwrap();
        let mut modules = Vec::new();
        for run in path.split_terminator('z') {
            let (start, rest) = run.strip_prefix('M').unwrap().split_once('h').unwrap();
            let (x, y) = start.split_once(' ').unwrap();
            let (length, back) = rest.split_once("v1H").unwrap();
            assert_eq!(x, back, "each run is closed");
            let (x, y, length): (usize, usize, usize) =
                (x.parse().unwrap(), y.parse().unwrap(), length.parse().unwrap());
            modules.extend((x..x + length).map(|x| (x, y)));
        }
        modules
    }

    #[test]
    fn the_drawing_is_the_symbol_inside_its_quiet_zone() {
        let text = "otpauth://totp/acme:alice?secret=JBSWY3DPEHPK3PXP";
        let symbol = qrcode::QrCode::with_error_correction_level(text, EcLevel::M).unwrap();
        let drawn = dark(&QrCode::draw(text).unwrap().to_string());
        let width = symbol.width();
        for y in 0..width + 2 * QUIET {
            for x in 0..width + 2 * QUIET {
                let inside = (QUIET..QUIET + width).contains(&x) && (QUIET..QUIET + width).contains(&y);
                let expected = inside && symbol[(x - QUIET, y - QUIET)] == Color::Dark;
                assert_eq!(drawn.contains(&(x, y)), expected, "module {x}, {y}");
            }
        }
    }

    #[test]
    fn a_text_beyond_the_largest_symbol_is_refused() {
        assert_eq!(QrCode::draw(&"x".repeat(3000)).unwrap_err(), TooLong { received: 3000 });
    }

    #[test]
    fn the_secret_is_not_in_debug_output() {
        assert_eq!(format!("{:?}", QrCode::draw("secret").unwrap()), "QrCode(…)");
    }
}
