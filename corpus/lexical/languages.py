"""The function words of languages, which carry no meaning, and the stemmer of each language. No model, no state."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from importlib.machinery import PathFinder
from importlib.util import find_spec, module_from_spec
from typing import Any

# For Latin script if detection fails: most manuals, tables and code are in it.
DEFAULT_LANGUAGE = "english"

# bm25s has no list for these, but Snowball has a stemmer.
_MORE_STOP_WORDS = {
    "polish": "aby ale bo był była było być co czy dla do gdy gdzie go i ich ja jak jako jego jej jest jeszcze już "
    "każdy która które który lub ma może można na nad nie niż o od oraz po pod przed przez przy sam się są ta tak "
    "także tego tej ten to tu tych tylko tym u w we więc wszystko z za ze że",
    "czech": "a aby ale ani asi až bez bude budou by byl byla bylo být co což do i jak jako je jeho její jejich jen "
    "ještě již jsem jsou k kde když která které který mezi má může na nad ne nebo není o od po pod podle pokud pro "
    "proto před při s se si své ta tak také tato ten tento to tohoto tom tím u už v ve však z za ze že",
    "finnish": "ei eivät että he hän ja jo joka jonka jos jossa jotka joten kanssa koska kuin kun me mikä minä mitä "
    "mukaan mutta myös ne niin niitä nyt näin oli olivat olla on ole ovat se sekä sen siinä sinä sitä tai te tämä "
    "tämän vaan vai vain voi voidaan ännen",
    "hungarian": "a az és hogy nem is egy ez azt de ha meg már csak mint volt ki vagy lehet kell ezt van még el ami "
    "amely amelyek akkor azonban be minden után szerint több között pedig során illetve valamint nagyon sem így le",
    "romanian": "a acest această aceste al ale ar are au bine ca care ce cea cel cele cu cum că când dar de decât "
    "deși din după este fi fie fost fără iar in la lor lui mai nu o pe pentru prin sa sau se sunt să și spre te un "
    "una unde unei unor unui va vor în între într",
    "catalan": "a al als amb això aquest aquesta aquests com de del dels des el els en entre era es està és fins ha "
    "han hi i la les li més molt no o on per perquè però pel pels que qual què s'ha se sense ser seu seva si sobre "
    "són també té tot un una uns va van",
    "indonesian": "ada adalah akan antara atau bagi bahwa banyak dalam dan dapat dari dengan di hanya harus ini itu "
    "jika juga karena ke kepada lebih oleh pada para saat sangat sebagai secara sebuah serta setelah sudah telah "
    "tetapi tidak untuk yang",
}


@cache
def stop_words() -> Mapping[str, frozenset[str]]:
    """Language to its function words, casefolded."""
    stopwords = _lists_of_bm25s()
    lists: dict[str, Iterable[str]] = {
        "english": stopwords.STOPWORDS_EN_PLUS,
        "german": stopwords.STOPWORDS_GERMAN,
        "dutch": stopwords.STOPWORDS_DUTCH,
        "french": stopwords.STOPWORDS_FRENCH,
        "spanish": stopwords.STOPWORDS_SPANISH,
        "portuguese": stopwords.STOPWORDS_PORTUGUESE,
        "italian": stopwords.STOPWORDS_ITALIAN,
        "swedish": stopwords.STOPWORDS_SWEDISH,
        "norwegian": stopwords.STOPWORDS_NORWEGIAN,
        "danish": stopwords.STOPWORDS_DANISH,
        "turkish": stopwords.STOPWORDS_TURKISH,
        "russian": stopwords.STOPWORDS_RUSSIAN,
        **{language: words.split() for language, words in _MORE_STOP_WORDS.items()},
    }
    return {language: frozenset(word.casefold() for word in words) for language, words in lists.items()}


def _lists_of_bm25s() -> Any:
    """bm25s's module of lists, without the package around it, which takes a tenth of a second to import."""
    package = find_spec("bm25s")
    spec = PathFinder.find_spec("stopwords", package.submodule_search_locations) if package else None
    if spec is None or spec.loader is None:
        raise ImportError("bm25s.stopwords")
    lists = module_from_spec(spec)
    spec.loader.exec_module(lists)
    return lists


def stemmed_as(language: str) -> str:
    """The language whose stemmer is used for words of this one."""
    return language if language in stop_words() else DEFAULT_LANGUAGE
