// Who said what in an article: sayso-example [FILE] [HOST:PORT].
package main

import (
	"context"
	"fmt"
	"log"
	"os"
	"strings"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	sayso "example.com/sayso/gen/sayso/v1"
)

const timeout = time.Minute

// extract returns the result for a text; if the server is overloaded, it waits as long as the server asks, and retries.
func extract(client sayso.QuoteServiceClient, text, language string) (*sayso.Result, error) {
	request := &sayso.ExtractQuotesRequest{
		Document: &sayso.Document{Text: text, LanguageCode: language},
		Options:  &sayso.ExtractOptions{OffsetEncoding: sayso.OffsetEncoding_OFFSET_ENCODING_UTF8},
	}
	for left := 2; ; left-- {
		ctx, cancel := context.WithTimeout(context.Background(), timeout)
		response, err := client.ExtractQuotes(ctx, request)
		cancel()
		if err == nil {
			return response.GetResult(), nil
		}
		wait := retryDelay(err)
		if status.Code(err) != codes.ResourceExhausted || wait == nil || left == 0 {
			return nil, err
		}
		time.Sleep(*wait)
	}
}

// retryDelay returns the delay that the server asks for; nil if it gives none.
func retryDelay(err error) *time.Duration {
	for _, detail := range status.Convert(err).Details() {
		if retry, ok := detail.(*errdetails.RetryInfo); ok {
			wait := retry.GetRetryDelay().AsDuration()
			return &wait
		}
	}
	return nil
}

// invalid describes an invalid request and its field; empty for any other error.
func invalid(err error) string {
	var reason, field string
	for _, detail := range status.Convert(err).Details() {
		switch one := detail.(type) {
		case *errdetails.ErrorInfo:
			reason = one.GetReason()
		case *errdetails.BadRequest:
			field = one.GetFieldViolations()[0].GetField()
		}
	}
	if status.Code(err) != codes.InvalidArgument || field == "" {
		return ""
	}
	return fmt.Sprintf("%s in %s: %s", reason, field, status.Convert(err).Message())
}

func show(result *sayso.Result) {
	names := map[string]string{}
	for _, speaker := range result.GetSpeakers() {
		names[speaker.GetSpeakerId()] = speaker.GetDisplayName()
	}
	for _, statement := range result.GetStatements() {
		var words []string
		for _, span := range statement.GetContentSpans() {
			words = append(words, span.GetText())
		}
		name := names[statement.GetSpeakerId()]
		if name == "" {
			name = statement.GetSource().GetText()
		}
		if name == "" {
			name = "?"
		}
		fmt.Printf("%s: %s\n", name, strings.Join(words, " "))
	}
	if len(result.GetStatements()) == 0 {
		fmt.Println("no statements")
	}
}

// argument returns an argument of the command line, or its default.
func argument(number int, otherwise string) string {
	if len(os.Args) > number {
		return os.Args[number]
	}
	return otherwise
}

func main() {
	article, err := os.ReadFile(argument(1, "../article.txt"))
	if err != nil {
		log.Fatal(err)
	}
	connection, err := connect(argument(2, "localhost:50051"))
	if err != nil {
		log.Fatal(err)
	}
	defer connection.Close()
	client := sayso.NewQuoteServiceClient(connection)
	for _, text := range []string{string(article), "The weather was fine on Tuesday."} {
		result, err := extract(client, text, "")
		if err != nil {
			log.Fatal(err)
		}
		show(result)
	}
	_, err = extract(client, "“Non”, a dit Mara Olin.", "fr")
	if message := invalid(err); message != "" {
		fmt.Println(message)
	} else {
		log.Fatal(err)
	}
}
