"""Which language a text is in, a short question too: by its script, its function words and its letters. No model.

The names are English, as Snowball's stemmers are called: "english", "japanese". None is better than a wrong one.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Set
from functools import cache

from corpus.lexical.languages import stop_words

# Letters and words of a text that are examined: more change nothing.
_SAMPLE_LETTERS = 2_000
_SAMPLE_WORDS = 150
# The best language must lead the next by so much.
_LEAD = 1.15
_LETTER = 0.6
# A Chinese character says as much as so many letters.
_LETTERS_PER_SIGN = 3
_ONE_LETTER_WORDS = frozenset("aeoyiàéèóåöıoáí¿¡")

# Question words that lists of function words lack, and function words of languages without a list.
_MORE_WORDS = {
    "english": "how what who whom whose which when where why can could does did do i my is are the long many much "
    "should reset return used",
    "german": "wie was wer wen wem wo wann warum welche welcher welches kann ich gilt gibt hoch viel viele lange "
    "wird für",
    "dutch": "hoe wat wie waar wanneer waarom welke kan ik het een een de van opnieuw hoeveel",
    "french": "comment quel quelle quels quelles qui où quand pourquoi puis-je est-ce combien le la les du des mot",
    "spanish": "cómo cuánto cuánta cuántos cuál cuáles quién dos qué dónde cuándo por puedo puede un una el del hay",
    "portuguese": "como quanto quanta qual quem onde quando porque posso pode um uma do da não há",
    "italian": "come quanto quanta qual quale chi dove quando perché posso può un una il del della è",
    "swedish": "hur vad vem vilken vilket när var varför kan jag är en ett och att inte till",
    "danish": "hvor hvad hvem hvornår hvorfor hvilken hvilket kan jeg er en et og af til",
    "norwegian": "hvor hva hvem når hvorfor hvilken hvilket kan jeg er en et og av til lenge",
    "finnish": "kuinka kuka mikä mitä missä milloin miksi voinko voiko onko vuonna paljonko",
    "polish": "jak jaka jaki jakie kto co gdzie kiedy dlaczego czy mogę ile jest roku",
    "czech": "jak jaká jaký jaké kdo co kde kdy proč mohu kolik je roce můžu",
    "romanian": "cât câți cine ce unde când care este pot cum cu",
    "hungarian": "mennyi ki mi hol mikor miért hogyan hány a az egy milyen meddig",
    "turkish": "ne kim nerede zaman nasıl kaç kadar mi mı bir nedir yılında miyim",
    "indonesian": "berapa siapa apa di mana kapan mengapa bagaimana apakah bisa yang saya pada",
    "catalan": "com quant quanta quan qui què quin quina quins quines on puc el els del dels d l és em amb dies acaba",
    "vietnamese": "là và của có không được cho trong bao nhiêu lâu ai đã gì nào ở đâu khi tại sao tôi thể các những "
    "một năm với này để người như từ về theo lại",
}
# Letters that few languages use.
_LETTERS = {
    "german": "äöüß",
    "dutch": "ëïéè",
    "french": "éèêçœàùîôâëïû",
    "spanish": "ñ¿¡áéíóú",
    "portuguese": "ãõçáéíóúâêô",
    "italian": "àèéìòù",
    "swedish": "åäöé",
    "danish": "åæøé",
    "norwegian": "åæøé",
    "finnish": "äö",
    "polish": "ąćęłńśźżó",
    "czech": "řěůščžýáíéúďťň",
    "romanian": "ățșşţâî",
    "hungarian": "őűáéíóöúü",
    "turkish": "ğşıçöü",
    "catalan": "àèéíòóúç·",
    "vietnamese": "đơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹăâêôàáãèéìíĩòóõùúũý",
}
# Not beside a digit, as in hashes and codes, and not part of an identifier.
_WORD = re.compile(r"(?<!\w)[^\W\d_]+(?:-[^\W\d_]+)*(?!\w)|[¿¡]")
# Names of places and people contain them in all languages: Los Angeles, São Paulo, von Neumann.
_IN_NAMES = frozenset({"bin", "las", "los", "são", "van", "von"})
_SENTENCE = re.compile(r"[.?!:\n\"“„«(–•|]")
# Of all letters, for a script other than Latin: so many decide at once, so many where Latin words say nothing.
_MOST, _SOME = 0.5, 0.2
_WORD_LETTERS = 3  # Fewer, among other letters, are symbols of formulas.
_LATIN = "LATIN"
# By the first word of the letters' Unicode names; for other scripts, that word itself is the name.
_OF_SCRIPT = {"HANGUL": "korean", "CJK": "chinese", "DEVANAGARI": "hindi", "CYRILLIC": "russian"}
# Micro, ohm, letters of formulas, combining accents: any text may hold them.
_NO_SCRIPTS = frozenset(
    {"COMBINING", "DOUBLE", "FULLWIDTH", "MASCULINE", "MATHEMATICAL", "MICRO", "MODIFIER", "OHM", "SCRIPT"}
)
_UKRAINIAN = frozenset("іїєґ")
_PERSIAN = frozenset("پچژگ")


def spoken_in(text: str, *, least: float = 0.7) -> str | None:
    """The language that most of the text is in; None where that is unclear: names, numbers, code, a single word.

    Where several languages share the letters, so much must speak for one: a function word of its own counts 1.
    """
    told, share = (None, 0.0) if text.isascii() else _by_script(text[:_SAMPLE_LETTERS])
    if told and share > _MOST:
        return told
    # Names, code and product marks stand in Latin letters within any other script.
    return _by_words(_words(text[: 8 * _SAMPLE_WORDS])[:_SAMPLE_WORDS], least) or (told if share > _SOME else None)


def _by_script(text: str) -> tuple[str | None, float]:
    """The language of the script, other than Latin, that has most of the letters, and its share of all."""
    scripts: Counter[str] = Counter()
    letters = {letter: times for letter, times in Counter(text).items() if unicodedata.category(letter)[0] in "LM"}
    for letter, times in letters.items():
        scripts[_script(letter)] += times
    kana, han = scripts.pop("HIRAGANA", 0) + scripts.pop("KATAKANA", 0), scripts.pop("CJK", 0)
    signs, latin = _LETTERS_PER_SIGN * (kana + han), scripts.pop(_LATIN, 0)
    total = signs + latin + scripts.total()
    script, count = max(scripts.items(), key=lambda each: each[1], default=("", 0))
    if signs > count:
        return "japanese" if kana > 0.05 * (kana + han) else "chinese", signs / total
    is_word = count >= _WORD_LETTERS or count > _MOST * total
    return (_of_script(script, letters.keys()), count / total) if is_word else (None, 0.0)


def _words(text: str) -> list[str]:
    """In small letters. A name within a sentence, as "Los Angeles", is not a word of the language it comes from."""
    words = [(match, match[0].istitle()) for match in _WORD.finditer(text)]
    has_small = any(match[0].islower() for match, _ in words)
    found: list[str] = []
    end = 0
    for match, is_title in words:
        begins = not end or text[end - 1] in "¿¡" or _SENTENCE.search(text, end, match.start())
        end = match.end()
        if begins or not (is_title and has_small):
            found.append(match[0].casefold())
    return found


def _script(letter: str) -> str:
    if letter.isascii():
        return _LATIN
    script = unicodedata.name(letter, _LATIN).partition(" ")[0].partition("-")[0]
    return _LATIN if script in _NO_SCRIPTS else script


def _of_script(script: str, letters: Set[str]) -> str:
    if script == "CYRILLIC" and letters & _UKRAINIAN:
        return "ukrainian"
    if script == "ARABIC" and letters & _PERSIAN:
        return "persian"
    return _OF_SCRIPT.get(script, script.casefold())


def _by_words(words: Iterable[str], least: float) -> str | None:
    """The Latin language with the most that speaks for it, where that is clearly more than for any other.

    A word counts once, so that a name such as "Los Angeles" does not make Spanish of an English text.
    """
    known, letters = _known(), _known_letters()
    by_words: dict[str, float] = {}
    by_letters: Counter[str] = Counter()
    marked = 0  # Words that some of the languages cannot write.
    for word in set(words):
        for language, weight in known.get(word, {}).items():
            by_words[language] = by_words.get(language, 0.0) + weight
        marks = [letters.get(letter, frozenset()) for letter in word if not letter.isascii()]
        if writing := frozenset.intersection(*marks) if marks else None:
            by_letters.update(writing)
            marked += 1
    # Letters help where there are few words: a list of foreign names has many. What a language cannot write speaks
    # against it.
    scores = {
        each: by_words.get(each, 0.0)
        + min(_LETTER * by_letters[each], by_words.get(each, 0.0) + 1)
        - _LETTER * (marked - by_letters[each])
        for each in by_words | by_letters
    }
    if not scores:
        return None
    best, *others = sorted(scores, key=lambda language: -scores[language])
    is_clear = not others or scores[best] >= _LEAD * scores[others[0]]
    return best if is_clear and scores[best] >= least else None


@cache
def _known() -> Mapping[str, Mapping[str, float]]:
    """Word to how much it speaks for each language: the less, the more languages have it."""
    of_word: dict[str, set[str]] = {}
    lists = {language: set(words) for language, words in stop_words().items() if language != "russian"}
    for language, more in _MORE_WORDS.items():
        lists.setdefault(language, set()).update(more.split())
    for language, words in lists.items():
        for word in words:
            # What an apostrophe or a formula leaves behind is not a word.
            if (len(word) > 1 or word in _ONE_LETTER_WORDS) and word not in _IN_NAMES:
                of_word.setdefault(word, set()).add(language)
    return {word: dict.fromkeys(languages, 1 / len(languages)) for word, languages in of_word.items()}


@cache
def _known_letters() -> Mapping[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for language, letters in _LETTERS.items():
        for letter in letters:
            found.setdefault(letter, set()).add(language)
    return {letter: frozenset(languages) for letter, languages in found.items()}
