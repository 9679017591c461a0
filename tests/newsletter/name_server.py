"""A small name server on this machine: real questions over UDP, answers from a table."""

import socket
import threading
from collections.abc import Mapping
from typing import Self

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset


class NameServer:
    """Answers TXT and NS from `texts` while the `with` body runs.

    texts:  the records by name, each a text; a name with [] is there, without records.
    silent: it hears every question and answers none.
    """

    def __init__(self, texts: Mapping[str, list[str]], *, silent: bool = False) -> None:
        self.texts, self.silent = dict(texts), silent
        self.asked: list[str] = []
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._serve)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as waker:
            waker.sendto(b"", ("127.0.0.1", self.port))
        self._thread.join()
        self._socket.close()

    def _serve(self) -> None:
        while not self._stopping.is_set():
            question, sender = self._socket.recvfrom(4096)
            if question and not self.silent:
                self._socket.sendto(self._answer(dns.message.from_wire(question)), sender)

    def _answer(self, query: dns.message.Message) -> bytes:
        asked = query.question[0]
        name = asked.name.to_text(omit_final_dot=True).lower()
        self.asked.append(name)
        answer = dns.message.make_response(query)
        answer.flags |= dns.flags.RA
        if not any(one == name or one.endswith(f".{name}") for one in self.texts):
            answer.set_rcode(dns.rcode.NXDOMAIN)
        elif asked.rdtype == dns.rdatatype.TXT and self.texts.get(name):
            quoted = [_quoted(text) for text in self.texts[name]]
            answer.answer.append(dns.rrset.from_text_list(asked.name, 60, "IN", "TXT", quoted))
        return answer.to_wire(max_size=4096)


def _quoted(text: str) -> str:
    parts = [text[at : at + 250] for at in range(0, len(text), 250)] or [""]
    return " ".join('"' + part.replace("\\", "\\\\").replace('"', '\\"') + '"' for part in parts)
