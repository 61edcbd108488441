"""Numbers as a spreadsheet displays them, by the format codes of Excel (ECMA-376, 18.8.31). Pure functions."""

from __future__ import annotations

import datetime
import operator
import re
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from fractions import Fraction

# The built-in formats, which have a number and no code in the file (18.8.30).
BUILT_IN = {
    1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 5: '"$"#,##0', 6: '"$"#,##0', 7: '"$"#,##0.00', 8: '"$"#,##0.00',
    9: "0%", 10: "0.00%", 11: "0.00E+00", 12: "# ?/?", 13: "# ??/??", 14: "yyyy-mm-dd", 15: "d-mmm-yy", 16: "d-mmm",
    17: "mmm-yy", 18: "h:mm AM/PM", 19: "h:mm:ss AM/PM", 20: "h:mm", 21: "h:mm:ss", 22: "yyyy-mm-dd h:mm",
    37: "#,##0;(#,##0)", 38: "#,##0;(#,##0)", 39: "#,##0.00;(#,##0.00)", 40: "#,##0.00;(#,##0.00)", 45: "mm:ss",
    46: "[h]:mm:ss", 47: "mm:ss.0", 48: "##0.0E+0", 49: "@",
}  # fmt: skip
_TOKEN = re.compile(
    r"""(?P<literal>"[^"]*"|\\.|_.|\*.)|\[(?P<elapsed>h+|m+|s+)\]|\[\$(?P<currency>[^\]-]*)[^\]]*\]|\[[^\]]*\]"""
    r"""|(?P<digits>[#0?](?:[#0?,]*[#0?])?(?:\.[#0?]*)?|\.[#0?]+)(?P<scale>,*)|(?P<exponent>E[+-]0+)|(?P<date>y+|m+|d+|h+|s+|AM/PM|A/P)""",
    re.IGNORECASE,
)
_CONDITION = re.compile(r"\[(<=|>=|<>|<|>|=)(-?\d+(?:\.\d+)?)\]")
_COMPARED = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "=": operator.eq, "<>": operator.ne,
}  # fmt: skip
_FRACTION = re.compile(r"(?P<whole>[#0?]+(?:\s|\\ |\" \"|_.)+)?[#0?]+\s?/\s?(?P<below>[?#0]+|\d+)")
_WITH_TEXT = 4
_TEXT_SIGN = re.compile(r'"[^"]*"|[\\_*].|\[[^\]]*\]|.')
_GENERAL_ELSEWHERE = frozenset(  # As programs in other languages write it.
    ("Standard", "Standaard", "Estándar", "Geral", "Generale", "Основной", "G/通用格式", "G/標準", "G/표준")
)
_GENERAL = re.compile("General", re.IGNORECASE)
_MAX_DIGITS = 15
_TOO_LARGE = 10**12 * 10**3  # Numbers of more than fifteen digits are written without their format.
_EPOCH = datetime.datetime(1899, 12, 30)  # noqa: DTZ001 - sheets know no time zones
_LAST_SERIAL = 2_958_466  # The first day of the year 10000.
_SHIFT_1904 = 1462


def shown_number(text: str, code: str, *, is_1904: bool = False) -> str:
    """A number, given as text, in a format. Text that is not a number is returned as it is. Dates are in ISO 8601.

    Empty if the format has several sections and the one for the number shows nothing.
    """
    try:
        number = Decimal(text)
    except InvalidOperation:
        return text
    if not number.is_finite() or abs(number) >= _TOO_LARGE:
        return f"{float(text):.15g}" if "." in text else text
    sections = _sections(code)
    section, sign = _section_for(number, sections)
    number = abs(number) if not sign else number
    section = "General" if section in _GENERAL_ELSEWHERE else section
    section = _GENERAL.sub(f'"{plain(abs(number))}"', section)
    tokens = list(_TOKEN.finditer(section))
    places = [token for token in tokens if token["digits"]]
    is_moment = any(token["date"] or token["elapsed"] for token in tokens)
    if is_moment and all(token["digits"].startswith(".") or token["digits"].strip("0") == "" for token in places):
        return _moment(number, tokens, is_1904=is_1904)
    fraction = _FRACTION.search(section)
    if fraction and "/" in section:
        return sign + _as_fraction(abs(number), fraction)
    if places:
        return sign + _in_digits(abs(number), section, tokens)
    shown = _among(section, tokens, [])
    if not shown:
        return "" if len(sections) > 1 else plain(number)
    return sign + shown


def shown_text(text: str, code: str) -> str:
    """A text in a format whose last of four parts is for texts."""
    sections = _sections(code) if ";" in code else []
    if len(sections) < _WITH_TEXT:
        return text
    signs = _TEXT_SIGN.findall(sections[_WITH_TEXT - 1])
    return "".join(text if sign == "@" else sign.strip('"') for sign in signs if sign[0] not in "_*[\\")


def plain(number: Decimal) -> str:
    """The number without the noise of binary fractions: fifteen digits, as in Excel's General format."""
    return f"{float(number):.15g}" if number != number.to_integral_value() or abs(number) >= 10**15 else f"{number:.0f}"


def _sections(code: str) -> list[str]:
    """The sections of a code (positive, negative, zero), split at semicolons outside quotes."""
    parts = [""]
    for piece in re.findall(r'"[^"]*"|\\.|;|[^;"\\]+|.', code):
        if piece == ";":
            parts.append("")
        else:
            parts[-1] += piece
    return parts


def _section_for(number: Decimal, sections: list[str]) -> tuple[str, str]:
    """The section that displays the number, and the sign to put before it."""
    sign = "-" if number < 0 else ""
    conditions = [_CONDITION.search(section) for section in sections]
    if any(conditions):
        for section, condition in zip(sections, conditions, strict=True):
            if condition is None or _COMPARED[condition.group(1)](number, Decimal(condition.group(2))):
                return section, sign
        return sections[-1], sign
    if number < 0 and len(sections) > 1:
        return sections[1], ""  # The section writes its own sign.
    return sections[2] if number == 0 and len(sections) > 2 else sections[0], sign


def _as_fraction(number: Decimal, form: re.Match[str]) -> str:
    """The number as a fraction such as 2 3/4, with the denominator of the format or the nearest of that many digits."""
    below = form["below"]
    value = Fraction(number)
    if below.isdecimal():
        part = Fraction(round(value * int(below)), int(below))
        parts, whole = round(part * int(below)), 0
    else:
        part = value.limit_denominator(10 ** min(len(below), 4) - 1)
        parts, below, whole = part.numerator, str(part.denominator), 0
    if form["whole"]:
        whole, parts = divmod(parts, int(below))
    shown = f"{parts}/{below}" if parts else ""
    return " ".join(filter(None, (str(whole) if whole or not parts else "", shown)))


def _literal(token: re.Match[str]) -> str:
    literal = token["literal"]
    if literal is None:
        return token["currency"] or ""
    if literal[0] == '"':
        return literal[1:-1]
    return literal[1] if literal[0] == "\\" else ""


def _in_digits(number: Decimal, section: str, tokens: list[re.Match[str]]) -> str:
    """The number with the literal parts of its format: currency, percent sign, words."""
    percent = sum(section[token_end] == "%" for token_end in _bare(section, tokens))
    places = [token for token in tokens if token["digits"]]
    digits = places[0]["digits"]
    number = number * (Decimal(100) ** percent) / (Decimal(1000) ** len(places[-1]["scale"] or ""))
    exponent = next((token for token in tokens if token["exponent"]), None)
    whole, _, fraction = digits.partition(".")
    decimals = min(len(fraction), _MAX_DIGITS)
    if exponent is not None:
        body = f"{number:.{decimals}E}"
        mantissa, _, power = body.partition("E")
        body = f"{mantissa}E{power[0]}{power[1:].zfill(len(exponent['exponent']) - 2)}"
    else:
        rounded = number.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
        body = f"{rounded:,.{decimals}f}" if "," in whole else f"{rounded:.{decimals}f}"
        least = min(whole.replace(",", "").count("0"), _MAX_DIGITS)
        head, dot, tail = body.partition(".")
        if "," not in head:
            head = head.zfill(least)
        if head == "0" and not least:  # The format shows no leading zero.
            head = ""
        optional = len(fraction) - len(fraction.rstrip("#?"))
        while optional and tail.endswith("0"):
            tail, optional = tail[:-1], optional - 1
        body = head + (dot + tail if tail else "")
    return _among(section, tokens, _grouped(body, places))


def _among(section: str, tokens: list[re.Match[str]], groups: list[str]) -> str:
    """The groups of digits, with the literal parts of the format between them."""
    groups = list(groups)
    shown, end = "", 0
    for token in tokens:
        shown += _plain_signs(section[end : token.start()])
        end = token.end()
        if token["digits"]:
            shown += groups.pop(0)
        elif not token["exponent"]:
            shown += _literal(token)
    return (shown + _plain_signs(section[end:])).strip()


def _grouped(body: str, places: list[re.Match[str]]) -> list[str]:
    """The digits of each group, as in a telephone number; extra digits go to the first group."""
    groups: list[str] = []
    for place in reversed(places[1:]):
        length = len(place["digits"])
        groups.insert(0, body[-length:])
        body = body[:-length]
    return [body, *groups]


def _bare(section: str, tokens: list[re.Match[str]]) -> list[int]:
    """The positions that no token covers."""
    taken = {place for token in tokens for place in range(token.start(), token.end())}
    return [place for place in range(len(section)) if place not in taken]


def _plain_signs(text: str) -> str:
    return "".join(sign for sign in text if sign in "$€£¥%()+-:/ '\u00a0" or sign.isalpha())


def _moment(number: Decimal, tokens: list[re.Match[str]], *, is_1904: bool) -> str:
    """A serial number of days as a date, time or duration."""
    seconds = int((number * 86_400).quantize(Decimal(1), ROUND_HALF_UP))
    elapsed = next((token["elapsed"][0].lower() for token in tokens if token["elapsed"]), None)
    kinds = {(token["date"] or "")[:1].lower() for token in tokens}
    if elapsed:
        sign, seconds = ("-", -seconds) if seconds < 0 else ("", seconds)
        hours, rest = divmod(seconds, 3600)
        minutes, seconds = divmod(rest, 60)
        if elapsed == "h":
            return f"{sign}{hours}:{minutes:02}" + (f":{seconds:02}" if "s" in kinds else "")
        return (
            f"{sign}{hours * 60 + minutes}:{seconds:02}"
            if elapsed == "m"
            else f"{sign}{(hours * 60 + minutes) * 60 + seconds}"
        )
    has_date, has_time = bool(kinds & {"y", "d"}) or ("m" in kinds and not kinds & {"h", "s"}), bool(kinds & {"h", "s"})
    if not 0 <= number < _LAST_SERIAL:
        return plain(number)
    moment = _EPOCH + datetime.timedelta(days=_SHIFT_1904 if is_1904 else 0, seconds=seconds)
    time = moment.strftime("%H:%M:%S" if moment.second else "%H:%M")
    if not has_date:
        return time if has_time else plain(number)
    date = moment.strftime("%Y-%m-%d") if "d" in kinds or not kinds & {"y"} else moment.strftime("%Y-%m")
    if kinds & {"y"} and not kinds & {"m", "d"}:
        date = f"{moment.year:04}"
    return f"{date} {time}" if has_time and seconds % 86_400 else date
