"""Commands typed with one slip of the finger: most are still understood, and hardly any does something else."""

from tests.models.intents.maple import acting_maple
from tests.models.intents.slipping import slips
from tests.models.intents.test_commands import ACTS

ENOUGH = 300


def test_a_slip_seldom_changes_what_a_command_does():
    typed = list(slips(list(ACTS), *acting_maple(), ENOUGH, seed=11))
    acted = [(s.typed, s.got) for s in typed if s.harmful and "control_devices" in s.got]
    assert acted == []
    assert sum(s.kept for s in typed) >= 0.7 * ENOUGH
