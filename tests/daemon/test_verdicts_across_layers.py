"""T20: a permanent error is one request, one step and one run, although the instance retries everything."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from finago_assets.sandbox.faults import AnswerFault, Rule
from tests.daemon.instance import Instance, dagster_instance

if TYPE_CHECKING:
    from collections.abc import Iterator

    from finago_assets.sandbox.server import Running

pytestmark = pytest.mark.slow
EAGER = {"enabled": True, "max_retries": 3, "retry_on_asset_or_op_failure": True}


@pytest.fixture(scope="module")
def instance(office: Running, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Instance]:
    # an outage is not sat out here: what is asked is what the daemon makes of its end
    variables = {**office.environment(), "FINAGO_OUTAGE_MINUTES": "0"}
    with dagster_instance(tmp_path_factory.mktemp("verdicts"), variables, run_retries=EAGER) as made:
        made.start()
        yield made


def _asked(office: Running, path: str) -> int:
    return sum(request.path == path for request in office.control.requests())


@pytest.mark.parametrize("status", [400, 405, 422])
def test_a_permanent_error_is_one_request_and_no_second_run(instance: Instance, office: Running, status: int) -> None:
    office.control.set_faults(Rule(fault=AnswerFault.STATUS, path="/v1/currencies", status=status))
    before, asked = set(instance.runs()), _asked(office, "/v1/currencies")
    run = instance.launch(["finago/currencies"])
    assert instance.await_run(run) == "FAILURE"
    # the daemon has looked at that failure once it has launched and finished a later run
    later = instance.launch(["finago/accounts"])
    assert instance.await_run(later) == "SUCCESS"
    assert set(instance.runs()) - before == {run, later}
    assert _asked(office, "/v1/currencies") - asked == 1


def test_a_passing_error_is_run_again_and_ends_green_when_it_has_passed(instance: Instance, office: Running) -> None:
    office.control.set_faults(Rule(fault=AnswerFault.STATUS, path="/v1/currencies", status=503))
    run = instance.launch(["finago/currencies"])
    assert instance.await_run(run) == "FAILURE"
    office.control.set_faults()
    instance.wait_for(lambda: _retries(instance, run) != [], "another try", 120)
    (again,) = _retries(instance, run)
    assert instance.await_run(again) == "SUCCESS"


def _retries(instance: Instance, run: str) -> list[str]:
    return [found for found, facts in instance.runs().items() if facts["parentRunId"] == run]
