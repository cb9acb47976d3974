//! Character set conversions, for bodies that software decoded or re-encoded wrongly.

use super::body::Trials;
use super::cause;

/// Longer texts are skipped: each character is looked up.
const MAX_LOOKED_UP: usize = 128 << 10;

/// The upper half of Windows-1252; 0 for undefined code points.
const CP1252: [u16; 32] = [
    0x20ac, 0, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160, 0x2039,
    0x0152, 0, 0x017d, 0, 0, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014, 0x02dc,
    0x2122, 0x0161, 0x203a, 0x0153, 0, 0x017e, 0x0178,
];

/// The upper halves of further charsets, from 0x80 or 0xa0 to 0xff.
const CHARSETS: [(&str, &str); 4] = [
    (
        "ISO-8859-15 (latin9)",
        "\u{a0}¡¢£€¥Š§š©ª«¬\u{ad}®¯°±²³Žµ¶·ž¹º»ŒœŸ¿ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖ×ØÙÚÛÜÝÞßàáâãäåæçèéêëìíîïðñòóôõö÷øùúûüýþÿ",
    ),
    (
        "code page 437",
        "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u{a0}",
    ),
    (
        "code page 850",
        "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜø£Ø×ƒáíóúñÑªº¿®¬½¼¡«»░▒▓│┤ÁÂÀ©╣║╗╝¢¥┐└┴┬├─┼ãÃ╚╔╩╦╠═╬¤ðÐÊËÈıÍÎÏ┘┌█▄¦Ì▀ÓßÔÒõÕµþÞÚÛÙýÝ¯´\u{ad}±‗¾¶§÷¸°¨·¹³²■\u{a0}",
    ),
    (
        "Mac Roman",
        "ÄÅÇÉÑÖÜáàâäãåçéèêëíìîïñóòôöõúùûü†°¢£§•¶ß®©™´¨≠ÆØ∞±≤≥¥µ∂∑∏π∫ªºΩæø¿¡¬√ƒ≈∆«»…\u{a0}ÀÃÕŒœ–—“”‘’÷◊ÿŸ⁄€‹›ﬁﬂ‡·‚„‰ÂÊÁËÈÍÎÏÌÓÔ\u{f8ff}ÒÚÛÙıˆ˜¯˘˙˚¸˝˛ˇ",
    ),
];

/// Encodes a text in a charset.
fn in_charset(text: &str, half: &str) -> Option<Vec<u8>> {
    let start = 0x100 - half.chars().count();
    text.chars()
        .map(|c| {
            match half
                .chars()
                .filter(|_| !c.is_ascii())
                .position(|known| known == c)
            {
                Some(at) => u8::try_from(start + at).ok(),
                None => u8::try_from(u32::from(c))
                    .ok()
                    .filter(|byte| usize::from(*byte) < start),
            }
        })
        .collect()
}

/// Decodes bytes in a charset.
fn of_charset(bytes: &[u8], half: &[char]) -> String {
    let start = 0x100 - half.len();
    bytes
        .iter()
        .map(|byte| match usize::from(*byte).checked_sub(start) {
            Some(at) => half[at],
            None => char::from(*byte),
        })
        .collect()
}

fn to_single_bytes(text: &str, windows: bool) -> Option<Vec<u8>> {
    text.chars()
        .map(|c| {
            let code = u32::from(c);
            if let Ok(byte) = u8::try_from(code) {
                return Some(byte);
            }
            let index = CP1252
                .iter()
                .position(|known| windows && u32::from(*known) == code)?;
            u8::try_from(index + 0x80).ok()
        })
        .collect()
}

fn from_single_bytes(bytes: &[u8], windows: bool) -> String {
    bytes
        .iter()
        .map(|byte| match byte {
            0x80..0xa0 if windows => {
                let code = CP1252[usize::from(byte - 0x80)];
                char::from_u32(u32::from(code))
                    .filter(|c| *c != '\0')
                    .unwrap_or(char::from(*byte))
            }
            byte => char::from(*byte),
        })
        .collect()
}

/// The body transcoded to and from other charsets.
pub(super) fn recoded(body: &[u8], trials: &mut Trials<'_, '_>) {
    if !body.is_ascii() {
        single_bytes(body, trials);
        if body.len() <= MAX_LOOKED_UP {
            code_pages(body, trials);
        }
    }
    if let Some(text) = utf32(body) {
        trials.put(cause::body_charset::is("UTF-8", "UTF-32"), text.as_bytes());
    }
    utf16(body, trials);
}

fn single_bytes(body: &[u8], trials: &mut Trials<'_, '_>) {
    for (windows, name) in [(false, "ISO-8859-1 (latin1)"), (true, "Windows-1252")] {
        let read = from_single_bytes(body, windows);
        let Ok(text) = std::str::from_utf8(body) else {
            trials.put(cause::body_charset::is("UTF-8", name), read.as_bytes());
            continue;
        };
        if let Some(bytes) = to_single_bytes(text, windows) {
            trials.put(cause::body_charset::is(name, "UTF-8"), &bytes);
        }
        trials.put(cause::body_charset::twice(name), read.as_bytes());
    }
}

fn code_pages(body: &[u8], trials: &mut Trials<'_, '_>) {
    for (name, half) in CHARSETS {
        let Ok(text) = std::str::from_utf8(body) else {
            let half: Vec<char> = half.chars().collect();
            let read = of_charset(body, &half);
            trials.put(cause::body_charset::is("UTF-8", name), read.as_bytes());
            continue;
        };
        if let Some(bytes) = in_charset(text, half) {
            trials.put(cause::body_charset::is(name, "UTF-8"), &bytes);
        }
    }
}

fn utf16(body: &[u8], trials: &mut Trials<'_, '_>) {
    for (little, mark, name) in [
        (true, [0xff, 0xfe], "UTF-16LE"),
        (false, [0xfe, 0xff], "UTF-16BE"),
    ] {
        let marked = body.strip_prefix(&mark);
        if marked.is_none() && !body.contains(&0) {
            continue;
        }
        let units = marked.unwrap_or(body).chunks_exact(2).map(|pair| {
            let pair = [pair[0], pair[1]];
            match little {
                true => u16::from_le_bytes(pair),
                false => u16::from_be_bytes(pair),
            }
        });
        if let Ok(text) = char::decode_utf16(units).collect::<Result<String, _>>() {
            trials.put(cause::body_charset::is("UTF-8", name), text.as_bytes());
        }
    }
}

/// UTF-32 in either byte order, with or without a byte order mark.
fn utf32(body: &[u8]) -> Option<String> {
    if body.len() < 8 || !body.len().is_multiple_of(4) || !body.contains(&0) {
        return None;
    }
    let decoded = |little: bool| {
        let text: Option<String> = body
            .chunks_exact(4)
            .map(|unit| {
                let unit = [unit[0], unit[1], unit[2], unit[3]];
                char::from_u32(if little {
                    u32::from_le_bytes(unit)
                } else {
                    u32::from_be_bytes(unit)
                })
            })
            .collect();
        text.map(|text| text.trim_start_matches('\u{feff}').to_owned())
    };
    decoded(true).or_else(|| decoded(false))
}
