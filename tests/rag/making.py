"""Files for tests, made on the spot: a PDF with text on its pages, and a Word file."""

import io


def pdf(*pages):
    """A PDF with one line of text a page; an empty text makes a page without any, as a scan is."""
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>"]
    kids = " ".join(f"{4 + 2 * number} 0 R" for number in range(len(pages)))
    objects.append(f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>".encode())
    objects.append(b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>")
    for number, said in enumerate(pages):
        content = f"BT /F1 12 Tf 72 720 Td ({said}) Tj ET".encode() if said else b""
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents {5 + 2 * number} 0 R "
            f"/Resources << /Font << /F1 3 0 R >> >> >>".encode()
        )
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content))
    out = io.BytesIO(b"%PDF-1.4\n")
    out.seek(0, io.SEEK_END)
    places = []
    for number, each in enumerate(objects, 1):
        places.append(out.tell())
        out.write(b"%d 0 obj\n%s\nendobj\n" % (number, each))
    start = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    for place in places:
        out.write(b"%010d 00000 n \n" % place)
    out.write(b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start))
    return out.getvalue()


def word():
    """A Word file with two headings, a list and a table."""
    import docx

    made = docx.Document()
    made.add_heading("Refunds", 1)
    made.add_paragraph("Rides are refunded in full.")
    made.add_heading("Late", 2)
    made.add_paragraph("Not after noon", style="List Bullet")
    table = made.add_table(rows=2, cols=2)
    for cell, said in zip(table._cells, ["hours", "share", "24", "half|all"], strict=True):
        cell.text = said
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()
