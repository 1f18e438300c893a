"""Links in Markdown as GitHub follows them: targets, and the anchors that headings make."""

import re
import unicodedata

from support.documents import prose

_CODE = re.compile(r"(`+)(?!`)(.+?)(?<!`)\1(?!`)", re.S)
_COMMENT = re.compile(r"<!--.*?-->", re.S)
_INLINE = re.compile(r"\]\(\s*<?([^()\s<>]*(?:\([^()\s]*\)[^()\s<>]*)*)>?(?:\s+(?:\"[^\"]*\"|'[^']*'))?\s*\)")
_REFERENCE = re.compile(r"^ {0,3}\[[^\]^][^\]]*\]:\s*<?([^\s>]+)>?", re.M)
_ATTRIBUTE = re.compile(r"<(?:a|img|source)\b[^>]*?\b(?:href|src|srcset)\s*=\s*[\"']([^\"']+)[\"']", re.I)
_NAMED = re.compile(r"<[a-z]+\b[^>]*?\b(?:id|name)\s*=\s*[\"']([^\"']+)[\"']", re.I)
_HEADING = re.compile(r"^ {0,3}#{1,6}\s+(.*?)\s*#*\s*$", re.M)


def _blank(match):
    return re.sub(r"[^\n]", " ", match[0])


def visible(text):
    """Markdown without fenced blocks and comments, line for line."""
    return _COMMENT.sub(_blank, prose(text))


def links(text):
    """(line, target) of every link and image."""
    text = _CODE.sub(_blank, visible(text))
    found = [(match.start(1), match[1]) for pattern in (_INLINE, _REFERENCE, _ATTRIBUTE) for match in pattern.finditer(text)]
    return [(text.count("\n", 0, at) + 1, target) for at, target in sorted(found)]


def code_spans(text):
    """(line, text) of everything between backquotes."""
    text = visible(text)
    return [(text.count("\n", 0, match.start()) + 1, match[2].strip()) for match in _CODE.finditer(text)]


def slug(heading):
    """GitHub: lower case; letters, digits, marks, `_` and `-` stay, accents too; a space becomes `-`; all else goes."""
    heading = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", heading)
    heading = re.sub(r"<[^>]+>", "", heading)
    heading = re.sub(r"(?<![\w*])(\*{1,3}|_{1,3})(?=\S)(.+?)(?<=\S)\1(?![\w*])", r"\2", heading)

    def stays(letter):
        return letter in "-_ " or unicodedata.category(letter)[0] in "LNM" or unicodedata.category(letter) == "Pc"

    return "".join(letter for letter in heading.lower() if stays(letter)).replace(" ", "-")


def anchors(text):
    """Every anchor of a document: of its headings (the second of a name gets `-1`), and those made by hand."""
    found, times = set(_NAMED.findall(visible(text))), {}
    for match in _HEADING.finditer(visible(text)):
        name = slug(match[1])
        again = times.get(name, 0)
        times[name] = again + 1
        found.add(f"{name}-{again}" if again else name)
    return found
