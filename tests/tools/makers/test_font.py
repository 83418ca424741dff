import pytest
from fontTools.ttLib import TTFont

from companion import plotting
from tools.makers import font as make_font


@pytest.fixture(scope="module")
def font():
    return TTFont(plotting.FONT)


def test_the_packaged_font_has_every_chosen_character(font):
    characters = make_font.characters()
    assert sum("가" <= character <= "힣" for character in characters) == 2350
    missing = characters - set(map(chr, font.getBestCmap()))
    assert not {character for character in missing if "가" <= character <= "힣"}
    assert not missing & set(map(chr, range(0x20, 0x7F)))
    assert not missing & set("×·–—…→←↑↓≈≤≥±²①②③“”‘’∇θσβ")


def test_the_packaged_font_has_another_name_and_its_licence_beside_it(font):
    names = {record.nameID: str(record) for record in font["name"].names}
    assert names[1] == names[4] == "Brickie Gothic"
    assert not any("nanum" in names[name_id].lower() for name_id in (1, 3, 4, 6))
    licence = (plotting.FONT.parent / "OFL.txt").read_text(encoding="utf-8")
    assert "SIL OPEN FONT LICENSE Version 1.1" in licence
    assert "Reserved Font Name" in licence


def test_the_packaged_font_is_small():
    assert plotting.FONT.stat().st_size < 1_000_000


def test_another_source_font_is_refused_and_nothing_is_written(tmp_path):
    with pytest.raises(ValueError, match="fonts-nanum"):
        make_font.make_font(plotting.FONT, tmp_path / "out.ttf")
    assert not list(tmp_path.iterdir())
