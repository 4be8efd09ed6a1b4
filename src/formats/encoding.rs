//! Bytes to text in the encodings that tables of old programs are in.
//!
//! In: bytes and the name of an encoding. Out: text, and whether every byte had a meaning.
//! DOS code pages 437 and 850 are our own: the standard of the Web, which the library
//! follows, does not have them, and dBASE files do.

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};

/// A character encoding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextEncoding {
    /// One of the Encoding Standard.
    Standard(&'static Encoding),
    /// DOS, United States.
    Cp437,
    /// DOS, Western Europe and Latin America.
    Cp850,
}

/// The upper half of code page 437.
const CP437: &str = "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u{a0}";
/// The upper half of code page 850.
const CP850: &str = "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜø£Ø×ƒáíóúñÑªº¿®¬½¼¡«»░▒▓│┤ÁÂÀ©╣║╗╝¢¥┐└┴┬├─┼ãÃ╚╔╩╦╠═╬¤ðÐÊËÈıÍÎÏ┘┌█▄¦Ì▀ÓßÔÒõÕµþÞÚÛÙýÝ¯´\u{ad}±‗¾¶§÷¸°¨·¹³²■\u{a0}";

impl TextEncoding {
    /// UTF-8.
    pub const UTF8: Self = Self::Standard(UTF_8);
    /// Windows, Western Europe and Latin America; holds all of ISO 8859-1.
    pub const WINDOWS_1252: Self = Self::Standard(WINDOWS_1252);

    /// The encoding of a label: `UTF-8`, `ISO-8859-1`, `windows-1252`, `cp850`, `1252`,
    /// `ANSI 1252`, `88591`; `None` if there is none of that name.
    #[must_use]
    pub fn for_label(label: &str) -> Option<Self> {
        let lower = label.trim_matches(['\u{feff}', '\0']).trim().to_ascii_lowercase();
        if let Some(standard) = Encoding::for_label(lower.as_bytes()) {
            return Some(Self::Standard(standard));
        }
        let bare = ["ansi", "oem", "windows", "ibm", "cp", "iso"].into_iter().fold(
            lower.as_str(),
            |rest, word| {
                rest.strip_prefix(word)
                    .unwrap_or(rest)
                    .trim_start_matches([' ', '-', '_'])
            },
        );
        match bare {
            "utf8" => Some(Self::UTF8),
            "big5" => Encoding::for_label(b"big5").map(Self::Standard),
            _ => Self::of_code_page(bare.parse().ok()?),
        }
    }

    /// The encoding of a code page of Windows or DOS, or of an ISO part as ESRI writes it
    /// (`88591`).
    fn of_code_page(page: u32) -> Option<Self> {
        let label = match page {
            437 => return Some(Self::Cp437),
            850 | 858 => return Some(Self::Cp850),
            874 | 1250..=1258 => format!("windows-{page}"),
            866 => "ibm866".to_owned(),
            932 => "shift_jis".to_owned(),
            936 => "gbk".to_owned(),
            949 => "euc-kr".to_owned(),
            950 => "big5".to_owned(),
            65_001 => "utf-8".to_owned(),
            28_591..=28_606 => format!("iso-8859-{}", page - 28_590),
            88_591..=88_599 => format!("iso-8859-{}", page - 88_590),
            885_910..=885_916 => format!("iso-8859-{}", page - 885_900),
            8859 => "iso-8859-1".to_owned(),
            _ => return None,
        };
        Encoding::for_label(label.as_bytes()).map(Self::Standard)
    }

    /// The encoding that the language byte of a dBASE file names.
    ///
    /// 0x57 says "the code page of Windows", not which, and is what many programs write
    /// whatever they do: it names none. Values: ESRI, *Shapefile code page settings*.
    #[must_use]
    pub fn of_language_byte(byte: u8) -> Option<Self> {
        let page = match byte {
            0x01 | 0x09 | 0x0B | 0x0D | 0x0F | 0x11 | 0x15 | 0x18 | 0x19 | 0x1B => 437,
            0x02 | 0x0A | 0x0E | 0x10 | 0x12 | 0x14 | 0x16 | 0x1A | 0x1D | 0x25
            | 0x37 => 850,
            0x03 | 0x58 | 0x59 => 1252,
            0x13 | 0x7B => 932,
            0x26 | 0x65 => 866,
            0x4D | 0x7A => 936,
            0x4E | 0x79 => 949,
            0x4F | 0x78 => 950,
            0x50 | 0x7C => 874,
            0x7D => 1255,
            0x7E => 1256,
            0xC8 => 1250,
            0xC9 => 1251,
            0xCA => 1254,
            0xCB => 1253,
            0xCC => 1257,
            _ => return None,
        };
        Self::of_code_page(page)
    }

    /// Its name for people.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Standard(standard) => standard.name(),
            Self::Cp437 => "CP437",
            Self::Cp850 => "CP850",
        }
    }

    /// The text of some bytes, and whether some of them mean nothing (they are U+FFFD then).
    #[must_use]
    pub fn decode(self, bytes: &[u8]) -> (Cow<'_, str>, bool) {
        let upper = match self {
            Self::Standard(standard) => {
                return standard.decode_without_bom_handling(bytes);
            }
            Self::Cp437 => CP437,
            Self::Cp850 => CP850,
        };
        let letter = |&byte: &u8| match byte.checked_sub(0x80) {
            None => char::from(byte),
            Some(at) => {
                upper.chars().nth(at.into()).unwrap_or(char::REPLACEMENT_CHARACTER)
            }
        };
        (bytes.iter().map(letter).collect::<String>().into(), false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_of_many_kinds_are_known() {
        let cases = [
            ("UTF-8", "UTF-8"),
            ("utf8\r\n", "UTF-8"),
            ("\u{feff}UTF-8", "UTF-8"),
            ("65001", "UTF-8"),
            ("1252", "windows-1252"),
            ("ANSI 1252", "windows-1252"),
            ("ISO-8859-1", "windows-1252"),
            ("ISO 88591", "windows-1252"),
            ("88595", "ISO-8859-5"),
            ("885915", "ISO-8859-15"),
            ("CP936", "GBK"),
            ("cp850", "CP850"),
            ("OEM 437", "CP437"),
            ("Big5", "Big5"),
        ];
        for (label, expected) in cases {
            let found = TextEncoding::for_label(label).map(TextEncoding::name);
            assert_eq!(found, Some(expected), "{label}");
        }
        for bad in ["", "system", "12", "utf-99"] {
            assert_eq!(TextEncoding::for_label(bad), None, "{bad}");
        }
    }

    #[test]
    fn code_pages_have_their_letters() {
        // By the tables of Unicode: CP437.TXT and CP850.TXT.
        let cases = [
            (TextEncoding::Cp850, &b"\xA4and\xA3 \xB5\xFF"[..], "ñandú Á\u{a0}"),
            (TextEncoding::Cp437, b"\xA5\xE1\xF8", "Ñß°"),
            (TextEncoding::WINDOWS_1252, b"Pe\xF1\xF3n \x80", "Peñón €"),
            (TextEncoding::UTF8, b"Pe\xC3\xB1\xC3\xB3n", "Peñón"),
        ];
        for (encoding, bytes, expected) in cases {
            assert_eq!(encoding.decode(bytes), (expected.into(), false));
        }
        assert_eq!(CP437.chars().count(), 128);
        assert_eq!(CP850.chars().count(), 128);
        assert!(TextEncoding::UTF8.decode(b"Pe\xF1a").1);
    }
}
