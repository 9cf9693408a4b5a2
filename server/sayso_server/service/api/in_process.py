"""The service without gRPC, for `sayso.Client(local=True)`, which finds it by the entry point `sayso.local`."""

from functools import cached_property

from google.rpc import status_pb2

from sayso.v1 import quotes_pb2 as pb
from sayso_server.core.pipeline import Extractor, outcomes
from sayso_server.core.statement import Extraction
from sayso_server.service.api.requests import Wishes, day_of_publication, read_options, refusal, result_context
from sayso_server.service.api.responses import result_message, server_info_message
from sayso_server.service.errors import ServiceError, extraction_failed, model_refused
from sayso_server.service.settings import Limits


class LocalService:
    """Answers requests of the contract in this process. Not thread-safe; the first request loads the model.

    Failed calls return the same status as those of the server.
    """

    def __init__(self, model: str) -> None:
        self._model = model
        self._limits = Limits()

    def extract(self, request: pb.BatchExtractQuotesRequest) -> pb.BatchExtractQuotesResponse | status_pb2.Status:
        """One outcome per document, in order."""
        try:
            return pb.BatchExtractQuotesResponse(outcomes=self._outcomes(request))
        except ServiceError as error:
            return error.status()

    def info(self) -> pb.GetServerInfoResponse | status_pb2.Status:
        """The description of a server with this model."""
        try:
            return server_info_message(self._engine.model, self._limits)
        except ServiceError as error:
            return error.status()

    def _outcomes(self, request: pb.BatchExtractQuotesRequest) -> list[pb.Outcome]:
        wishes = read_options(request.options)
        refusals = [(document, refusal(document, self._limits)) for document in request.documents]
        accepted = [document for document, refused in refusals if not refused]
        texts = [document.text for document in accepted]
        options = [wishes.options.on(day_of_publication(document)) for document in accepted]
        answers = iter(outcomes(self._engine, texts, options) if texts else ())
        return [
            pb.Outcome(error=refused.status()) if refused else self._outcome(document, next(answers), wishes)
            for document, refused in refusals
        ]

    def _outcome(self, document: pb.Document, extraction: Extraction | Exception, wishes: Wishes) -> pb.Outcome:
        if isinstance(extraction, Exception):
            return pb.Outcome(error=extraction_failed().status())
        context = result_context(document, wishes)
        return pb.Outcome(result=result_message(extraction, self._engine.model, context))

    @cached_property
    def _engine(self) -> Extractor:
        from sayso_server.parsing.errors import ModelError
        from sayso_server.parsing.load import load_engine  # imports torch

        try:
            return load_engine(self._model)
        except ModelError as error:
            raise model_refused(str(error)) from error
