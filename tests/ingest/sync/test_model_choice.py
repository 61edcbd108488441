"""Which local model suits what languages."""

from __future__ import annotations

import re

import pytest

from corpus.settings import LOCAL_MODEL, MULTILINGUAL_MODEL
from ingest.sync.model_choice import suited

ENGLISH = "The warranty lasts for 24 months from the day of purchase, and it covers all the parts that were in the box."
OTHERS = [
    "Die Garantie gilt für 24 Monate ab dem Tag des Kaufs, und sie umfasst alle Teile, die in der Packung waren.",
    "La garantía dura 24 meses desde el día de la compra y cubre todas las piezas que estaban en la caja.",
    "La garantie dure 24 mois à partir du jour de l'achat et elle couvre toutes les pièces qui étaient dans la boîte.",
    "Гарантия действует 24 месяца со дня покупки и распространяется на все детали, которые были в коробке.",
    "वारंटी खरीद के दिन से 24 महीने तक चलती है और इसमें डिब्बे के सभी पुर्जे शामिल हैं।",
    "保修期为自购买之日起24个月，涵盖盒中的所有零件。",
    "保証期間は購入日から24か月で、箱に入っていたすべての部品が対象です。",
    "การรับประกันมีอายุ 24 เดือนนับจากวันที่ซื้อ และครอบคลุมชิ้นส่วนทั้งหมดในกล่อง",
    "보증 기간은 구매일로부터 24개월이며 상자에 들어 있던 모든 부품에 적용됩니다.",
    "تسري الضمانة لمدة 24 شهرًا من يوم الشراء وتشمل جميع الأجزاء التي كانت في العلبة.",
]


@pytest.mark.parametrize("text", OTHERS)
def test_other_languages_than_english_get_the_model_of_many(text: str) -> None:
    assert suited([text] * 3).model == MULTILINGUAL_MODEL


def test_english_keeps_the_model_that_reads_it() -> None:
    assert suited([ENGLISH] * 3) == (LOCAL_MODEL, "as most of the text is in english", 3)


def test_a_few_foreign_documents_change_nothing_and_a_fifth_does() -> None:
    german = OTHERS[0]
    assert suited([*[ENGLISH] * 9, german]).model == LOCAL_MODEL
    model, why, looked_at = suited([*[ENGLISH] * 3, german])
    assert (model, looked_at) == (MULTILINGUAL_MODEL, 4)
    assert re.fullmatch(r"as \d\d% of the text is in other languages than english, such as german", why)


def test_where_nothing_can_be_told_it_is_the_english_one() -> None:
    assert suited([]) == (LOCAL_MODEL, "as its language cannot be told", 0)
    assert suited(["", "12 400,00\n17 350,20"]) == (LOCAL_MODEL, "as its language cannot be told", 2)
