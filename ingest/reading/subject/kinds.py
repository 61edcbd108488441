"""Find the kind of a document by the words that name it in English, German, French or Spanish. No I/O.

A word counts if it is the name: "Travel Policy", "Policy on travel"; not "How to read a policy", "policy makers".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

ANNUAL, QUARTERLY, PRESS = "annual report", "quarterly report", "press release"
CURRENT, CONTRACT, INVOICE, MINUTES = "current report", "contract", "invoice", "minutes"
PERIODICAL = frozenset([ANNUAL, QUARTERLY, "half-year report", "financial statements"])
# Kinds that belong to one day.
DATED = frozenset([PRESS, CURRENT, INVOICE, MINUTES])

# Forms of the U.S. Securities and Exchange Commission.
FORMS = {
    "10-K": ANNUAL, "10-KT": ANNUAL, "10-K405": ANNUAL, "10-KSB": ANNUAL, "20-F": ANNUAL, "40-F": ANNUAL,
    "ARS": ANNUAL, "10-Q": QUARTERLY, "10-QSB": QUARTERLY, "10-QT": QUARTERLY, "8-K": CURRENT, "6-K": CURRENT,
    "DEF14A": "proxy statement",
}  # fmt: skip
_FORM = re.compile(r"(?:10-?K(?:405|SB|T)?|20-?F|40-?F|10-?Q(?:SB|T)?|8-?K|6-?K|DEF ?14A)", re.IGNORECASE)
_FORM_STATED = re.compile(rf"\bFORM\s+({_FORM.pattern})(?:/A)?(?![\w-])", re.IGNORECASE)
_FORM_NAMED = re.compile(rf"(?<![A-Za-z0-9])({_FORM.pattern})(?![A-Za-z0-9])", re.IGNORECASE)
_COMMISSION = re.compile(r"securities\s+and\s+exchange\s+commission|securities\s+exchange\s+act", re.IGNORECASE)
_REPORTING = re.compile(
    r"\W*(?:\(\s*mark one|x|☒|☑|þ|¨|☐|annual|quarterly|current|report|registration|"
    r"amendment|for\s+the\s+(?:fiscal|quarter|transition|year))",
    re.IGNORECASE,
)
_WIRES = re.compile(
    r"\(\s*(?:BUSINESS WIRE|PRNewswire|GLOBE ?NEWSWIRE|ots)\s*\)|/PRNewswire/|\bfor immediate release\b|"
    r"^[^\w\n]*sperrfrist\b", re.IGNORECASE | re.MULTILINE
)  # fmt: skip

_PRESS_ALONE = re.compile(
    r"\W*(?:(?:press|news|media) release|for immediate release|pressemitteilung|medienmitteilung|presseinformation|"
    r"communiqué de presse|nota de prensa|comunicado de prensa)\W*",
    re.IGNORECASE,
)
_RESULTS = re.compile(r"\S\s+(?:reports|announces)\b.*\b(?:results|earnings)\b", re.IGNORECASE)

# Specific names come first.
_NAMES = {
    ANNUAL: r"annual report|annual report and accounts|geschäftsbericht|jahresbericht|rapport annuel(?: intégré)?|"
    r"document d[’']enregistrement universel|informe anual|memoria anual",
    "half-year report": r"half[- ]year(?:ly)? (?:financial )?report|interim report|halbjahres(?:finanz)?bericht|"
    r"rapport (?:financier )?semestriel|informe semestral",
    QUARTERLY: r"quarterly report|quartals(?:finanz)?bericht|quartalsmitteilung|rapport trimestriel|informe trimestral",
    "financial statements": r"(?:consolidated )?financial statements|jahresabschluss|konzernabschluss|"
    r"comptes (?:annuels|consolidés)|cuentas anuales|estados financieros",
    PRESS: r"(?:press|news|media|earnings) release|pressemitteilung|presseinformation|communiqué de presse|"
    r"nota de prensa|comunicado de prensa",
    "FAQ": r"faqs?|frequently asked questions|häufig(?:e|(?: gestellte)) fragen|foire aux questions|"
    r"questions fréquentes|preguntas frecuentes",
    "terms": r"terms (?:and|&) conditions|terms of (?:service|use)|agb|allgemeine geschäftsbedingungen|"
    r"nutzungsbedingungen|conditions générales(?: de vente| d[’']utilisation)?|condiciones generales|"
    r"términos y condiciones",
    "price list": r"price list|preisliste|liste de prix|lista de precios",
    "data sheet": r"(?:technical )?data ?sheet|(?:technisches )?datenblatt|fiche technique|ficha técnica",
    "release notes": r"release notes|versionshinweise|notes de version|notas de la versión",
    MINUTES: r"(?:meeting|board) minutes|minutes(?= of)|\w*sitzungsprotokoll|protokoll(?= der| zur| über)|"
    r"niederschrift(?= der| zur| über)|"
    r"\w+versammlungsprotokoll|procès-verbal|compte[- ]rendu(?: de réunion)?|acta de (?:la )?(?:reunión|sesión|junta)",
    INVOICE: r"invoice|rechnung|facture|factura",
    "manual": r"(?:\w+ )?manual|(?:\w+ )?handbook|user(?:[’']s)? guide|(?:installation|operating|quick start) guide|"
    r"operating instructions|instructions for use|\w*handbuch|(?:bedienungs|betriebs|gebrauchs|montage)(?:anleitung|"
    r"anweisung)|manuel(?: d[’']utilisation| de l[’']utilisateur)?|mode d[’']emploi|notice d[’']utilisation|"
    r"guide d[’']utilisation|manual de (?:usuario|instrucciones|empleo|uso)|instrucciones de uso",
    "policy": r"(?:\w+ )?policy|code of conduct|\w*richtlinie|verhaltenskodex|politique(?= de| d[’'])|"
    r"code de conduite|política(?= de)|código de conducta",
    CONTRACT: r"(?:\w+ )?agreement(?! between an?\b)|(?:\w+ )?contract|\w*vertrag|\w*vereinbarung|contrat(?: de \w+)?|"
    r"contrato(?: de \w+)?",
}  # fmt: skip
_ARTICLE = (
    r"(?:a|an|the|your|our|my|this|that|any|each|to|of|in|on|for|from|by|with|without|and|or|about|no|"
    r"der|die|das|des|dem|den|ein|eine|einen|einer|eines|im|am|zum|zur|für|mit|ohne|und|über|ihre?|kein|keine|zu|"
    r"le|la|les|l[’']|un|une|du|de|des|et|sur|par|pour|avec|votre|el|los|las|una|del|y|su|con|para)"
)
_GOES_ON = (
    r"(?=$|\W*\d|\W+v\d|\W+(?:n[o°ºr]\.?|nr\.?|number|of|for|on|between|to|with|der|des|vom|von|für|über|zwischen|zur|zum|mit|"
    r"de|du|d[’']|des|sur|entre|pour|del|para|sobre|q[1-4]|fy)(?!\w))"
)
_UMLAUTS = {"geschaeft": "geschäft", "haeufig": "häufig", "vertraege": "verträge", "handbuecher": "handbücher"}
_UMLAUT = re.compile("|".join(_UMLAUTS), re.IGNORECASE)
_SEGMENTS = re.compile(r"\s[-–—]\s|[–—|:•·,()/\n>]")
_EDGE = r"[\W\d_]*"
_COMPILED = {
    kind: (
        re.compile(rf"{_EDGE}(?:{names})(?!\w){_GOES_ON}", re.IGNORECASE),
        re.compile(rf"(?:^|.*[^\W_]\W+)(?<!\w)(?:{names}){_EDGE}$", re.IGNORECASE),
        re.compile(rf"(?:^|\W){_ARTICLE}\s*(?:{names}){_EDGE}$", re.IGNORECASE),
    )
    for kind, names in _NAMES.items()
}
_MAX_SEGMENT_WORDS = 8
_SAYS_SO = "|".join(_NAMES[kind] for kind in (ANNUAL, QUARTERLY, "half-year report", "financial statements"))
_REPORT = re.compile(rf"(?<!\w)(?:{_SAYS_SO})(?!\w)", re.IGNORECASE)


def form_stated(page: str) -> str | None:
    """The form that the first page of an SEC filing states."""
    page = page[:2500]
    for stated in _FORM_STATED.finditer(page):
        before, after = page[max(0, stated.start() - 250) : stated.start()], page[stated.end() :][:300]
        if (stated.start() < 50 or _COMMISSION.search(before)) and _REPORTING.match(after):
            return _spelled(stated[1])
    return None


def form_named(stem: str) -> str | None:
    """The form in a file's name, such as BESTBUY_2023_10K."""
    found = {_spelled(match[1]) for match in _FORM_NAMED.finditer(stem.replace("_", " "))}
    return found.pop() if len(found) == 1 else None


def without_form(stem: str) -> str:
    """A file name without its form."""
    return _FORM_NAMED.sub(" ", stem.replace("_", " "))


def _spelled(form: str) -> str:
    """The official spelling: "10k" becomes "10-K"."""
    plain = re.sub(r"[-\s]", "", form.upper())
    return next((known for known in FORMS if known.replace("-", "") == plain), plain)


def is_press_alone(line: str) -> bool:
    """Whether the line says "press release" and nothing else."""
    return bool(_PRESS_ALONE.fullmatch(line))


def is_from_a_wire(page: str, title: str) -> bool:
    """Whether it is a press release, judged by its distributor, its first words, or a title that reports results."""
    return bool(_WIRES.search(page[:3000]) or _RESULTS.search(title))


def kind_in(name: str) -> str | None:
    """The kind named by a title, a heading or the words of a file name."""
    for segment in _SEGMENTS.split(_composed(name)):
        segment = segment.strip()
        if not 0 < len(segment.split()) <= _MAX_SEGMENT_WORDS:
            continue
        for kind, (begins, ends, after_article) in _COMPILED.items():
            if begins.match(segment) or (ends.match(segment) and not after_article.search(segment)):
                return kind
    return None


def _composed(name: str) -> str:
    """The name with umlauts restored that file names often avoid: Geschaeftsbericht."""
    return _UMLAUT.sub(lambda found: _UMLAUTS[found[0].casefold()], name)


def kind_of_lines(lines: Sequence[str]) -> str | None:
    """The kind that one of the first lines of a page names on its own."""
    for line in lines:
        if (
            len(line.split()) <= _MAX_SEGMENT_WORDS
            and not line.endswith((".", "?", "!", ",", ";"))
            and (kind := kind_in(line))
        ):
            return kind
    return None


def kind_of_folder(folders: Iterable[str]) -> str | None:
    """The kind of everything in a folder, by its name: invoices, Verträge."""
    for folder in reversed(list(folders)):
        if kind := _FOLDERS.get(_composed(re.sub(r"[\W_]+", " ", folder).strip()).casefold()):
            return kind
    return None


_FOLDERS = {
    name: kind
    for kind, names in {
        ANNUAL: "annual reports,geschäftsberichte,jahresberichte,rapports annuels,informes anuales,10 k,10k,20 f",
        QUARTERLY: "quarterly reports,quartalsberichte,10 q,10q",
        PRESS: "press releases,pressemitteilungen,communiqués de presse,notas de prensa",
        "FAQ": "faq,faqs",
        MINUTES: "minutes,meeting minutes,protokolle,sitzungsprotokolle,comptes rendus,actas",
        INVOICE: "invoices,rechnungen,factures,facturas",
        "manual": "manuals,handbooks,handbücher,bedienungsanleitungen,manuels,manuales",
        "policy": "policies,richtlinien,politiques,políticas",
        CONTRACT: "contracts,agreements,verträge,contrats,contratos",
        "data sheet": "datasheets,data sheets,datenblätter,fiches techniques,fichas técnicas",
        "price list": "price lists,preislisten",
        "release notes": "release notes",
    }.items()
    for name in names.split(",")
}


def names_report(line: str) -> bool:
    """Whether the line names a periodic report."""
    return bool(_REPORT.search(line))
