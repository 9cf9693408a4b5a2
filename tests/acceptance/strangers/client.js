// grpc-js and proto-loader, as a Node service would use them: node client.js ADDRESS PROTOS TEXT
const grpc = require('@grpc/grpc-js');
const loader = require('@grpc/proto-loader');

const [address, protos, text] = process.argv.slice(2);
const definition = loader.loadSync('sayso/v1/quotes.proto', { includeDirs: [protos], keepCase: true, enums: String });
const { QuoteService } = grpc.loadPackageDefinition(definition).sayso.v1;
const client = new QuoteService(address, grpc.credentials.createInsecure());
const options = { offset_encoding: 'OFFSET_ENCODING_UTF16' };

client.ExtractQuotes({ document: { text }, options }, (error, response) => {
  if (error) throw error;
  const [span] = response.result.statements[0].content_spans;
  client.ExtractQuotes({ document: { text, language_code: 'de' } }, (refused) => {
    const stream = client.StreamExtractQuotes();
    const ids = [];
    stream.on('data', (answer) => ids.push(answer.correlation_id));
    stream.on('end', () => {
      const sliced = text.slice(span.start, span.end);
      console.log(JSON.stringify({ sliced, text: span.text, code: refused.code, ids: ids.sort() }));
      client.close();
    });
    for (const id of ['a', 'b', 'c']) stream.write({ correlation_id: id, document: { text } });
    stream.end();
  });
});
