"""What the export menu saves is whole: it looks right, and tells the truth, on its own."""

from __future__ import annotations

import base64
import csv
import json
import re
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.request import urlopen
from xml.etree import ElementTree as ET

import pytest
from playwright.sync_api import Page, expect
from tests.web.expected import rounded
from tests.web.invented import Invented
from tests.web.reading import amount
from tests.web.visits import Visit

from tunnel_monitor.lab import namespaces

pytestmark = [pytest.mark.root, pytest.mark.browser]

DRAWN = ("chord", "matrix", "sankey", "timeline")
LINK = "#v=2&period=total&unit=packets&paused=1"
# As large as a page of everything may become: seen 0.44 MB for the two dozen peers of `still`.
MOST_BYTES = 700_000


def exported(here: Visit, name: str, folder: Path) -> Path:
    """Choose a line of the menu, and what it saves."""
    if not here.page.locator("#export").is_visible():
        here.page.keyboard.press("e")
    with here.page.expect_download() as download:
        here.page.get_by_role("menuitem", name=name).click()
    file = folder / download.value.suggested_filename
    download.value.save_as(file)
    here.page.keyboard.press("Escape")
    return file


@contextmanager
def alone(here: Visit) -> Iterator[Page]:
    """A page that may ask nobody for anything, and has nothing to complain of."""
    page = here.page.context.new_page()
    faults: list[str] = []
    page.on("console", lambda message: faults.append(message.text))
    page.on("pageerror", lambda error: faults.append(error.message))
    page.on("request", lambda request: faults.append(request.url))
    yield page
    page.close()
    asked = [fault for fault in faults if not fault.startswith(("file:", "data:"))]
    assert asked == []


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("view", DRAWN)
def test_an_svg_is_whole(
    view: str, theme: str, visit: Callable[..., Visit], still: Invented, tmp_path: Path
) -> None:
    here = visit(still, f"{LINK}&view={view}", theme=theme)
    file = exported(here, "SVG", tmp_path)
    assert re.fullmatch(rf"tunnel-monitor_eth0_{view}_[\dT-]+Z\.svg", file.name)
    text = file.read_text(encoding="utf-8")
    ET.fromstring(text)  # noqa: S314 - our own file
    for word in ("var(", "oklab(", "currentcolor", "http://127", "@import"):
        assert word not in text, word
    addresses = re.findall(r"url\(([^)]*)\)", text)
    used = {found.strip("\"'&quot;").lstrip("#") for found in addresses if "data:" not in found}
    assert all(f'id="{found}"' in text for found in used), used
    assert "font/woff2;base64," in text
    shown = here.page.locator(f"#panel-{view} svg text:visible").first.text_content() or ""
    assert shown in text
    assert "eth0" in text


def test_a_png_is_twice_as_large_and_not_empty(
    visit: Callable[..., Visit], still: Invented, tmp_path: Path
) -> None:
    here = visit(still, f"{LINK}&view=matrix")
    box = here.page.locator("#heat").bounding_box()
    assert box
    data = exported(here, "PNG", tmp_path).read_bytes()
    width, height = struct.unpack(">II", data[16:24])
    assert width == round(2 * box["width"])
    assert height > 2 * box["height"]
    colours = here.page.evaluate(COLOURS, base64.b64encode(data).decode())
    assert colours > 20


COLOURS = """async (data) => {
  const image = new Image();
  image.src = `data:image/png;base64,${data}`;
  await image.decode();
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [image.naturalWidth, image.naturalHeight];
  const context = canvas.getContext('2d');
  context.drawImage(image, 0, 0);
  const pixels = new Uint32Array(
    context.getImageData(0, 0, canvas.width, canvas.height).data.buffer);
  return new Set(pixels).size;
}"""


def test_numbers_are_the_apis(visit: Callable[..., Visit], still: Invented, tmp_path: Path) -> None:
    """All rows of the table, not only those in sight."""
    here = visit(still, f"{LINK}&view=table&rows=flows")
    exact = still.get("api/v1/flows?window=total&by=conversation&sort=-packets&limit=100000")
    with exported(here, "CSV", tmp_path).open(newline="", encoding="utf-8") as file:
        lines = list(csv.DictReader(file))
    assert len(lines) == len(exact["rows"])
    for line, row in zip(lines, exact["rows"], strict=True):
        assert (line["inner_src"], line["vni"]) == (row["inner_src"], str(row["vni"]))
        assert line["packets (packets)"] == row["packets"]
    value = json.loads(exported(here, "JSON", tmp_path).read_text(encoding="utf-8"))
    assert value["interfaces"] == ["eth0"]
    assert [row[6] for row in value["rows"]] == [int(row["packets"]) for row in exact["rows"]]


def test_a_chart_has_its_numbers_too(
    visit: Callable[..., Visit], still: Invented, tmp_path: Path
) -> None:
    here = visit(still, f"{LINK}&view=sankey&top=500")
    value = json.loads(exported(here, "JSON", tmp_path).read_text(encoding="utf-8"))
    everything = still.get("api/v1/flows?window=total&limit=1")["all"]["packets"]
    assert sum(row[-1] for row in value["rows"]) == int(everything)


def test_a_saved_page_opens_without_a_server(
    visit: Callable[..., Visit], still: Invented, tmp_path: Path
) -> None:
    here = visit(still, f"{LINK}&view=matrix")
    file = exported(here, "HTML", tmp_path)
    assert file.stat().st_size < MOST_BYTES
    with alone(here) as page:
        page.goto(file.as_uri())
        expect(page.locator("#state")).to_contain_text("SAVED")
        expect(page.locator("#panel-matrix")).to_be_visible()
        assert page.locator("#sum").count() == here.page.locator("#sum").count()
        for place, view in enumerate(("chord", "matrix", "sankey", "table", "timeline")):
            page.keyboard.press(str(place + 1))
            expect(page.locator(f"#panel-{view}")).to_be_visible()
        page.keyboard.press("4")
        lines = page.locator("#panel-table tr[data-place]")
        expect(lines.first).to_be_visible()
        exact = still.get("api/v1/flows?window=total&by=conversation&sort=-packets&limit=1")
        first = lines.first.locator(".column-packets").text_content() or ""
        assert amount(first) == rounded(int(exact["rows"][0]["packets"]))
        page.keyboard.press("/")
        page.keyboard.type("peer:172.16.1.107")
        page.keyboard.press("Enter")
        expect(page.locator(".table-sum")).to_contain_text("hidden by the filter")


def test_the_copied_request_has_what_is_shown(visit: Callable[..., Visit], still: Invented) -> None:
    here = visit(still, f"{LINK}&view=table&rows=tunnels&filter=vni:10001")
    here.page.keyboard.press("e")
    expect(here.page.locator("#export code")).to_have_text(re.compile("^curl "))
    command = here.page.locator("#export code").text_content() or ""
    found = re.fullmatch(r"curl -gsS '([^']+)'", command)
    assert found, command
    with namespaces.entered(still.home), urlopen(found[1]) as reply:  # noqa: S310 - our own http address
        rows: Any = json.load(reply)["rows"]
    line = here.page.locator('tr[data-place="0"] .column-packets').text_content() or ""
    assert {row["vni"] for row in rows} == {10001}
    assert max(int(row["packets"]) for row in rows) == rounded(amount(line))


def test_the_menu_is_used_by_keyboard(visit: Callable[..., Visit], still: Invented) -> None:
    here = visit(still, "#v=2&view=table&paused=1")
    here.page.keyboard.press("e")
    items = here.page.get_by_role("menuitem")
    expect(items.filter(has_text="SVG")).to_be_disabled()
    expect(items.filter(has_text="CSV")).to_be_focused()
    here.page.keyboard.press("ArrowUp")
    expect(items.filter(has_text="curl")).to_be_focused()
    here.page.keyboard.press("Escape")
    expect(here.page.locator("#export")).to_be_hidden()
    expect(here.page.locator("#export-open")).to_have_attribute("aria-expanded", "false")
