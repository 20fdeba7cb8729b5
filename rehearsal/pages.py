"""The files that simulated people submit: small, real PDF documents of one page."""


def page(lines: tuple[str, ...]) -> bytes:
    """A PDF of one page with these lines; the same lines give the same bytes."""
    text = " ".join(f"({_escaped(line)}) Tj T*" for line in lines)
    content = f"BT /F1 12 Tf 16 TL 60 780 Td {text} ET".encode()
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    )
    return _document(objects)


def _document(objects: tuple[bytes, ...]) -> bytes:
    document, places = b"%PDF-1.4\n", []
    for number, each in enumerate(objects, 1):
        places.append(len(document))
        document += b"%d 0 obj\n%s\nendobj\n" % (number, each)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, len(document))
    return document + b"xref\n0 %d\n0000000000 65535 f \n%s%s" % (len(objects) + 1, table, end)


def _escaped(line: str) -> str:
    """Helvetica has no other letters, and brackets end a string."""
    plain = line.encode("ascii", "replace").decode()
    return plain.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
