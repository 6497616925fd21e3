"""What hostile SAML messages are made of: documents that are as large, deep, wide or confusing as a message may be and
more, streams that unpack to more than they seem, signatures in other places, and names that do not decrypt."""

import base64
import copy
import functools
import re
import secrets
import subprocess
import zlib

from saml_messages import DS, END_OF_SIGNATURE, behind_issuer, deflated, encoded, signature

XENC = "http://www.w3.org/2001/04/xmlenc#"
ELEMENT = f"{XENC}Element"
GCM = "http://www.w3.org/2009/xmlenc11#aes256-gcm"
OAEP = f"{XENC}rsa-oaep-mgf1p"
#: Characters of an address that are more than the HTTP server reads of one, and of the head of a request.
BEYOND_ADDRESS, BEYOND_HEAD = 80_000, 400_000
LAUGHS = '<!DOCTYPE a [<!ENTITY l0 "ha">' + "".join(
    f'<!ENTITY l{level} "{f"&l{level - 1};" * 10}">' for level in range(1, 10)
) + "]>"

QUADRATIC = f'<!DOCTYPE a [<!ENTITY b "{"c" * 80_000}">]>'
EXTERNAL = '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]>'


def inside(content):
    return lambda xml: behind_issuer(xml, content)


def before(content):
    return lambda xml: content + xml


#: What is done to the text of a message: no reader may take it.
TRICKS = {
    "a document type": before("<!DOCTYPE a>"),
    "a billion laughs": lambda xml: LAUGHS + behind_issuer(xml, "<x>&l9;</x>"),
    "a quadratic entity": lambda xml: QUADRATIC + behind_issuer(xml, "&b;" * 20_000),
    "an external entity": lambda xml: EXTERNAL + behind_issuer(xml, "&b;"),
    "20,000 levels": inside("<x>" * 20_000 + "</x>" * 20_000),
    "33 levels": inside("<x>" * 33 + "</x>" * 33),
    "20,000 elements": inside("<x/>" * 20_000),
    "60,000 starts": inside("<x>" * 50_000),
    "20,000 attributes": lambda xml: xml.replace(" ID=", "".join(f" a{n:x}=''" for n in range(20_000)) + " ID=", 1),
    "15,000 declarations": inside("<x " + " ".join(f"xmlns:a{n:x}='u:'" for n in range(10_000)) + "/>"),
    "undeclared prefixes": inside("<p:x/>" * 9_000),
    "a comment of 150 KB": inside(f"<!--{'x' * 150_000}-->"),
    "9,000 comments": inside("<!-- -->" * 9_000),
    "CDATA of 150 KB": inside(f"<x><![CDATA[{'x' * 150_000}]]></x>"),
    "a processing instruction": inside(f"<?x {'y' * 1_000}?>"),
    "40,000 references, one unknown": inside(f"<x>{'&lt;' * 40_000}&b;</x>"),
    "a character that XML has not": inside(f"<x>{'y' * 150_000}\ufffe</x>"),
    "a reference to such a character": inside(f"<x>{'&#9;' * 30_000}&#0;</x>"),
    "150,000 '<'": inside("<" * 150_000),
    "a tag without an end": inside("<x " + "y" * 150_000),
    "twice": lambda xml: xml * 2,
    "another version": before('<?xml version="1.1"?>'),
}


def documents(full):
    """What a strict reader takes and nobody needs, of some `full` bytes, in canonical form and within the limits of the
    reader: each gives its element when it is told the name of that."""
    levels, prefixes = 26, range(15)

    def wrapped(content):
        return lambda name: f"<{name}>{content}</{name}>"

    def nested(opening, leaf):
        start, end = "".join(opening(level) for level in range(levels)), "</a>" * levels
        leaves = min(9_000, (full - len(start) - len(end)) // len(leaf))
        return wrapped(start + leaf * leaves + end)

    def used(level):
        names = [f"p{level:02}{number:02}" for number in prefixes]
        said = "".join(f' xmlns:{name}="u:{name}"' for name in names)
        return f"<a{said}{''.join(f' {name}:b=' + chr(34) * 2 for name in names)}>"

    def unused(level):
        return f"<a{''.join(f' xmlns:p{level:02}{number:02}={chr(34)}u:{chr(34)}' for number in range(30))}>"

    attributes = "".join(f' a{number:02}=""' for number in range(30))
    wide = f"<a{attributes}></a>"
    return {
        "a long text": wrapped("x" * full),
        "9,000 elements": wrapped("<a></a>" * min(9_000, full // 7)),
        "30 attributes each": wrapped(wide * (full // len(wide))),
        "390 namespaces in use": nested(used, "<a></a>"),
        "780 namespaces in vain": nested(unused, "<a></a>"),
        "780 namespaces, the first of them everywhere": nested(unused, "<p0000:a></p0000:a>"),
    }


@functools.cache
def bombs(xml):
    """What an address carries, packed: `{what: (number) -> bytes}`. One of more than 64 KiB is refused unread."""
    padded = lambda length: deflated(xml.encode() + b" " * (length - len(xml)))
    made = {
        "a bomb of 64 KiB and 1 byte": padded(65_537),
        "a bomb of 5 MB": padded(5_000_000),
        "the largest bomb, 48 MB": padded(48_000_000),
        "44 KB not compressed": deflated(secrets.token_bytes(44_000), level=0),
    }
    return {what: lambda _number, packed=packed: packed for what, packed in made.items()}


def streams():
    """Streams of another kind, made of a message's XML."""
    whole = lambda xml: deflated(xml.encode())
    return [
        lambda xml: whole(xml) + b"x",
        lambda xml: whole(xml) * 2,
        lambda xml: whole(xml)[:-1],
        lambda xml: xml.encode(),
        lambda xml: zlib.compress(xml.encode()),
        # A header that says a dictionary of some name is to be known beforehand (RFC 1950 §2.2).
        lambda xml: b"\x78\xf9\x01\x02\x03\x04" + whole(xml),
        lambda xml: b"",
        lambda xml: deflated(b""),
        lambda xml: deflated(b"\xff\xfe" * 30_000),
        lambda xml: deflated(b"<a/>"),
        lambda xml: secrets.token_bytes(40_000),
    ]


def wrappings():
    """A genuine request with its signature, and an evil one around, beside or in it: each gives its XML when it is told
    the genuine one, the key that signs it, and where the evil one leads."""

    def wrapping(wrap):
        def made(genuine, key, leads_to):
            evil = copy.copy(genuine)
            said = {"AssertionConsumerServiceURL": leads_to, "ID": f"_{secrets.token_hex(16)}"}
            evil.attributes = {**genuine.attributes, **said}
            same = copy.copy(evil)
            same.attributes = dict(evil.attributes, ID=genuine.id)
            bare = genuine.xml
            return wrap(evil, same, bare, signature(key, genuine.id, bare))

        return made

    extensions = lambda content: f"<samlp:Extensions>{content}</samlp:Extensions>"
    holding = lambda sign, bare: sign.replace(END_OF_SIGNATURE, f"<ds:Object>{bare}</ds:Object>{END_OF_SIGNATURE}")

    def behind(xml, more):
        head, end = xml.rsplit("</", 1)
        return f"{head}{more}</{end}"

    return [
        wrapping(wrap)
        for wrap in (
            lambda evil, same, bare, sign: behind_issuer(evil.xml, extensions(behind_issuer(bare, sign))),
            lambda evil, same, bare, sign: behind_issuer(evil.xml, extensions(bare + sign)),
            lambda evil, same, bare, sign: behind_issuer(evil.xml, sign + extensions(bare)),
            lambda evil, same, bare, sign: behind_issuer(evil.xml, extensions(sign)),
            lambda evil, same, bare, sign: behind_issuer(same.xml, sign + extensions(bare)),
            lambda evil, same, bare, sign: behind_issuer(same.xml, sign),
            lambda evil, same, bare, sign: behind_issuer(evil.xml, holding(sign, bare)),
            lambda evil, same, bare, sign: behind_issuer(same.xml, holding(sign, bare)),
            lambda evil, same, bare, sign: behind(evil.xml, behind_issuer(bare, sign)),
            lambda evil, same, bare, sign: behind(same.xml, sign * 2),
            lambda evil, same, bare, sign: behind_issuer(bare, sign) + evil.xml,
        )
    ]


def encrypted_names(certificate, plain, declared=""):
    """Names encrypted to the key of this certificate (a file), one well and the others not: `{what: (() -> XML, whether
    it is good)}`. `declared` are the namespaces that the XML has to declare."""
    template = encrypted([OAEP], [""], "", 'xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"')
    data = re.search(r"<xenc:EncryptedData.*</xenc:EncryptedData>", template).group(0)
    command = ["xmlsec1", "--encrypt", "--pubkey-cert-pem", certificate, "--session-key", "aes-256"]
    folder = certificate + ".name"
    for end, text in ((".xml", plain), (".tmpl", data)):
        with open(folder + end, "w", encoding="utf-8") as file:
            file.write(text)
    command += ["--xml-data", folder + ".xml", "--output", folder + ".out", folder + ".tmpl"]
    subprocess.run(command, check=True, capture_output=True)
    with open(folder + ".out", encoding="utf-8") as file:
        key, content = ("".join(one.split()) for one in re.findall(r"CipherValue>([^<]+)<", file.read()))
    # As long as the key and below its modulus, so that it is decrypted and only then found to be nothing.
    length = len(base64.b64decode(key))
    random = lambda: encoded(b"\x01" + secrets.token_bytes(length - 1))
    noise = lambda length: encoded(secrets.token_bytes(length))
    make = lambda *arguments: lambda: encrypted(*(one() if callable(one) else one for one in arguments), declared)
    return {
        "well": (make([OAEP], [key], content), True),
        "random key": (make([OAEP], lambda: [random()], content), False),
        "4 random keys, 50 KB": (make([OAEP] * 4, lambda: [random() for _ in range(4)], lambda: noise(37_500)), False),
        "random content of 50 KB": (make([OAEP], [key], lambda: noise(37_500)), False),
        "90 random keys": (make([OAEP] * 90, lambda: [random() for _ in range(90)], content), False),
        "RSA 1.5": (make([f"{XENC}rsa-1_5"], lambda: [random()], content), False),
        "a key of 50 KB": (make([OAEP], lambda: [noise(37_500)], content), False),
    }


def encrypted(methods, keys, content, declared):
    """An encrypted name of these ciphertexts, in canonical form."""
    value = lambda text: f"<xenc:CipherData><xenc:CipherValue>{text}</xenc:CipherValue></xenc:CipherData>"
    way = lambda name: f'<xenc:EncryptionMethod Algorithm="{name}"></xenc:EncryptionMethod>'
    inside_keys = "".join(
        f"<xenc:EncryptedKey>{way(method)}{value(key)}</xenc:EncryptedKey>" for method, key in zip(methods, keys)
    )
    space = " " if declared else ""
    return (
        f'<saml:EncryptedID{space}{declared}><xenc:EncryptedData xmlns:xenc="{XENC}" Type="{ELEMENT}">{way(GCM)}'
        f'<ds:KeyInfo xmlns:ds="{DS}">{inside_keys}</ds:KeyInfo>{value(content)}</xenc:EncryptedData></saml:EncryptedID>'
    )
