"""The order book: who orders what, in which currency, on which terms.

Owns the contents of an order when it comes in. What becomes of it is `sales`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from finago_assets.sandbox.books.calendar import euro
from finago_assets.sandbox.books.dimensions import CAMPAIGN, DEPARTMENT, PROJECT, REGION
from finago_assets.sandbox.books.money import converted
from finago_assets.sandbox.books.orders import Order, OrderLine, Status

if TYPE_CHECKING:
    from random import Random

    from finago_assets.sandbox.books.parties import Party
    from finago_assets.sandbox.books.products import Product

FIRST_ORDER: Final = 500_001
FIRST_LINE: Final = 900_001
CREDIT_EVERY: Final = 23
CREDIT_PLACE: Final = 15
CARD_METHOD: Final = 3
QUANTITIES: Final = tuple(map(Decimal, ("1", "2", "3", "10", "1.5", "0.333")))
DISCOUNTS: Final = tuple(map(Decimal, ("0", "0", "10", "12.5")))
ORDER_SALES_TYPES: Final = (-100, -101, 12)
PAYMENT_METHODS: Final = ((1, "Faktura", 1500), (2, "Kontant", 1900), (CARD_METHOD, "Nettbetaling", 1575))


@dataclass(slots=True)
class OrderBook:
    """Every order by id, and by order date."""

    dice: Random
    customers: list[Party]
    assortment: list[Product]
    orders: dict[int, Order] = field(default_factory=dict)
    days: dict[int, list[Order]] = field(default_factory=dict)
    lines: int = 0
    taken: int = 0

    def take(self, day: date) -> Order:
        """Enter a new order of `day`; now and then it is a return, with negative quantities."""
        place, dice = self.taken, self.dice
        self.taken += 1
        customer = self.customers[place % len(self.customers)] if place < 9 else dice.choice(self.customers)
        refund = place % CREDIT_EVERY == CREDIT_PLACE
        rate = Decimal(1) if customer.currency == "NOK" else euro(day)
        order = Order(
            id=FIRST_ORDER + place,
            status=Status.DRAFT,
            day=day,
            customer=customer,
            currency=customer.currency,
            rate=rate,
            lines=self._lines(customer, rate, -1 if refund else 1),
            terms=self._terms(customer, day, place),
            modified=day,
            payment_method=CARD_METHOD if customer.person and not refund and place % 2 else None,
            sales_type=ORDER_SALES_TYPES[place % 7 % 3],
            dimensions=self._dimensions(place),
            memo="Takk for handelen!" if place % 3 == 0 else None,
            attachments=1 + place % 2 if place % 4 == 0 else 0,
        )
        self.add(order)
        return order

    def add(self, order: Order) -> None:
        """Keep an order."""
        self.orders[order.id] = order
        self.days.setdefault(order.day.toordinal(), []).append(order)

    def remove(self, order_id: int) -> None:
        """Forget an order. Raises KeyError for an unknown id."""
        order = self.orders.pop(order_id)
        self.days[order.day.toordinal()].remove(order)

    def move(self, order: Order, day: date) -> None:
        """Give an order another date."""
        self.days[order.day.toordinal()].remove(order)
        order.day = day
        self.days.setdefault(day.toordinal(), []).append(order)

    def _lines(self, customer: Party, rate: Decimal, sign: int) -> list[OrderLine]:
        lines = [self._product_line(sign) for _ in range(self.dice.choice((1, 1, 2, 2, 3, 5)))]
        if self.lines % 3 == 0:
            lines.append(self._text_line("Frakt og emballasje", sign, 149_00))
        if self.lines % 7 == 0:
            lines.append(self._text_line('Leveres i uke 32 "om mulig"', 0, 0))
        return lines if customer.currency == "NOK" else [_abroad(line, rate) for line in lines]

    def _product_line(self, sign: int) -> OrderLine:
        product = self.dice.choice(self.assortment)
        self.lines += 1
        return OrderLine(
            id=FIRST_LINE + self.lines,
            description=product.name,
            quantity=sign * self.dice.choice(QUANTITIES),
            price=product.price,
            discount=self.dice.choice(DISCOUNTS),
            tax=product.tax,
            account=product.account,
            product=product,
            dimensions=((DEPARTMENT, "40"),) if self.lines % 5 == 0 else (),
        )

    def _text_line(self, description: str, quantity: int, price: int) -> OrderLine:
        self.lines += 1
        return OrderLine(FIRST_LINE + self.lines, description, Decimal(quantity), price, Decimal(0), 3, 3000)

    @staticmethod
    def _terms(customer: Party, day: date, place: int) -> tuple[str, int | str]:
        if place % 9 == 4:
            return "FixedDate", (day + timedelta(days=60)).isoformat()
        if place % 6 == 5:
            return "OutMonthPlusDays", 15
        return "NumberOfDays", customer.terms

    def _dimensions(self, place: int) -> tuple[tuple[int, str], ...]:
        found = [(DEPARTMENT, "10")]
        if place % 2:
            found.append((PROJECT, self.dice.choice(("P100", "P101", "P102", "P104"))))
        if place % 3 == 0:
            found.append((CAMPAIGN, self.dice.choice(("K-00", "K-01", "K-03"))))
        if place % 4 == 0:
            found.append((REGION, self.dice.choice(("Ø", "V", "N"))))
        return tuple(found)


def _abroad(line: OrderLine, rate: Decimal) -> OrderLine:
    """Return a line as it is sold abroad: in the other currency, to the export account, without VAT."""
    return replace(line, price=converted(int(line.price), 1 / rate), account=3120, tax=52)
