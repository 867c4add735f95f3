import pytest

from triagebot.errors import BadInput
from triagebot.loadtest.address import find_target


@pytest.mark.parametrize("url", ["http://127.0.0.1:8080", "http://localhost:9", "http://[::1]:80"])
def test_this_machine_may_be_loaded(url):
    assert find_target(url).port in (8080, 9, 80)


@pytest.mark.parametrize(
    "url",
    [
        "http://192.0.2.1:8080",
        "http://8.8.8.8",
        "https://127.0.0.1",
        "127.0.0.1:8080",
        "http://127.0.0.1:99999",
        "http://",
        "http://0.0.0.0:80",
    ],
)
def test_no_other_machine_may(url):
    with pytest.raises(BadInput):
        find_target(url)
