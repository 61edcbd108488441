"""Characters that symbol fonts show for code points in the private use area. Data only."""

from __future__ import annotations

# Boxes and ticks of Wingdings and Wingdings 2, by character code.
TICKS = {
    0x6F: "☐", 0x70: "☐", 0x71: "☐", 0x72: "☐", 0xA8: "☐", 0xA3: "☐", 0xFB: "☒", 0xFC: "✓", 0xFD: "☒", 0xFE: "☑",
    0x50: "✓", 0x52: "☑", 0x53: "☒", 0x54: "☒",
}  # fmt: skip

# Characters of the Symbol font, by their code point in the private use area.
_SIGNS = dict(zip(range(0x41, 0x5B), "ΑΒΧΔΕΦΓΗΙϑΚΛΜΝΟΠΘΡΣΤΥςΩΞΨΖ", strict=True)) | dict(
    zip(range(0x61, 0x7B), "αβχδεφγηιϕκλμνοπθρστυϖωξψζ", strict=True)
)
_SIGNS |= {
    code: chr(code) for code in (*range(0x20, 0x22), 0x23, *range(0x25, 0x27), *range(0x28, 0x2D), *range(0x2E, 0x40))
}
_SIGNS |= {
    0x2D: "−", 0xA2: "′", 0xB2: "″", 0xA3: "≤", 0xB3: "≥", 0xA5: "∞", 0xAC: "←", 0xAE: "→", 0xB0: "°", 0xB1: "±",
    0xB4: "×", 0xB5: "∝", 0xB6: "∂", 0xB7: "•", 0xB8: "÷", 0xB9: "≠", 0xBA: "≡", 0xBB: "≈", 0xC7: "∩", 0xC8: "∪",
    0xCE: "∈", 0xD1: "∇", 0xD5: "∏", 0xD6: "√", 0xD7: "⋅", 0xDE: "⇒", 0xE5: "∑", 0xF2: "∫",
}  # fmt: skip
SIGNS = {0xF000 + code: sign for code, sign in _SIGNS.items()}
