"""Changes of connections: what is refused unsent, and that what is sent happens once and is looked at afterwards."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from finago_assets.apis.halo.changes.change import CHANGEABLE, make_change, read_change
from finago_assets.apis.halo.changes.guarded import Consent
from finago_assets.apis.halo.changes.record import CHANGES_FILE, ChangeRecord, Ended
from finago_assets.apis.halo.endpoints import PATHS
from finago_assets.apis.halo.facts import SHAPES, Class
from finago_assets.core.errors import FinagoError, NotFound, RequestRefused, SettingInvalid, SettingMissing
from finago_assets.sandbox.halo.estate import LINKS, PLANTED
from finago_assets.sandbox.halo.server import RunningTenant, running_tenant
from finago_assets.sandbox.halo.tenant import in_html, in_json, in_text, too_many
from tests.apis.halo_desk import ChangeDesk, say_all

if TYPE_CHECKING:
    from collections.abc import Iterator

    from finago_assets.apis.halo.changes.record import ChangeLine
    from finago_assets.sandbox.halo.tenant import TenantAnswer

ROOT = Path(__file__).parents[2]
SECRET = "brand-new-secret-4711-of-fortnox"


@pytest.fixture
def tenant() -> Iterator[RunningTenant]:
    with running_tenant() as found:
        yield found


@pytest.fixture
def desk(tenant: RunningTenant, tmp_path: Path) -> ChangeDesk:
    return ChangeDesk({**tenant.environment(), "FINAGO_DATA_DIR": f"{tmp_path}", "FORTNOX_SECRET": SECRET})


def writes(tenant: RunningTenant) -> list[str]:
    return [one.method for one in tenant.tenant.log if one.method != "GET"]


def recorded(desk: ChangeDesk) -> list[ChangeLine]:
    return ChangeRecord(Path(desk.environ["FINAGO_DATA_DIR"]) / "requests" / CHANGES_FILE, "").changes()


# -- what no change may hold

UNSAFE: dict[str, tuple[dict[str, object], str, str]] = {
    "an action flag": ({"_disconnect": "true"}, "exact", "asks Halo to do something"),
    "an exchange of a code": ({"_exchangecodefortoken": "true"}, "businesscentral", "asks Halo to do something"),
    "a code that is redeemed once": ({"code": "env:CODE"}, "fortnox", "redeemed once"),
    "an authorization code": ({"_authcode": "env:CODE"}, "businesscentral", "redeemed once"),
    "a secret typed in the open": ({"new_client_secret": SECRET}, "fortnox", "never as the value itself"),
    "a reference in a field without a secret": ({"name": "env:NAME"}, "fortnox", "holds no secret"),
    "when a token ends": ({"token_expiry": "2030-01-01T00:00:00"}, "fortnox", "came of connecting"),
    "that it is connected": ({"isauthorized": "true"}, "fortnox", "came of connecting"),
    "where a sign-in returns to": ({"redirecturi": "https://elsewhere.example"}, "exact", "came of connecting"),
    "the id": ({"id": "3"}, "fortnox", "no connection changes its own"),
    "a label": ({"item_group_name": "Goods"}, "fortnox", "only names another field's value"),
    "mappings": ({"client_mappings": "1"}, "exact", "not documented"),
    "a list in place of a value": ({"name": ["a", "b"]}, "fortnox", "one value is set"),
    "the other spelling of a list": ({"sync_entities_list": "1"}, "fortnox", "not documented"),
    "the other spelling of a division": ({"division_object": "1"}, "exact", "not documented"),
    "a host that is not stored": ({"graph_host": "1"}, "businesscentral", "another spelling"),
    "a setting that nobody has explained": ({"new_method": "true"}, "kashflow", "is not documented"),
    "a note of the server": ({"_warning": "none"}, "avalara", "not documented"),
    "a field that there is not": ({"item_grup": "3"}, "fortnox", "did you mean item_group"),
    "a mark that landing leaves": ({"new_client_secret_had_value": "true"}, "fortnox", "mark that landing left"),
    "text for a number": ({"item_group": "seven"}, "fortnox", "whole number"),
    "a number with a fraction": ({"item_group": "7.5"}, "fortnox", "whole number"),
    "a number that is too large": ({"item_group": "99999999999"}, "fortnox", "whole number"),
    "yes for true": ({"enabled": "yes"}, "kashflow", "true or false"),
    "a control character": ({"name": "Nord\x00vik"}, "fortnox", "on one line"),
    "a text of many lines": ({"name": "Nord\nvik"}, "fortnox", "on one line"),
    "a text without end": ({"name": "x" * 5_000}, "fortnox", "2,000 characters"),
    "no name": ({"name": "  "}, "fortnox", "needs one"),
    "nothing": ({}, "fortnox", "at least one"),
    "a provider that nobody has looked at": ({"name": "x"}, "xero", "nobody has looked"),
    "a provider that there is not": ({"name": "x"}, "visma", "no provider"),
}


@pytest.mark.parametrize("unsafe", UNSAFE)
def test_an_unsafe_change_is_refused_before_anything_is_asked(unsafe: str) -> None:
    texts, provider, said = UNSAFE[unsafe]
    with pytest.raises(RequestRefused, match=said) as refused:
        make_change(provider, "2", texts)
    assert SECRET not in str(refused.value)
    assert "sent" in str(refused.value)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("- provider: fortnox\n- provider: exact\n", "one change is one connection"),
        ("provider: fortnox\nid: 2\nset:\n  name: A\n  name: B\n", "a name stands twice"),
        ("provider: fortnox\nid: 2\nname: A\n", "must say `provider`"),
        ("id: 2\nname: A\nitem_group: 3\nset: {name: B}\n", "never sent back as it was read"),
        ("provider: fortnox\nid: two\nset: {name: A}\n", "`id` must be the number"),
        ("provider: fortnox\nid: 0\nset: {name: A}\n", "`id` must be the number"),
        ("provider: fortnox\nset: {item_group: 3}\n", "a connection needs one"),
        ("{{{", "no YAML"),
        ("", "must say `provider`"),
    ],
)
def test_a_file_that_is_no_change_of_one_connection_is_refused(tmp_path: Path, content: str, said: str) -> None:
    file = tmp_path / "change.yaml"
    file.write_text(content)
    with pytest.raises(RequestRefused, match=said):
        read_change(file)


def test_everything_that_is_wrong_is_said_at_once() -> None:
    with pytest.raises(RequestRefused) as refused:
        make_change("exact", "1", {"_disconnect": "true", "item_group_name": "Goods", "showmessage": "maybe"})
    assert str(refused.value).count("\n- ") == 3


def test_every_field_of_the_five_providers_is_either_set_or_has_a_reason_why_not() -> None:
    for shape in CHANGEABLE:
        for name, known in SHAPES[shape].items():
            texts = {"flag": "true", "integer": "1"}
            text = "env:X" if known.kind is Class.SECRET else texts.get(known.type, "a text")
            try:
                make_change(shape, "1", {name: text})
                assert known.stored
                assert known.kind is Class.SECRET or not known.never_sent
            except RequestRefused:
                assert known.never_sent or not known.stored, (shape, name)
    assert len(CHANGEABLE) == 5


# -- what has to be said


def test_nothing_is_sent_until_everything_was_said(tenant: RunningTenant, desk: ChangeDesk) -> None:
    change = make_change("businesscentral", "1", {"company_id": "another"})
    full = say_all(desk.preview(change))
    for lacking in ("allow_writes", "state", "confirm", "high_risk"):
        said = Consent(**{name: getattr(full, name) for name in full.__slots__ if name != lacking})
        with pytest.raises(RequestRefused, match="What is lacking"):
            desk.apply(change, said)
    assert writes(tenant) == []
    assert recorded(desk) == []
    assert desk.apply(change, full).ended is Ended.DONE


@pytest.mark.parametrize(
    ("texts", "risky"),
    [
        ({"item_group": "7"}, False),
        ({"app_type": "3"}, True),
        ({"client_id": "another-application"}, True),
        ({"new_client_secret": "env:FORTNOX_SECRET"}, True),
    ],
)
def test_the_second_switch_is_for_secrets_and_for_what_decides_where_is_written(
    desk: ChangeDesk, texts: dict[str, str], *, risky: bool
) -> None:
    preview = desk.preview(make_change("fortnox", "2", texts))
    without = Consent(allow_writes=True, state=preview.state, confirm=preview.confirm)
    assert bool(preview.lacking(without)) == risky


def test_a_change_in_between_is_noticed_and_nothing_is_sent(tenant: RunningTenant, desk: ChangeDesk) -> None:
    change = make_change("fortnox", "2", {"item_group": "7"})
    said = say_all(desk.preview(change))
    tenant.tenant.records["/FortnoxDetails"][1]["show_message"] = True
    with pytest.raises(RequestRefused, match="has been changed since it was looked at"):
        desk.apply(change, said)
    assert writes(tenant) == []


def test_a_token_that_halo_renews_by_itself_is_no_change(tenant: RunningTenant, desk: ChangeDesk) -> None:
    change = make_change("fortnox", "2", {"item_group": "7"})
    said = say_all(desk.preview(change))
    tenant.tenant.records["/FortnoxDetails"][1]["token_expiry"] = "2026-01-01T00:00:00"
    assert desk.apply(change, said).ended is Ended.DONE


def test_the_name_of_another_connection_confirms_nothing(tenant: RunningTenant, desk: ChangeDesk) -> None:
    change = make_change("fortnox", "2", {"item_group": "7"})
    preview = desk.preview(change)
    said = Consent(allow_writes=True, state=preview.state, confirm="FortnoxDetails:1:Nordvik AB")
    with pytest.raises(RequestRefused, match="FortnoxDetails:2:Sydvik AB"):
        desk.apply(change, said)
    assert writes(tenant) == []


@pytest.mark.parametrize("changes", [{"HALO_WRITE_CLIENT_ID": ""}, {"HALO_WRITE_CLIENT_SECRET": ""}])
def test_without_an_application_for_changes_nothing_is_asked(
    tenant: RunningTenant, desk: ChangeDesk, changes: dict[str, str]
) -> None:
    with pytest.raises(SettingMissing, match="HALO_WRITE_CLIENT"):
        ChangeDesk({**desk.environ, **changes}).apply(make_change("fortnox", "2", {"item_group": "7"}))
    assert tenant.tenant.log == []


def test_the_application_that_lands_may_not_be_the_one_that_changes(desk: ChangeDesk) -> None:
    same = {"HALO_WRITE_CLIENT_ID": desk.environ["HALO_CLIENT_ID"]}
    with pytest.raises(SettingInvalid, match="a second API application"):
        ChangeDesk({**desk.environ, **same}).preview(make_change("fortnox", "2", {"item_group": "7"}))


def test_a_secret_whose_reference_leads_nowhere_is_not_sent(tenant: RunningTenant, desk: ChangeDesk) -> None:
    with pytest.raises(SettingMissing, match="NOT_THERE"):
        desk.apply(make_change("fortnox", "2", {"new_client_secret": "env:NOT_THERE"}))
    assert writes(tenant) == []


# -- what is sent


@pytest.mark.parametrize("shape", CHANGEABLE)
def test_a_connection_of_each_provider_is_made_changed_and_deleted(
    tenant: RunningTenant, desk: ChangeDesk, shape: str
) -> None:
    made = desk.apply(make_change(shape, None, {"name": "Made here"}))
    assert made.ended is Ended.DONE, made.sentence
    key = tenant.tenant.records[PATHS[shape]][-1]["id"]
    changed = desk.apply(make_change(shape, f"{key}", {"name": "Renamed"}))
    assert changed.ended is Ended.DONE, changed.sentence
    assert tenant.tenant.records[PATHS[shape]][-1]["name"] == "Renamed"
    assert desk.apply(make_change(shape, f"{key}", {"name": "Renamed"})).ended is Ended.ALREADY
    deleted = desk.delete(shape, key)
    assert deleted.ended is Ended.DONE, deleted.sentence
    assert key not in {one["id"] for one in tenant.tenant.records[PATHS[shape]]}
    assert desk.delete(shape, key, Consent()).ended is Ended.ALREADY
    assert writes(tenant) == ["POST", "POST", "DELETE"]
    assert [(one.action, one.key, one.state) for one in recorded(desk)] == [
        ("create", key, Ended.DONE),
        ("update", key, Ended.DONE),
        ("delete", key, Ended.DONE),
    ]


def test_only_what_is_set_is_sent(tenant: RunningTenant, desk: ChangeDesk) -> None:
    before = dict(tenant.tenant.records["/ExactDetails"][0])
    desk.apply(make_change("exact", "1", {"itemgroup": "9"}))
    assert tenant.tenant.records["/ExactDetails"][0] == before | {"itemgroup": 9}


def test_a_secret_is_followed_when_it_is_sent_and_stands_nowhere_else(
    tenant: RunningTenant, desk: ChangeDesk, capfd: pytest.CaptureFixture[str]
) -> None:
    done = desk.apply(make_change("fortnox", "2", {"new_client_secret": "env:FORTNOX_SECRET"}))
    assert done.ended is Ended.DONE
    assert tenant.tenant.records["/FortnoxDetails"][1]["new_client_secret"] == SECRET
    said = repr(done) + done.sentence + "".join(capfd.readouterr())
    stored = b"".join(path.read_bytes() for path in Path(desk.environ["FINAGO_DATA_DIR"]).rglob("*") if path.is_file())
    for secret in (SECRET, PLANTED):
        assert secret not in said
        assert secret.encode() not in stored


def test_an_account_at_the_provider_is_shown_by_its_end_alone(desk: ChangeDesk) -> None:
    preview = desk.preview(make_change("fortnox", "2", {"client_id": "abcdefgh-1234"}))
    assert [one.after for one in preview.differs] == ["***1234"]


def test_a_connection_through_which_records_are_linked_is_not_deleted_unless_that_is_said(
    tenant: RunningTenant, desk: ChangeDesk
) -> None:
    with desk.opened() as changes:
        preview = changes.preview_deletion("ExactDetails", 1)
        assert changes.preview_deletion("ExactDetails", 2).links == 0
    assert preview.links == LINKS
    said = Consent(allow_writes=True, state=preview.state, confirm=preview.confirm, high_risk=True)
    with pytest.raises(RequestRefused, match=f"{LINKS} records are linked"):
        desk.delete("ExactDetails", 1, said)
    assert writes(tenant) == []


def test_a_name_that_is_taken_makes_no_second_connection(tenant: RunningTenant, desk: ChangeDesk) -> None:
    with pytest.raises(RequestRefused, match="is there already"):
        desk.apply(make_change("fortnox", None, {"name": "Sydvik AB"}))
    assert writes(tenant) == []


def test_an_id_that_has_gone_is_said_and_not_made_anew(tenant: RunningTenant, desk: ChangeDesk) -> None:
    with pytest.raises(NotFound, match="no FortnoxDetails with the id 99"):
        desk.apply(make_change("fortnox", "99", {"name": "Anything"}))
    assert writes(tenant) == []


# -- odd answers


@pytest.mark.parametrize("lost", [in_html("Bad gateway", 502), in_text("", 200), in_text("not JSON at all", 200)])
def test_a_lost_answer_is_no_reason_to_send_again_the_connection_is_looked_at(
    tenant: RunningTenant, desk: ChangeDesk, lost: TenantAnswer
) -> None:
    tenant.tenant.lost.append(lost)
    done = desk.apply(make_change("fortnox", "2", {"item_group": "7"}))
    assert done.ended is Ended.DONE, done.sentence
    assert writes(tenant) == ["POST"]


def test_a_secret_that_no_answer_came_to_is_unknown(tenant: RunningTenant, desk: ChangeDesk) -> None:
    tenant.tenant.lost.append(in_html("Bad gateway", 502))
    done = desk.apply(make_change("fortnox", "2", {"new_client_secret": "env:FORTNOX_SECRET"}))
    assert done.ended is Ended.UNKNOWN
    assert "cannot be read back" in done.sentence


@pytest.mark.parametrize("said", [in_html("Bad gateway", 502), in_html("Down", 503)])
def test_a_change_that_nobody_answered_and_that_cannot_be_seen_is_unknown(
    tenant: RunningTenant, desk: ChangeDesk, said: TenantAnswer
) -> None:
    tenant.tenant.undone.append(said)
    change = make_change("fortnox", "2", {"item_group": "7"})
    done = desk.apply(change)
    assert done.ended is Ended.UNKNOWN
    assert "The same command looks first" in done.sentence
    assert desk.apply(change).ended is Ended.DONE
    assert writes(tenant) == ["POST", "POST"]


@pytest.mark.parametrize(
    "said",
    [in_text("You do not have permission to do this", 403), in_json({"Message": f"no {SECRET}"}, 400)],
)
def test_a_refusal_is_told_with_its_status_and_without_its_words(
    tenant: RunningTenant, desk: ChangeDesk, said: TenantAnswer
) -> None:
    tenant.tenant.undone.append(said)
    done = desk.apply(make_change("fortnox", "2", {"new_client_secret": "env:FORTNOX_SECRET"}))
    assert done.ended is Ended.REFUSED
    assert f"status {said.status}" in done.sentence
    assert SECRET not in done.sentence
    assert [one.state for one in recorded(desk)] == [Ended.REFUSED]


def test_a_field_that_was_accepted_and_ignored_is_named(tenant: RunningTenant, desk: ChangeDesk) -> None:
    tenant.tenant.undone.append(in_json({"id": 2, "name": "Sydvik AB"}, 201))
    done = desk.apply(make_change("fortnox", "2", {"item_group": "7", "app_type": "9"}))
    assert done.ended is Ended.DIFFERENT
    assert "app_type, item_group" in done.sentence or "item_group, app_type" in done.sentence


def test_a_limit_that_is_told_is_no_reason_to_doubt(tenant: RunningTenant, desk: ChangeDesk) -> None:
    tenant.tenant.undone.append(too_many(0))
    done = desk.apply(make_change("fortnox", "2", {"item_group": "7"}))
    assert done.ended in {Ended.DONE, Ended.REFUSED}
    assert writes(tenant).count("POST") <= 2


def test_a_deletion_that_nobody_answered_is_looked_at(tenant: RunningTenant, desk: ChangeDesk) -> None:
    tenant.tenant.lost.append(in_html("Bad gateway", 502))
    assert desk.delete("FortnoxDetails", 2).ended is Ended.DONE
    tenant.tenant.undone.append(in_html("Bad gateway", 502))
    assert desk.delete("FortnoxDetails", 1).ended is Ended.UNKNOWN


def test_a_record_that_cannot_be_written_is_a_change_that_is_not_sent(tenant: RunningTenant, desk: ChangeDesk) -> None:
    place = Path(desk.environ["FINAGO_DATA_DIR"]) / "requests" / CHANGES_FILE
    place.mkdir(parents=True)
    with pytest.raises(FinagoError):
        desk.apply(make_change("fortnox", "2", {"item_group": "7"}))
    assert writes(tenant) == []


@pytest.mark.parametrize("moment", ["recorded", "sent", "looked"])
def test_a_change_that_was_cut_off_is_unknown_until_the_same_command_has_looked(
    tenant: RunningTenant, desk: ChangeDesk, moment: str
) -> None:
    class CutOff(BaseException):
        pass

    def cut(reached: str) -> None:
        if reached == moment:
            raise CutOff

    change = make_change("fortnox", None, {"name": "Made once"})
    with pytest.raises(CutOff):
        ChangeDesk(desk.environ, cut).apply(change)
    assert [one.state for one in recorded(desk)] == [Ended.UNKNOWN]
    if moment == "recorded":
        assert desk.apply(change).ended is Ended.DONE
    else:
        with pytest.raises(RequestRefused, match="is there already"):
            desk.apply(change)
    names = [one["name"] for one in tenant.tenant.records["/FortnoxDetails"]]
    assert names.count("Made once") == 1


@pytest.mark.slow
def test_fifty_kills_leave_no_change_done_twice_and_none_that_cannot_be_finished(
    tenant: RunningTenant, desk: ChangeDesk
) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.apis.halo_desk", "50", "7"],
        cwd=ROOT,
        env={**desk.environ, "PYTHONPATH": f"{ROOT}"},
        capture_output=True,
        text=True,
        check=True,
    )
    ended = json.loads(done.stdout)
    assert len(ended) == 50
    # a new connection that was made before the kill is refused as one that is there
    assert set(ended) <= {"done", "already so", "RequestRefused"}
    names = Counter(one["name"] for one in tenant.tenant.records["/FortnoxDetails"])
    assert {names[f"Killed {number}"] for number in range(1, 50, 2)} == {1}
    assert tenant.tenant.records["/FortnoxDetails"][1]["item_group"] == 148
    left = [one.state for one in recorded(desk)]
    assert set(left) <= {Ended.DONE, Ended.UNKNOWN}
