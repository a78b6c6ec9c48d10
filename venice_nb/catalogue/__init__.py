"""Models: what they can do, what they cost, how often they may be asked, and what their names mean."""

from venice_nb.catalogue.limits import Limits, Tier, limits_for, tier
from venice_nb.catalogue.model import Deprecation, Model, Price, Rates
from venice_nb.catalogue.models import Catalogue
from venice_nb.catalogue.names import Resolution
from venice_nb.catalogue.prices import (
    price_of_edit,
    price_of_embedding,
    price_of_image,
    price_of_music,
    price_of_speech,
    price_of_transcription,
    price_of_upscale,
)

__all__ = [
    "Catalogue",
    "Deprecation",
    "Limits",
    "Model",
    "Price",
    "Rates",
    "Resolution",
    "Tier",
    "limits_for",
    "price_of_edit",
    "price_of_embedding",
    "price_of_image",
    "price_of_music",
    "price_of_speech",
    "price_of_transcription",
    "price_of_upscale",
    "tier",
]
