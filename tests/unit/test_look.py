"""The theme: colours that everybody can read and tell apart, and nothing that a browser would fetch from elsewhere."""

import itertools
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
THEME = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text())["theme"]
MODES = ("light", "dark")

# Machado, Oliveira and Fernandes (2009), severity 1.0, on linear RGB.
SIGHT = {
    "normal": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protanopia": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deuteranopia": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    "tritanopia": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
}


def linear(colour: str) -> list[float]:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    return [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]


def contrast(one: str, other: str) -> float:
    """The ratio of WCAG 2.2."""
    lights = sorted(0.2126 * r + 0.7152 * g + 0.0722 * b for r, g, b in (linear(one), linear(other)))
    return (lights[1] + 0.05) / (lights[0] + 0.05)


def oklab(rgb: list[float]) -> tuple[float, float, float]:
    """Björn Ottosson's Oklab, where equal distances look equally far."""
    r, g, b = (max(part, 0.0) for part in rgb)
    l_ = (0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b) ** (1 / 3)
    m_ = (0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b) ** (1 / 3)
    s_ = (0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b) ** (1 / 3)
    return (
        0.2104542553 * l_ + 0.7936177850 * m_ - 0.0040720468 * s_,
        1.9779984951 * l_ - 2.4285922050 * m_ + 0.4505937099 * s_,
        0.0259040371 * l_ + 0.7827717662 * m_ - 0.8086757660 * s_,
    )


def seen(colour: str, sight: str) -> tuple[float, float, float]:
    rgb = linear(colour)
    return oklab([sum(a * b for a, b in zip(row, rgb, strict=True)) for row in SIGHT[sight]])


def faded(colour: str, ground: str, share: float) -> str:
    pairs = zip(bytes.fromhex(colour[1:]), bytes.fromhex(ground[1:]), strict=True)
    return "#" + "".join(f"{round(share * a + (1 - share) * b):02x}" for a, b in pairs)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("sight", SIGHT)
def test_the_lines_of_a_chart_can_be_told_apart(mode: str, sight: str) -> None:
    colours = THEME[mode]["chartCategoricalColors"]
    assert len(colours) == 8
    for one, other in itertools.combinations(colours, 2):
        apart = sum((a - b) ** 2 for a, b in zip(seen(one, sight), seen(other, sight), strict=True)) ** 0.5
        assert apart > 0.1, (one, other)


@pytest.mark.parametrize("mode", MODES)
def test_text_can_be_read(mode: str) -> None:
    for theme in (THEME[mode], THEME[mode]["sidebar"]):
        for ground in ("backgroundColor", "secondaryBackgroundColor"):
            assert contrast(theme["textColor"], theme[ground]) > 7
            assert contrast(theme["linkColor"], theme[ground]) > 4.5
    theme = THEME[mode]
    ground = theme["backgroundColor"]
    assert contrast("#ffffff", theme["primaryColor"]) >= 4.5, "a button's label"
    assert contrast(theme["primaryColor"], ground) >= 3, "a control's edge"
    assert contrast(faded(theme["textColor"], ground, 0.6), ground) >= 4.5, "captions are text at 60 percent"
    for name in ("red", "orange", "yellow", "green", "blue", "violet", "gray"):
        assert contrast(theme[f"{name}Color"], ground) >= 4.5, name


@pytest.mark.parametrize("mode", MODES)
def test_the_scale_of_a_chart_has_ten_steps_that_only_rise_or_fall(mode: str) -> None:
    lights = [oklab(linear(colour))[0] for colour in THEME[mode]["chartSequentialColors"]]
    assert len(lights) == 10
    assert lights in (sorted(lights), sorted(lights, reverse=True))


def test_fonts_are_files_of_ours() -> None:
    families = set()
    for face in THEME["fontFaces"]:
        file = ROOT / "pages" / "static" / face["url"].removeprefix("app/static/")
        assert file.read_bytes()[:4] == b"wOF2", file
        families.add(face["family"])
    assert families == {"Inter", "JetBrains Mono"}
    assert "SIL Open Font License" in (ROOT / "pages/static/LICENSE-inter.txt").read_text()
    assert "SIL Open Font License" in (ROOT / "pages/static/LICENSE-jetbrains-mono.txt").read_text()


def test_nothing_in_the_look_names_another_host() -> None:
    for file in (ROOT / ".streamlit/config.toml", ROOT / "playground/ui/look.css", ROOT / "pages/static/logo.svg"):
        text = file.read_text().replace("http://www.w3.org/2000/svg", "")
        assert "http" not in text, file
