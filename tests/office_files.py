"""Small office files and PDFs, made by hand so that each part can be spoilt (for tests)."""

import io
import zipfile
import zlib
from html import escape

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
A = "http://schemas.openxmlformats.org/drawingml/2006/main"
P = "http://schemas.openxmlformats.org/presentationml/2006/main"
S = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
RELS = "http://schemas.openxmlformats.org/package/2006/relationships"


def zipped(parts):
    """An archive of these parts."""
    box = io.BytesIO()
    with zipfile.ZipFile(box, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in parts.items():
            made.writestr(name, content)
    return box.getvalue()


def document(title, paragraphs):
    """A DOCX with a heading and paragraphs, each of two runs, and its text twice as old readers need it."""
    said = "".join(
        f"<w:p><w:r><w:t>{escape(each[:3])}</w:t></w:r><w:r><w:t>{escape(each[3:])}</w:t></w:r></w:p>"
        for each in paragraphs
    )
    said += "<mc:Fallback xmlns:mc='mc'><w:p><w:r><w:t>twice</w:t></w:r></w:p></mc:Fallback>"
    head = f'<w:p><w:pPr><w:pStyle w:val="Heading1"/></w:pPr><w:r><w:t>{escape(title)}</w:t></w:r></w:p>'
    body = f'<w:document xmlns:w="{W}"><w:body>{head}{said}</w:body></w:document>'
    return zipped({"[Content_Types].xml": "<Types/>", "word/document.xml": body})


def related(paths):
    """Relations with the ids r0, r1, ..."""
    rows = "".join(f'<Relationship Id="r{n}" Target="{path}"/>' for n, path in enumerate(paths))
    return f'<Relationships xmlns="{RELS}">{rows}</Relationships>'


def slides(shown, order=None):
    """A PPTX of slides with a title and a text each, in an order of its own."""
    order = range(len(shown)) if order is None else order
    parts = {}
    for n, (title, text) in enumerate(shown):
        head = f'<p:sp><p:nvPr><p:ph type="title"/></p:nvPr><a:p><a:r><a:t>{title}</a:t></a:r></a:p></p:sp>'
        body = f"<p:sp><a:p><a:r><a:t>{text}</a:t></a:r></a:p></p:sp>"
        parts[f"ppt/slides/slide{n + 1}.xml"] = f'<p:sld xmlns:p="{P}" xmlns:a="{A}">{head}{body}</p:sld>'
    listed = "".join(f'<p:sldId id="{256 + n}" r:id="r{n}"/>' for n in order)
    parts["ppt/presentation.xml"] = f'<p:presentation xmlns:p="{P}" xmlns:r="{R}">{listed}</p:presentation>'
    parts["ppt/_rels/presentation.xml.rels"] = related(
        [f"slides/slide{n + 1}.xml" for n in range(len(shown))]
    )
    return zipped(parts)


def workbook(sheets, rows=None, shared=()):
    """An XLSX of sheets of texts and numbers; `rows` replaces the XML of the rows."""
    parts = {}
    for n, content in enumerate(sheets.values()):
        drawn = rows or "".join(f"<row>{''.join(map(_cell, row))}</row>" for row in content)
        parts[f"xl/worksheets/sheet{n + 1}.xml"] = (
            f'<worksheet xmlns="{S}"><sheetData>{drawn}</sheetData></worksheet>'
        )
    listed = "".join(f'<sheet name="{name}" sheetId="{n}" r:id="r{n}"/>' for n, name in enumerate(sheets))
    parts["xl/workbook.xml"] = f'<workbook xmlns="{S}" xmlns:r="{R}"><sheets>{listed}</sheets></workbook>'
    parts["xl/_rels/workbook.xml.rels"] = related(
        [f"/xl/worksheets/sheet{n + 1}.xml" for n in range(len(sheets))]
    )
    if shared:
        texts = "".join(f"<si>{'<t>' + each.replace('<rPh>', '</t><rPh>', 1)}</si>" for each in shared)
        parts["xl/sharedStrings.xml"] = f'<sst xmlns="{S}">{texts}</sst>'
    return zipped(parts)


def _cell(value):
    if isinstance(value, str):
        return f'<c t="str"><v>{escape(value)}</v></c>'
    return f"<c><v>{value}</v></c>"


def bomb(part, size):
    """An archive whose one part unpacks to so many spaces."""
    return zipped({part: b" " * size})


def entities(declared='<!ENTITY z "zzzzzzzzzz"><!ENTITY a "&z;&z;&z;&z;&z;&z;&z;&z;&z;&z;">'):
    """A DOCX that declares entities and uses one."""
    body = f'<w:document xmlns:w="{W}"><w:p><w:r><w:t>&a;</w:t></w:r></w:p></w:document>'
    return zipped({"word/document.xml": f"<!DOCTYPE w [{declared}]>{body}"})


def pdf(text):
    """A PDF of one page that shows a line of text; a page without any, as of a scan, when it is empty."""
    shown = f"BT /F1 12 Tf 72 720 Td ({text}) Tj ET" if text else "q Q"
    stream = zlib.compress(shown.encode("latin-1"))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d /Filter /FlateDecode >>\nstream\n%b\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    made = bytearray(b"%PDF-1.4\n")
    places = []
    for number, each in enumerate(objects, 1):
        places.append(len(made))
        made += b"%d 0 obj\n%b\nendobj\n" % (number, each)
    start = len(made)
    made += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    made += b"".join(b"%010d 00000 n \n" % place for place in places)
    made += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(made)
