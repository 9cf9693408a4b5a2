// Connect for TypeScript, without generated code: the contract comes as a set of descriptors.
// node connect.mjs URL DESCRIPTORS TEXT
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";

const require = createRequire(process.env.NODE_PATH + "/"); // modules do not heed NODE_PATH
const { createFileRegistry, fromBinary } = require("@bufbuild/protobuf");
const { FileDescriptorSetSchema } = require("@bufbuild/protobuf/wkt");
const { Code, ConnectError, createClient } = require("@connectrpc/connect");
const { createConnectTransport } = require("@connectrpc/connect-node");

const [baseUrl, descriptors, text] = process.argv.slice(2);
const registry = createFileRegistry(fromBinary(FileDescriptorSetSchema, readFileSync(descriptors)));
const service = registry.getService("sayso.v1.QuoteService");
const seen = {};
for (const useBinaryFormat of [false, true]) {
  const client = createClient(service, createConnectTransport({ baseUrl, httpVersion: "1.1", useBinaryFormat }));
  const options = { offsetEncoding: 2 };
  const { result } = await client.extractQuotes({ document: { text }, options }, { timeoutMs: 30000 });
  const [span] = result.statements[0].contentSpans;
  const error = ConnectError.from(await client.extractQuotes({ document: { text, languageCode: "fr" } }).catch(raised => raised));
  const [info] = error.findDetails(registry.getMessage("google.rpc.ErrorInfo"));
  seen[useBinaryFormat ? "binary" : "json"] = {
    sliced: text.slice(span.start, span.end), text: span.text, code: Code[error.code], reason: info.reason,
    ready: (await client.getServerInfo({})).ready,
  };
}
console.log(JSON.stringify(seen));
