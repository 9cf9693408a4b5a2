// Node's own fetch, as a service without a library would use it: node fetch.mjs URL TOKEN TEXT
const [url, token, text] = process.argv.slice(2);

async function call(method, message, headers = {}) {
  const response = await fetch(`${url}/sayso.v1.QuoteService/${method}`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${token}`, "x-request-id": "fetch-1", ...headers },
    body: JSON.stringify(message),
    signal: AbortSignal.timeout(30000),
  });
  return { status: response.status, id: response.headers.get("x-request-id"), answer: await response.json() };
}

const options = { offsetEncoding: "OFFSET_ENCODING_UTF16" };
const good = await call("ExtractQuotes", { document: { text }, options });
const [span] = good.answer.result.statements[0].contentSpans;
const bad = await call("ExtractQuotes", { document: { text, languageCode: "fr" } });
const stranger = await call("GetServerInfo", {}, { authorization: "Bearer wrong" });
const batch = await call("BatchExtractQuotes", { documents: [{ text }, { text: "x".repeat(200001) }, { text }] });
const many = await Promise.all(Array.from({ length: 50 }, () => call("ExtractQuotes", { document: { text } })));
console.log(JSON.stringify({
  sliced: text.slice(span.start, span.end), text: span.text, id: good.id,
  bad: [bad.status, bad.answer.code, bad.answer.details[0].debug.reason],
  stranger: [stranger.status, stranger.answer.code],
  batch: batch.answer.outcomes.map((outcome) => Object.keys(outcome)[0]),
  many: many.filter((one) => one.status === 200).length,
}));
