"""The account panel in a real browser: what it cost is read, a budget set, a key made, saved and revoked."""

import sys
from pathlib import Path

import nbformat
import pytest

sys.path.insert(0, str(Path(__file__).parent))

from test_panels import KEPT, fill, holds, opened, press, readable, sees

SPENT = """v.images.generate("a gondola", width=256, height=256)
v.chat("What is 2 + 2?", model="llama-3.3-70b", show=False)
None"""


@pytest.mark.parametrize(("theme", "width"), [("light", 1200), ("dark", 400)])
def test_cost_limits_budget_and_keys_are_read_and_set_and_no_secret_is_saved(tmp_path, theme, width):
    with opened(
        tmp_path,
        "v = vn.Venice.sandbox(tier='paid')",
        SPENT,
        "panel = vn.ui.account(v)\npanel",
        theme=theme,
        width=width,
    ) as page:
        sees(page, "$9.99")
        sees(page, "Spent by this client: $0.01")
        sees(page, "49 of 50")
        page.page.screenshot(path=tmp_path / "first.png")
        fill(page, "Budget", "0.5")
        press(page, "Set budget")
        sees(page, "$0.50 left of $0.50")
        press(page, "Reconcile")
        sees(page, "they agree")
        press(page, "Keys")
        fill(page, "New key", "nightly job")
        fill(page, "US dollars", "5")
        page.page.get_by_label("Expires", exact=True).fill("2040-01-31")
        press(page, "Make key")
        sees(page, "Its secret is told this once")
        press(page, "Save secret")
        sees(page, "The secret is in .env.")
        secret = (tmp_path / "root" / ".env").read_text().split("'")[1]
        page.page.get_by_label("Key", exact=True).select_option(index=3)
        press(page, "Revoke")
        readable(page, width)
        for name in ("Calls", "Whole account", "Limits", "Copy as code"):
            press(page, name)
        holds(page, "Code", 'key = v.keys.create("nightly job", limit_usd=5.0, expires="2040-01-31")')
        press(page, "Read usage")
        sees(page, "Used by the whole account")
        readable(page, width)
        press(page, "Yes, revoke 'nightly job' for ever")
        sees(page, "The key 'nightly job' is gone.")
        assert secret.startswith("VENICE_INFERENCE_KEY_")
        assert secret not in page.page.content()
        page.eval(KEPT)
        page.page.wait_for_timeout(1000)
        saved = tmp_path / "root" / "notebook.ipynb"
        assert "nightly job" in saved.read_text("utf-8")
        assert secret not in saved.read_text("utf-8")
        nbformat.validate(nbformat.read(saved, as_version=4))
