"""The chart of accounts (NS 4102); ids are unlike numbers, as in the real system.

Owns the table and its JSON. Which account a voucher uses is the business of whoever posts it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from msgspec import json

from finago_assets.sandbox.books.taxes import TAXES

RECEIVABLE: Final = 1500
PAYABLE: Final = 2400
ROUNDING: Final = 7745


@dataclass(frozen=True, slots=True)
class BookAccount:
    """An account of the ledger; `tax` is the number of its default tax code."""

    id: int
    number: int
    name: str
    tax: int | None = None

    @property
    def is_balance(self) -> bool:
        """True for classes 1 and 2, whose balance lives on over a year end."""
        return self.number < 3000


_ACCOUNTS: Final = (
    (1200, "Maskiner og anlegg", None),
    (1250, "Inventar", None),
    (1280, "Kontormaskiner", None),
    (1460, "Varelager", None),
    (1500, "Kundefordringer", None),
    (1570, "Andre kortsiktige fordringer", None),
    (1575, "Oppgjør kort og nettbetaling", None),
    (1580, "Avsetning tap på fordringer", None),
    (1700, "Forskuddsbetalt forsikring", None),
    (1900, "Kontanter", None),
    (1920, "Bankinnskudd", None),
    (1930, "Bankinnskudd EUR", None),
    (1950, "Bankinnskudd for skattetrekk", None),
    (2000, "Aksjekapital", None),
    (2050, "Annen egenkapital", None),
    (2220, "Gjeld til kredittinstitusjoner", None),
    (2400, "Leverandørgjeld", None),
    (2500, "Betalbar skatt", None),
    (2600, "Forskuddstrekk", None),
    (2700, "Utgående merverdiavgift, høy sats", None),
    (2701, "Utgående merverdiavgift, middels sats", None),
    (2702, "Utgående merverdiavgift, lav sats", None),
    (2703, "Utgående merverdiavgift, tjenester fra utlandet", None),
    (2704, "Utgående merverdiavgift, innførsel av varer", None),
    (2705, "Utgående merverdiavgift, klimakvoter", None),
    (2710, "Inngående merverdiavgift, høy sats", None),
    (2711, "Inngående merverdiavgift, middels sats", None),
    (2712, "Inngående merverdiavgift, lav sats", None),
    (2713, "Inngående merverdiavgift, tjenester fra utlandet", None),
    (2714, "Inngående merverdiavgift, innførsel av varer", None),
    (2715, "Inngående merverdiavgift, klimakvoter", None),
    (2716, "Inngående merverdiavgift, forholdsmessig fradrag", None),
    (2740, "Oppgjørskonto merverdiavgift", None),
    (2770, "Skyldig arbeidsgiveravgift", None),
    (2780, "Påløpt arbeidsgiveravgift på ferielønn", None),
    (2900, "Forskudd fra kunder", 3),
    (2930, "Skyldig lønn", None),
    (2940, "Skyldige feriepenger", None),
    (3000, "Salgsinntekt, avgiftspliktig, høy sats", 3),
    (3010, "Salgsinntekt, avgiftspliktig, middels sats", 31),
    (3050, "Salgsinntekt, avgiftspliktig, lav sats", 33),
    (3100, "Salgsinntekt, avgiftsfri", 5),
    (3120, "Salgsinntekt, eksport", 52),
    (3200, "Salgsinntekt, utenfor avgiftsområdet", 6),
    (3900, "Annen driftsrelatert inntekt", 3),
    (4300, "Innkjøp av varer for videresalg", 1),
    (4360, "Frakt, toll og spedisjon", 1),
    (4330, "Innkjøp av varer fra utlandet", 21),
    (4390, "Beholdningsendring", None),
    (4391, "Grunnlag innførsel av varer", 81),
    (4392, "Motkonto grunnlag innførsel", None),
    (5000, "Lønn til ansatte", None),
    (5180, "Feriepenger", None),
    (5400, "Arbeidsgiveravgift", None),
    (5405, "Arbeidsgiveravgift av feriepenger", None),
    (6010, "Avskrivning på inventar", None),
    (6300, "Leie lokale", 1),
    (6340, "Lys, varme", 1),
    (6540, "Inventar", 1),
    (6700, "Revisjons- og regnskapshonorar", 1),
    (6800, "Kontorrekvisita", 1),
    (6860, "Møte, kurs, oppdatering", 0),
    (6900, "Telefon og internett", 1),
    (7140, "Reisekostnad", 13),
    (7320, "Reklamekostnad", 1),
    (7500, "Forsikringspremie", 0),
    (7745, "Øreavrunding", None),
    (7770, "Bank- og kortgebyr", None),
    (7830, "Tap på fordringer", None),
    (8050, "Renteinntekt", None),
    (8060, "Valutagevinst", None),
    (8150, "Rentekostnad", None),
    (8160, "Valutatap", None),
    (8300, "Betalbar skatt", None),
    (8960, "Overføringer annen egenkapital", None),
)

ACCOUNTS: Final = {
    number: BookAccount(1_000_001 + 3 * place, number, name, tax) for place, (number, name, tax) in enumerate(_ACCOUNTS)
}


def unlisted(number: int) -> BookAccount:
    """Return an account that lines use and nobody lists."""
    return BookAccount(10 * number, number, "")


def account_json(account: BookAccount) -> bytes:
    """Return an account as `/accounts` shows it."""
    body: dict[str, object] = {"id": account.id, "number": account.number, "name": account.name}
    if account.tax is not None:
        body["taxId"] = TAXES[account.tax].id
    return json.encode(body)
