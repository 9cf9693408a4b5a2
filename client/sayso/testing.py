"""A local server with canned responses, to test programs that call sayso: real gRPC, no models.

>>> import sayso
>>> from sayso.testing import FakeServer, Said, result
>>> text = "“The plan failed,” said Mara Olin."
>>> with FakeServer({text: result(text, Said("Mara Olin", "“The plan failed,”", cue="said"))}) as server:
...     with sayso.Client(server.address) as client:
...         client.extract(text).statements
(Statement(s1, direct, 'Mara Olin' said: '“The plan failed,”'),)
"""

from sayso._testing.results import Said, result
from sayso._testing.server import Answer, Answers, FakeServer, Recorded

__all__ = ["Answer", "Answers", "FakeServer", "Recorded", "Said", "result"]
