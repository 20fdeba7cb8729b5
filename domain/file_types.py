"""The types of files that can be submitted as evidence: what is not told apart by its bytes is not taken."""

_OFFICE = "application/vnd.openxmlformats-officedocument."

WORD = _OFFICE + "wordprocessingml.document"
EXCEL = _OFFICE + "spreadsheetml.sheet"
POWERPOINT = _OFFICE + "presentationml.presentation"

#: The media type by a file's ending.
MEDIA_TYPES = {
    ".pdf": "application/pdf",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".mp4": "video/mp4",
    ".docx": WORD,
    ".xlsx": EXCEL,
    ".pptx": POWERPOINT,
    ".txt": "text/plain",
    ".csv": "text/csv",
}
