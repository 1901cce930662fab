"""The page of the rules: `python -m finago_assets.core.posting.rules_page` writes docs/posting-rules.md anew.

Owns its layout. Every word of a rule is rules.py's.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from finago_assets.core.posting.rules import RULE_PARTS, RULES

RULES_PAGE: Final = Path("docs/posting-rules.md")
_HEAD: Final = """# Rules of posting

Every rule that a journal is held to before anything is sent, made of `core/posting/rules.py`. All that is wrong is
said at once, each with its row, column and value. *block*: nothing is sent. *warn*: it is shown, and sent all the
same. A rule for which the way of posting offers no list is named as not checked, with the reason.

Numbers are decimals: a binary float is refused, and a number of Excel, which has nothing else, is read as the
shortest decimal that gives it. Rows of one `voucher` are one voucher. Without the column `bundle` each voucher is sent
by itself, under a key of its own: a table that is sent again with a voucher more sends that one alone.
"""


def write_rules_page() -> str:
    """Return the page."""
    return "\n".join([_HEAD, *(_describe_part(name) for name in RULE_PARTS)])


def _describe_part(name: str) -> str:
    rows = "".join(
        f"| `{rule.name}` | {rule.severity} | {rule.says} | {rule.advice.replace('|', chr(92) + '|')} |\n"
        for rule in RULES.values()
        if rule.part == name
    )
    return f"## {name}\n\n| rule | | what holds | what to do |\n| --- | --- | --- | --- |\n{rows}"


if __name__ == "__main__":
    RULES_PAGE.write_text(write_rules_page(), encoding="utf-8")
