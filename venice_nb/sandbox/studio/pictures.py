"""Picture files: written as PNG, JPEG or WebP with their metadata, and read with care."""

from __future__ import annotations

import io
import warnings
import zlib
from typing import TYPE_CHECKING

from PIL import Image, ImageOps, PngImagePlugin

if TYPE_CHECKING:
    from collections.abc import Mapping

KINDS = ("jpeg", "png", "webp")
SOFTWARE = "SANDBOX: computed on this machine by venice_nb, not made by a model"
_EXIF_DESCRIPTION, _EXIF_SOFTWARE, _EXIF_COMMENT = 0x010E, 0x0131, 0x9286
_EXIF_IFD = 0x8769


class Unreadable(ValueError):  # noqa: N818  (named after what happened)
    """Bytes that are no picture the sandbox reads; the message says why."""


class TooLarge(ValueError):  # noqa: N818  (likewise)
    """A picture that unpacks to more pixels than allowed; `size` is what its header says."""

    def __init__(self, size: tuple[int, int]) -> None:
        super().__init__(f"The picture is {size[0]} x {size[1]} pixels")
        self.size = size


def read(data: bytes, most: int) -> Image.Image:
    """The picture in the bytes of a PNG, JPEG or WebP file, upright, as RGB or RGBA.

    Its size is looked at before it is unpacked. Raises `Unreadable`, and `TooLarge` beyond `most` pixels.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what Pillow warns of is refused below
            image = Image.open(io.BytesIO(data), formats=[kind.upper() for kind in KINDS])
            size = image.size
            upright = _upright(image) if size[0] * size[1] <= most else None
    except Image.DecompressionBombError:
        raise Unreadable("The picture unpacks to far more pixels than allowed") from None
    except Exception:  # noqa: BLE001  (Pillow's readers raise nearly anything for a broken file)
        raise Unreadable("The picture is damaged, or neither PNG, JPEG nor WebP") from None
    if upright is None:
        raise TooLarge(size)
    clear = "A" in upright.getbands() or "transparency" in upright.info
    if upright.mode.startswith("I;16") or upright.mode in ("I", "F"):  # 16 bits a channel
        upright = upright.convert("I").point([value / 256 for value in range(65536)], "L")
    return upright.convert("RGBA" if clear else "RGB")


def _upright(image: Image.Image) -> Image.Image:
    image.load()
    return ImageOps.exif_transpose(image)


def encode(
    image: Image.Image, kind: str, *, about: Mapping[str, str] | None = None, exif: bool = False
) -> bytes:
    """The bytes of an image file. `exif`: with `about`, what made it, as EXIF and as text of a PNG."""
    out = io.BytesIO()
    if kind == "jpeg":
        image = _opaque(image)
    options: dict[str, object] = {"exif": _exif(about or {})} if exif else {}
    if kind == "png":
        text = PngImagePlugin.PngInfo()
        for name, value in {"Software": SOFTWARE, **(about if about and exif else {})}.items():
            text.add_itxt(name, value)
        # six times as fast as the usual way, and for pictures as small
        image.save(out, "PNG", pnginfo=text, compress_level=1, compress_type=zlib.Z_RLE, **options)
    elif kind == "jpeg":
        image.save(out, "JPEG", quality=90, comment=SOFTWARE.encode(), **options)
    else:
        image.save(out, "WEBP", quality=86, method=2, **options)
    return out.getvalue()


def _opaque(image: Image.Image) -> Image.Image:
    """The picture on white: JPEG has no alpha channel."""
    if "A" not in image.getbands():
        return image.convert("RGB")
    ground = Image.new("RGB", image.size, (255, 255, 255))
    ground.paste(image, mask=image.getchannel("A"))
    return ground


def _exif(about: Mapping[str, str]) -> Image.Exif:
    exif = Image.Exif()
    exif[_EXIF_SOFTWARE] = SOFTWARE
    exif[_EXIF_DESCRIPTION] = about.get("Description", "").encode("ascii", "replace").decode()
    comment = "\n".join(f"{name}: {value}" for name, value in about.items())
    exif.get_ifd(_EXIF_IFD)[_EXIF_COMMENT] = b"UNICODE\0" + comment.encode("utf-16-be")
    return exif
