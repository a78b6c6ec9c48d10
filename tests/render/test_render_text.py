"""Text for people: what is stripped, how numbers read."""

import pytest

from venice_nb.render import text


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("plain\ttext\n", "plain\ttext\n"),
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x9b31mred", "red"),
        ("\x1b]8;;https://evil.example\x07click\x1b]8;;\x07", "click"),
        ("\x1b]0;title\x1b\\after", "after"),
        ("\x1b]0;never ended and still text", "0;never ended and still text"),
        ("\x1bPdevice\x1b\\x", "x"),
        ("\x1b(Bx\x1b=", "x"),
        ("a\x00b\x08c\x7fd\x85e", "abcde"),
        ("one\r\ntwo\rthree", "one\ntwo\nthree"),
        ("safe\u202etxt.exe\u202c", "safetxt.exe"),
        ("\u2066isolate\u2069", "isolate"),
        ("half \ud83d pair", "half \ufffd pair"),
        ("👩\u200d💻 naïve مرحبا", "👩\u200d💻 naïve مرحبا"),
    ],
)
def test_control_codes_go_and_text_stays(given, shown):
    assert text.clean(given) == shown


def test_what_is_cut_is_counted():
    assert text.clean("x" * 1500, 100) == "x" * 100 + "\n[1,400 more characters not shown]"
    assert text.clean("x" * 1500, None) == "x" * 1500


def test_cleaned_text_can_be_sent_as_utf8():
    text.clean("".join(map(chr, range(0xD7F0, 0xE010)))).encode()


def test_a_short_text_is_one_line_of_the_given_length():
    assert text.short("one\n two\tthree", 40) == "one two three"
    assert text.short("word " * 50, 20) == "word word word word…"
    assert len(text.short("x" * 10_000, 20)) == 20


@pytest.mark.parametrize(
    ("usd", "shown"),
    [
        (None, "unknown"),
        (float("nan"), "unknown"),
        (float("inf"), "unknown"),
        (0, "$0.00"),
        (1e-9, "<$0.000001"),
        (1e-6, "$0.000001"),
        (0.0000123, "$0.000012"),
        (0.00123, "$0.0012"),
        (0.009999, "$0.01"),
        (0.0345, "$0.0345"),
        (0.12345, "$0.1235"),
        (0.5, "$0.50"),
        (1, "$1.00"),
        (12.345, "$12.35"),
        (1234.5, "$1,234.50"),
        (1e15, "$1,000,000,000,000,000.00"),
        (-0.12, "-$0.12"),
    ],
)
def test_money_reads_as_money(usd, shown):
    assert text.money(usd) == shown


@pytest.mark.parametrize("exponent", range(-12, 13))
def test_money_never_shows_an_exponent(exponent):
    assert "e" not in text.money(3.7 * 10.0**exponent).lower()


@pytest.mark.parametrize(
    ("s", "shown"),
    [
        (None, "unknown"),
        (-1, "0 ms"),
        (0.003, "3 ms"),
        (0.42, "0.42 s"),
        (0.996, "1.0 s"),
        (1.23, "1.2 s"),
        (9.96, "10 s"),
        (59.7, "1 min"),
        (75, "1 min 15 s"),
        (3599.9, "1 h"),
        (3660, "1 h 1 min"),
        (7199, "2 h"),
    ],
)
def test_durations_never_show_sixty_of_anything(s, shown):
    assert text.seconds(s) == shown


@pytest.mark.parametrize(
    ("n", "shown"),
    [
        (None, "unknown"),
        (512, "512 B"),
        (999, "999 B"),
        (1200, "1.2 KB"),
        (34_000_000, "34 MB"),
        (999_600, "1.0 MB"),
        (3.2e12, "3.2 TB"),
    ],
)
def test_sizes_use_decimal_units(n, shown):
    assert text.bytes_(n) == shown


def test_counts_have_separated_thousands():
    assert [text.count(12345), text.count(7), text.count(None)] == ["12,345", "7", "unknown"]
