"""지표의 사다리에 담은 값이 저장소에 있는 것에서 나왔는지 본다."""

import pytest

from companion import evaluation
from tools.makers import ladder


def test_the_kid_of_every_epoch_is_that_of_the_recorded_run(monkeypatch):
    epochs = evaluation.stored_ladder()["epochs"]
    assert ladder.confirmed(epochs, 1500) == epochs
    monkeypatch.setattr(
        ladder, "kids", lambda samples, n: {str(i): epochs[str(i)] for i in samples}
    )
    for broken in ({**epochs, "37440": 609.6}, {"37440": epochs["37440"]}):
        with pytest.raises(SystemExit, match="기록된 훈련의 것이 아니다"):
            ladder.confirmed(broken, 1500)


def test_every_rung_is_measured_again_or_marked_as_kept(monkeypatch, tmp_path):
    stored = evaluation.stored_ladder()
    monkeypatch.setattr(evaluation, "evaluate", lambda *_, **__: {"kid": 0.0})
    monkeypatch.setattr(ladder, "confirmed", lambda epochs, n: epochs)
    measured = ladder.measure(64, 1, tmp_path / "없는 폴더")
    assert measured.keys() == stored.keys()
    same = {name for name in stored if measured[name] == stored[name]}
    assert same == {*ladder.KEPT, "epochs"}
