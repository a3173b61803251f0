"""``/models``: a network comes from its publisher, when the server may and its licence was accepted."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webdriver import WebDriver

from anatomatte.models import store
from anatomatte.models.store import places, policy
from anatomatte_cli.models import fetch
from anatomatte_cli.models.get import Puller
from anatomatte_review.cutting import opened
from anatomatte_review.limits import Limits
from anatomatte_review.pulls import MOST
from anatomatte_review.service import Setup
from made.browsing import browser, complaints, until
from made.publisher import DATA, Server, known
from made.serving import Running, running


@pytest.fixture(autouse=True)
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in (places.SHARED, policy.FILE, policy.ALLOW, fetch.MIRROR, "http_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.setenv(places.OWN, str(tmp_path / "own"))
    monkeypatch.setattr(fetch.fetch, "__kwdefaults__", fetch.fetch.__kwdefaults__ | {"wait": lambda _: None})
    return tmp_path / "own"


@pytest.fixture
def publisher() -> Iterator[Server]:
    made = Server()
    yield made
    made.hold.set()
    made.http.shutdown()
    made.http.server_close()


@contextmanager
def allowed(allow_pull: bool = True) -> Iterator[Running]:
    with running(Setup(opened, Limits(), puller=Puller(), allow_pull=allow_pull)) as found:
        yield found


def told(serving: Running, name: str = "far-net") -> dict[str, Any]:
    answer = serving.client.get("/models")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = next(one for one in answer.json()["models"] if one["id"] == name)
    return found


def pulled(serving: Running, name: str = "far-net", licence: str = "commercial", **fields: str) -> Any:
    return serving.client.post(f"/models/{name}", data={"licence": licence, **fields})


def ended(serving: Running, name: str = "far-net") -> dict[str, Any]:
    while True:
        state: dict[str, Any] = told(serving, name)["pull"]
        if state["state"] not in ("waiting", "running"):
            return state
        time.sleep(0.02)


def soon(true: Callable[[], object]) -> None:
    while not true():
        time.sleep(0.02)


def test_a_network_comes_and_is_whole(own: Path, publisher: Server) -> None:
    known(own, publisher.url())
    with allowed() as serving:
        before = told(serving)
        assert not before["here"] and before["pull"] is None
        assert before["source"] == publisher.url().split("/")[2]
        answer = pulled(serving)
        assert answer.status_code == 202 and answer.json()["pull"]["state"] in ("waiting", "running", "done")
        state = ended(serving)
        assert (state["state"], state["done"], state["total"]) == ("done", len(DATA), len(DATA)), state
        assert "SHA-256" in state["told"] and "as published" in state["told"]
        assert told(serving)["here"]
        assert {one["id"] for one in serving.client.get("/status").json()["models"]} >= {"far-net"}
        assert pulled(serving).status_code == 202 and "there already" in ended(serving)["told"]
    assert store.path("far-net").read_bytes() == DATA and len(publisher.asked) == 1


def test_a_server_fetches_nothing_unless_it_was_told_to(own: Path, publisher: Server) -> None:
    known(own, publisher.url())
    with allowed(allow_pull=False) as serving:
        assert serving.client.get("/models").json()["allowed"] is False
        answer = pulled(serving)
        assert answer.status_code == 403 and "--allow-pull" in answer.json()["cure"]
    assert publisher.asked == []


@pytest.mark.parametrize("licence", ["", "commercial", "yes"])
def test_the_licence_is_accepted_by_its_class(own: Path, publisher: Server, licence: str) -> None:
    known(own, publisher.url(), kind="non-commercial")
    with allowed() as serving:
        answer = pulled(serving, licence=licence)
        assert answer.status_code == 422
        assert "licence" in answer.json()["error"]
        assert serving.client.post("/models/far-net").status_code == 422
        assert publisher.asked == [] and told(serving)["pull"] is None
        assert pulled(serving, licence="non-commercial").status_code == 202
        assert ended(serving)["state"] == "done"


def test_only_what_the_catalogue_names_is_fetched(own: Path, publisher: Server) -> None:
    known(own, publisher.url())
    with allowed() as serving:
        for name in (
            "no-net",
            "..%2Ffar-net",
            publisher.url().replace("/", "%2F"),
            "far-net.toml",
            "%00",
        ):
            assert pulled(serving, name).status_code == 404
        for field in ("url", "urls", "source", "mirror", "file"):
            answer = pulled(serving, **{field: publisher.url("other")})
            assert answer.status_code == 422 and field in answer.json()["error"]
        assert pulled(serving, precision="int8").status_code == 422
        assert pulled(serving, precision="fp33").status_code == 422
        sent = serving.client.post(
            "/models/far-net", data={"licence": "commercial"}, headers={"Origin": "http://elsewhere.example"}
        )
        assert sent.status_code == 403
        assert serving.client.delete("/models/no-net").status_code == 404
    assert publisher.asked == []


def test_a_pull_is_cancelled_and_gone_on_with(own: Path, publisher: Server) -> None:
    known(own, publisher.url())
    publisher.cuts = [300_000]
    publisher.hold.clear()
    with allowed() as serving:
        pulled(serving)
        soon(lambda: told(serving)["pull"]["done"] == 300_000)
        assert pulled(serving).status_code == 202, "who asks again sees the same pull"
        assert serving.client.delete("/models/far-net").status_code == 204
        assert told(serving)["pull"]["ending"]
        assert pulled(serving).status_code == 409, "it has not ended yet"
        publisher.hold.set()
        assert ended(serving)["state"] == "cancelled"
        assert not told(serving)["here"] and len(publisher.asked) == 1
        assert serving.client.delete("/models/far-net").status_code == 204, "nothing is left to cancel"
        assert pulled(serving).status_code == 202 and ended(serving)["state"] == "done"
    assert [wanted for _, wanted, _ in publisher.asked] == ["", "bytes=300000-"]


def test_one_comes_after_the_other_and_who_waits_is_cancelled_at_once(own: Path, publisher: Server) -> None:
    publisher.hold.clear()
    publisher.cuts = [1000]
    names = [f"net-{number}" for number in range(MOST + 1)]
    for name in names:
        known(own, publisher.url(name), name=name)
    with allowed() as serving:
        assert pulled(serving, names[0]).status_code == 202
        soon(lambda: told(serving, names[0])["pull"]["state"] == "running")
        assert all(pulled(serving, name).status_code == 202 for name in names[1:-1])
        more = pulled(serving, names[-1])
        assert more.status_code == 429 and int(more.headers["Retry-After"]) >= 1
        assert told(serving, names[1])["pull"]["state"] == "waiting" and len(publisher.asked) == 1
        for name in names[1:-1]:
            serving.client.delete(f"/models/{name}")
            assert told(serving, name)["pull"]["state"] == "cancelled"
        publisher.hold.set()
        assert ended(serving, names[0])["state"] == "done"
    assert {path for path, _, _ in publisher.asked} == {"/net-0"}


def test_what_goes_wrong_is_told_with_its_cure(
    own: Path, publisher: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    known(own, publisher.url("gone"))
    known(own, name="by-hand")
    publisher.statuses = [404]
    with allowed() as serving:
        pulled(serving)
        state = ended(serving)
        assert state["state"] == "failed" and "404 Not Found" in state["error"], state
        assert fetch.MIRROR in state["cure"]
        assert told(serving, "by-hand")["source"] == ""
        assert "models import by-hand" in told(serving, "by-hand")["by_hand"]
        monkeypatch.setenv(policy.ALLOW, "copyleft")
        assert "permits copyleft" in told(serving)["refused"]
        assert pulled(serving).status_code == 403
        monkeypatch.setenv(policy.ALLOW, "nonsense")
        assert serving.client.get("/models").status_code == 503
    assert len(publisher.asked) == 1


def test_an_end_of_the_server_is_the_end_of_a_pull(own: Path, publisher: Server) -> None:
    known(own, publisher.url())
    publisher.cuts = [300_000]
    publisher.hold.clear()
    with allowed() as serving:
        pulled(serving)
        soon(lambda: told(serving)["pull"]["done"] == 300_000)
    publisher.hold.set()
    for thread in [one for one in threading.enumerate() if one.name == "pull"]:
        thread.join()
    assert store.find(store.catalogue.get("far-net")) is None and len(publisher.asked) == 1


@pytest.fixture(scope="module")
def chromium() -> Iterator[WebDriver]:
    with browser() as found:
        yield found


def line(page: WebDriver, name: str = "far-net") -> str:
    return f"[...document.querySelectorAll('.networks li')].find((one) => one.textContent.includes('{name}'))"


def opened_about(page: WebDriver, serving: Running) -> None:
    page.get("about:blank")
    complaints(page)  # of a page whose server has gone: it goes on asking until it is left
    page.get(serving.base)
    until(page, "document.querySelectorAll('#parts input').length > 20")
    page.find_element(By.ID, "about-open").send_keys(Keys.ENTER)
    until(page, "document.querySelectorAll('.networks li').length > 20")


def test_a_network_is_brought_by_keys(own: Path, publisher: Server, chromium: WebDriver) -> None:
    known(own, publisher.url(), kind="terms")
    publisher.cuts = [300_000]
    publisher.hold.clear()
    page = chromium
    with allowed() as serving:
        opened_about(page, serving)
        fold = page.find_element(By.CSS_SELECTOR, "#about-text details summary")
        assert fold.text.startswith("Networks of others (0 of ")
        fold.send_keys(Keys.ENTER)
        page.execute_script(f"{line(page)}.querySelector('button').focus()")
        page.switch_to.active_element.send_keys(Keys.ENTER)
        said = until(page, f"{line(page)}.querySelector('.doing p').textContent")
        assert "CC0: it permits commercial work under terms of its own" in said
        assert publisher.url().split("/")[2] in said and publisher.asked == []
        focused = page.switch_to.active_element
        assert focused.accessible_name == "Accept the licence and get it: A test's network"
        focused.send_keys(Keys.ENTER)
        until(page, f"{line(page)}.querySelector('progress')?.value === 300000")
        assert page.switch_to.active_element.accessible_name == "Cancel: A test's network"
        page.switch_to.active_element.send_keys(Keys.ENTER)
        until(page, f"{line(page)}.textContent.includes('Ending')")
        publisher.hold.set()
        until(page, f"{line(page)}.textContent.includes('Cancelled')")
        page.switch_to.active_element.send_keys(Keys.ENTER)
        page.switch_to.active_element.send_keys(Keys.ENTER)
        until(page, f"{line(page)}.querySelector('.chip')?.textContent === 'here'")
        assert "SHA-256" in page.execute_script(f"return {line(page)}.textContent")
        assert fold.text.startswith("Networks of others (1 of ")
        assert complaints(page) == []
    assert store.path("far-net").read_bytes() == DATA


def test_without_the_option_the_page_says_how(own: Path, publisher: Server, chromium: WebDriver) -> None:
    known(own, publisher.url())
    with allowed(allow_pull=False) as serving:
        opened_about(chromium, serving)
        assert "--allow-pull" in chromium.execute_script(
            "return document.querySelector('#about-text details').textContent"
        )
        assert chromium.find_elements(By.CSS_SELECTOR, ".networks button") == []
        assert complaints(chromium) == []
