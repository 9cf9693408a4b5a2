// Who said what in an article: node main.js [FILE] [HOST:PORT]. Needs @grpc/grpc-js and @grpc/proto-loader.
"use strict";
const fs = require("fs");
const path = require("path");
const grpc = require("@grpc/grpc-js");
const loader = require("@grpc/proto-loader");

const [file = path.join(__dirname, "../article.txt"), server = "localhost:50051"] = process.argv.slice(2);
const TIMEOUT = 60_000; // milliseconds

// `arrays` and `defaults`: a result without statements then has an empty list instead of no property.
const contract = loader.loadSync(["sayso/v1/quotes.proto", "google/rpc/status.proto", "google/rpc/error_details.proto"], {
  includeDirs: [path.join(__dirname, "../../protos")],
  arrays: true,
  defaults: true,
  enums: String,
  longs: Number,
});
const { QuoteService } = grpc.loadPackageDefinition(contract).sayso.v1;

/** The result of one call. */
function call(client, request) {
  return new Promise((resolve, reject) => {
    const deadline = Date.now() + TIMEOUT;
    client.ExtractQuotes(request, { deadline }, (error, response) => (error ? reject(error) : resolve(response.result)));
  });
}

/** Extracts a text; if the server is overloaded, waits as long as it asks and tries again. */
async function extract(client, text, languageCode = "", tries = 3) {
  const request = { document: { text, languageCode }, options: { offsetEncoding: "OFFSET_ENCODING_UTF16" } };
  for (let left = tries - 1; ; left--) {
    try {
      return await call(client, request);
    } catch (error) {
      const { retryDelay } = details(error).RetryInfo ?? {};
      if (error.code !== grpc.status.RESOURCE_EXHAUSTED || !retryDelay || !left) throw error;
      await new Promise((resolve) => setTimeout(resolve, retryDelay.seconds * 1000 + retryDelay.nanos / 1e6));
    }
  }
}

/** The details of an error, by message name: { ErrorInfo: {...}, BadRequest: {...} }. */
function details(error) {
  const found = {};
  const [bytes] = error.metadata?.get("grpc-status-details-bin") ?? [];
  if (bytes === undefined) return found;
  for (const detail of contract["google.rpc.Status"].deserialize(bytes).details) {
    const name = detail.type_url.split("/").pop();
    const type = contract[name];
    if (type) found[name.replace("google.rpc.", "")] = type.deserialize(detail.value);
  }
  return found;
}

function show({ statements, speakers }) {
  const names = new Map(speakers.map((speaker) => [speaker.speakerId, speaker.displayName]));
  for (const { speakerId, source, contentSpans } of statements) {
    console.log(`${names.get(speakerId) ?? source?.text ?? "?"}: ${contentSpans.map((span) => span.text).join(" ")}`);
  }
  if (statements.length === 0) console.log("no statements");
}

async function main() {
  const client = new QuoteService(server, grpc.credentials.createInsecure());
  show(await extract(client, fs.readFileSync(file, "utf8")));
  show(await extract(client, "The weather was fine on Tuesday."));
  try {
    await extract(client, "“Non”, a dit Mara Olin.", "fr");
  } catch (error) {
    const { ErrorInfo, BadRequest } = details(error);
    if (!BadRequest) throw error;
    console.log(`${ErrorInfo.reason} in ${BadRequest.fieldViolations[0].field}: ${error.details}`);
  }
  client.close();
}

process.stdout.on("error", (error) => {
  if (error.code !== "EPIPE") throw error;
  process.exit(); // | head has read enough
});

main().catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
