"""Sentences end where a reader of the language would say so."""

from __future__ import annotations

import pytest

from ingest.splitting.sentences import sentence_breaks


def sentences(text: str) -> list[str]:
    found, start = [], 0
    for place in sentence_breaks(text, 0, len(text)):
        found.append(text[start : place.end])
        start = place.start
    return [*found, text[start:]]


# A bar marks the ends that must be found.
ENGLISH = [
    "Hello World.| My name is Jonas.",
    "What is your name?| My name is Jonas.",
    "There it is!| I found it.",
    "My name is Jonas E. Smith.",
    "Please turn to p. 55.",
    "Were Jane and co. at the party?",
    "They closed the deal with Pitt, Briggs & Co. at noon.",
    "They closed the deal with Pitt, Briggs & Co.| It closed yesterday.",
    "I can see Mt. Fuji from here.",
    "St. Michael's Church is on 5th st. near the light.",
    "That is JFK Jr.'s book.",
    "I visited the U.S.A. last year.",
    "I live in the E.U.| How about you?",
    "I work for the U.S. Government in Virginia.",
    "I have lived in the U.S. for 20 years.",
    "At 5 a.m. Mr. Smith went to the bank.| He left at 6 p.m.| Then he went home.",
    "She has $100.00 in her bag.| It is in her purse.",
    "He teaches science (He previously worked for 5 years as an engineer.) at the local University.",
    "Her email is Jane.Doe@example.com.| I sent her one.",
    "The site is: https://www.example.50.com/new-site/awesome_content.html?a=1.2.| Please check it out.",
    "She turned to him, “This is great.” she said.",
    'She turned to him, "This is great."| She held the book out to show him.',
    "Hello!!| Long time no see.",
    "Hello??| Who is there?",
    "You can find it at N°. 1026.253.553.| That is where the treasure is.",
    "We make a good team, you and I.| Did you see Albert I. Jones yesterday?",
    "Thoreau argues that by living simply “the laws of the universe will appear less complex...”| Then he goes.",
    "I never meant that....| She left the store.",
    "One further habit which was weakened . . . was that of combining.",
    "See Fig. 3 and Eq. (2) in Sec. 4.1 of Smith et al. (2019), e.g. pp. 12-15, vs. No. 7.",
    "Use Python 3.11.4, i.e. not v2.7!| Version 1.0.| Next.",
    "He said no.| Then he left in Jan. 2020.",
    "1. The first item.| It has two sentences.",
    "**Bold ends here.**| _So does this._| `Code.`| Done.",
    "Wait… what?| Wait…| Really.",
    "iPhone sales fell.| iPhone prices rose.",
    "A paragraph without a mark|\n\nanother",
]
OTHERS = [
    "今天天气很好。|我们去公园吧！|你说呢？！|好",
    "「はい。」|と言った。|数は３．５です。|終わり｡|次",
    "यह एक वाक्य है।| यह दूसरा है॥| तीसरा",
    "هل هذا سؤال؟| نعم.| یہ ایک جملہ ہے۔| دوسرا",
    "Սա նախադասություն է։| Երկրորդը։| Երրորդ",
    "នេះជាប្រយោគ។| នេះជាប្រយោគទីពីរ។| ទីបី",
    "ဒါက ဝါကျတစ်ခု။| နောက်တစ်ခု",
    "ይህ አንድ ዓረፍተ ነገር ነው።| ሌላ",
    "สวัสดีครับ| วันนี้อากาศดีมาก ๆ| ไปเที่ยวกัน",
    "ສະບາຍດີ| ຂ້ອຍຊື່",
    "Das gilt z. B. für Nr. 5, d. h. für alle.| Am 3. Oktober war frei.",
    "M. Dupont arrive.| Il dit «Bonjour.»| Elle part.",
    "Он родился в г. Москве.| Это было давно, т.е. вчера.",
    "안녕하세요.| 반갑습니다.",
]


@pytest.mark.parametrize("marked", ENGLISH + OTHERS)
def test_sentences_are_told_apart(marked: str) -> None:
    expected = [sentence.strip() for sentence in marked.split("|")]
    assert sentences(marked.replace("|", "")) == expected


def test_only_ends_in_the_stretch_are_found() -> None:
    text = "One. Two. Three. Four."
    assert [place.end for place in sentence_breaks(text, 4, 16)] == [9, 16]
    assert list(sentence_breaks(text, 5, 8)) == []


def test_a_mark_and_its_variation_selector_stay_together() -> None:
    assert sentences("好。\ufe00吧") == ["好。\ufe00吧"]
