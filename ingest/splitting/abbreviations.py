"""Words whose full stop ends no sentence. Data and one rule: `continues` never looks beyond two words."""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Whatever follows these belongs to the same sentence, whatever its first letter.
TITLES = _words(
    """
    adm asst attn brig capt cdr cmdr col comdr dr drs esq fr gen gov hon hr insp lt m maj messrs mlle mm mme mr
    mrs ms msgr mt mx pfc pres prof rep rev rt sen sgt sr sra srta st ste supt approx bzw ca cf cfr d.h dgl e.g
    eg evtl excl geb ggf i.e ie i.d.r incl inkl insb misc mind n.b resp s.o s.u sog u.a u.u usf v.a vgl viz vs
    z.b z.t zzgl zzt p.ex г гг др им напр ок руб см ср стр т.е т.к т.н тел тыс ул англ
    """
)
# These precede a number: "No. 5", but "He said no. Then".
NUMBERED = _words(
    """
    abb abs abschn add anm app appx arg art bd bk ch chap cl col cols corr def div ed eq eqn eqns eqs ex exp fig
    figs fn fol iss kap lem lib ln mr n n° nº nn no nos nr nrs núm op p par para pg pos pp prob prop pt pts q
    ref refs rn s sec sect secs tab tabl tbl tit u v ver vol vols z zif рис табл гл п пп с ст
    """
)
# A sentence may end with these; it does if a word follows that usually begins one.
AMBIGUOUS = _words(
    """
    a.m al apr aug ave bldg blvd bros co corp ct dec dept dist div est et.al etc feb ft hwy inc int jan jr jul
    jun lab ltd mar max min nov oct oz ph.d phd plc p.m pm rd sep sept sr thu thurs tue tues univ bzgl etc usw
    ud uds u.s.w v.chr n.chr
    """
)
STARTERS = _words(
    """
    A After All Also Although An And Another Any Are As At Because Before Both But By Can Click Could Did Do
    Does During Each Even Every Finally First For From Has Have He Hence Her Here His How However I If In Is It
    Its Let Many Most My Next No None Not Note Now On Once One Only Open Or Other Our Please Run See Select She
    Should Since So Some Sometimes Such That The Their Then There Therefore These They This Those Through Thus
    To Today Under Unless Until Use Using Was We Were What When Where Whether Which While Who Why Will With
    Without Would Yes Yet You Your
    """
)
# "am 3. Oktober": an ordinal, in German.
ORDINAL_MONTHS = _words("Januar Februar März Mai Juni Juli Oktober Dezember Jahrhundert Jahrhunderts")


def continues(word: str, following: str) -> bool:
    """Whether "`word`. `following`" is one continuing sentence. `word` comes without its last full stop."""
    name = word.casefold()
    if word.isdigit():
        return following in ORDINAL_MONTHS
    if name in NUMBERED and (following[:1].isnumeric() or (len(following) == 1 and following not in STARTERS)):
        return True
    if name in TITLES:
        return True
    if following in STARTERS:
        return False
    initial = len(word) == 1 and word.isupper()
    dotted = "." in word and all(len(part) <= 2 for part in word.split("."))
    return initial or dotted or name in AMBIGUOUS
