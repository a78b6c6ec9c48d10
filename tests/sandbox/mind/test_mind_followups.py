"""Messages whose later requests lean on the first."""

import pytest
from asking import STRING, calls, think, tool

WEATHER = tool("get_weather", "Get the current weather for a city", city=STRING)
STOCK = tool("get_stock_price", "Current price of a share", symbol=STRING)
CLOCK = tool("get_current_time", "Get the current time in a place", location=STRING)


@pytest.mark.parametrize("other", [STOCK, CLOCK])
@pytest.mark.parametrize(
    ("said", "cities"),
    [
        ("Weather in SF? And in Paris?", ["SF", "Paris"]),
        ("What is the weather in Rome? And in Paris? And Tokyo?", ["Rome", "Paris", "Tokyo"]),
        ("What's the weather like in San Francisco? What about Tokyo?", ["San Francisco", "Tokyo"]),
        ("How is the weather in Rome today? And Oslo?", ["Rome", "Oslo"]),
        ("Weather in Rome? Paris too?", ["Rome", "Paris"]),
        ("Get the weather in Rome. And in Paris.", ["Rome", "Paris"]),
        ("Weather in SF?", ["SF"]),
        ("Weather in SF? Thanks!", ["SF"]),
        ("Weather in SF? And how are you?", ["SF"]),
    ],
)
def test_each_place_asked_after_gets_a_call_of_its_own(said, cities, other):
    assert calls(think(said, tools=[WEATHER, other])) == [("get_weather", {"city": c}) for c in cities]


def test_a_request_that_stands_alone_goes_to_its_own_tool():
    said = think("Weather in SF? And what is the price of AAPL?", tools=[WEATHER, STOCK])
    assert calls(said) == [("get_weather", {"city": "SF"}), ("get_stock_price", {"symbol": "AAPL"})]
