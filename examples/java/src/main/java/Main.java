import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import com.google.rpc.Status;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Metadata;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.ProtoUtils;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import sayso.v1.Document;
import sayso.v1.ExtractOptions;
import sayso.v1.ExtractQuotesRequest;
import sayso.v1.OffsetEncoding;
import sayso.v1.QuoteServiceGrpc;
import sayso.v1.Result;
import sayso.v1.Span;
import sayso.v1.Speaker;
import sayso.v1.Statement;

/** Who said what in an article: java Main [FILE] [HOST:PORT]. */
public final class Main {
    private static final int TIMEOUT_SECONDS = 60;
    private static final Metadata.Key<Status> DETAILS =
            Metadata.Key.of("grpc-status-details-bin", ProtoUtils.metadataMarshaller(Status.getDefaultInstance()));

    private final QuoteServiceGrpc.QuoteServiceBlockingStub stub;

    private Main(ManagedChannel channel) {
        stub = QuoteServiceGrpc.newBlockingStub(channel);
    }

    /** Extracts a text; if the server is overloaded, waits as long as it asks and tries again. */
    private Result extract(String text, String language) throws InterruptedException {
        ExtractQuotesRequest request = ExtractQuotesRequest.newBuilder()
                .setDocument(Document.newBuilder().setText(text).setLanguageCode(language))
                .setOptions(ExtractOptions.newBuilder().setOffsetEncoding(OffsetEncoding.OFFSET_ENCODING_UTF16))
                .build();
        for (int left = 2; ; left--) {
            try {
                return stub.withDeadlineAfter(TIMEOUT_SECONDS, TimeUnit.SECONDS).extractQuotes(request).getResult();
            } catch (StatusRuntimeException error) {
                Optional<RetryInfo> retry = detail(error, RetryInfo.class);
                boolean overloaded = error.getStatus().getCode() == io.grpc.Status.Code.RESOURCE_EXHAUSTED;
                if (!overloaded || retry.isEmpty() || left == 0) {
                    throw error;
                }
                long nanos = retry.get().getRetryDelay().getNanos();
                Thread.sleep(retry.get().getRetryDelay().getSeconds() * 1000 + nanos / 1_000_000);
            }
        }
    }

    /** The error detail of this type. */
    private static <T extends Message> Optional<T> detail(StatusRuntimeException error, Class<T> type) {
        Status status = error.getTrailers() == null ? null : error.getTrailers().get(DETAILS);
        if (status == null) {
            return Optional.empty();
        }
        for (Any packed : status.getDetailsList()) {
            if (packed.is(type)) {
                try {
                    return Optional.of(packed.unpack(type));
                } catch (InvalidProtocolBufferException broken) {
                    throw new IllegalStateException(broken);
                }
            }
        }
        return Optional.empty();
    }

    private static void show(Result result) {
        Map<String, String> names = result.getSpeakersList().stream()
                .collect(Collectors.toMap(Speaker::getSpeakerId, Speaker::getDisplayName));
        for (Statement statement : result.getStatementsList()) {
            String mention = statement.hasSource() ? statement.getSource().getText() : "?";
            String words = statement.getContentSpansList().stream().map(Span::getText).collect(Collectors.joining(" "));
            System.out.println(names.getOrDefault(statement.getSpeakerId(), mention) + ": " + words);
        }
        if (result.getStatementsCount() == 0) {
            System.out.println("no statements");
        }
    }

    public static void main(String[] arguments) throws Exception {
        Path article = Path.of(arguments.length > 0 ? arguments[0] : "../article.txt");
        String server = arguments.length > 1 ? arguments[1] : "localhost:50051";
        ManagedChannel channel = ManagedChannelBuilder.forTarget(server).usePlaintext().build();
        try {
            Main client = new Main(channel);
            show(client.extract(Files.readString(article, StandardCharsets.UTF_8), ""));
            show(client.extract("The weather was fine on Tuesday.", ""));
            try {
                client.extract("“Non”, a dit Mara Olin.", "fr");
            } catch (StatusRuntimeException error) {
                String reason = detail(error, ErrorInfo.class).map(ErrorInfo::getReason).orElse("");
                BadRequest bad = detail(error, BadRequest.class).orElseThrow(() -> error);
                String field = bad.getFieldViolations(0).getField();
                System.out.println(reason + " in " + field + ": " + error.getStatus().getDescription());
            }
        } finally {
            channel.shutdownNow();
        }
    }
}
