// Buys what a file holds, once, with Go's standard library:
//
//	buyonce serve --sandbox &
//	go run buy.go order.json
//
// BUYONCE_URL is where the server is, BUYONCE_TOKEN the token where it asks for one, BUYONCE_WAIT for how many seconds it waits (600). Exit code: 0 all is bought or skipped, 3 something
// was refused, 4 something may be bought or waits for a person, 2 the order was not accepted, 1 it is not known: run it again.
// (go run says them and ends with 1; go build makes a program that ends with them.)
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math/rand"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"
)

type money struct{ Amount, Currency string }

// Amounts stay text: a floating point number is not exact.
func (m money) String() string { return m.Amount + " " + m.Currency }

type report struct {
	State    string
	Totals   []money
	Outcomes []struct {
		RecIndex   int
		Status     string
		Price      *money
		Note       string
		Commitment struct{ ID string }
		Error      struct{ Message string }
	}
}

var end = time.Now().Add(patience())

func patience() time.Duration {
	if seconds, err := strconv.Atoi(os.Getenv("BUYONCE_WAIT")); err == nil {
		return time.Duration(seconds) * time.Second
	}
	return 10 * time.Minute
}

// So that callers who failed together do not come back together.
var random = rand.New(rand.NewSource(time.Now().UnixNano()))

var client = &http.Client{
	Timeout: min(30*time.Second, patience()),
	// Where a redirect leads, nobody has said that the order may go.
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}

func stop(code int, text string) {
	fmt.Fprintln(os.Stderr, text)
	os.Exit(code)
}

// Sends a request once.
func send(method, address string, header http.Header, body []byte) (status int, said []byte, after time.Duration, err error) {
	request, err := http.NewRequest(method, address, bytes.NewReader(body))
	if err != nil {
		return
	}
	request.Header = header
	response, err := client.Do(request)
	if err != nil {
		return
	}
	defer response.Body.Close()
	// An answer that is cut off is an error here.
	said, err = io.ReadAll(response.Body)
	seconds, _ := strconv.Atoi(response.Header.Get("Retry-After"))
	return response.StatusCode, said, time.Duration(seconds) * time.Second, err
}

// Sends a request until it is answered, the same byte for byte every time; and says when to ask again, if it is worked on.
func ask(method, address string, header http.Header, body []byte) (answer report, after time.Duration) {
	for pause := 500 * time.Millisecond; ; pause = min(pause*2, 10*time.Second) {
		status, said, wait, err := send(method, address, header, body)
		why := fmt.Sprintf("HTTP %d: %s", status, said)
		if err == nil && (status == 200 || status == 202) {
			if err = json.Unmarshal(said, &answer); err == nil {
				return answer, wait
			}
		}
		if err != nil {
			// Not reached, broken off, or cut in the middle: the server may have recorded the order all the same.
			why = fmt.Sprintf("No answer (%v): it is not known whether it was bought. Run the same again.", err)
		} else if status >= 400 && status < 500 && status != 429 {
			// A refusal is an answer: it is not sent again.
			stop(2, why)
		} else if status != 429 && (status < 502 || status > 504) {
			stop(1, why)
		}
		wait += time.Duration(float64(pause) * (0.5 + random.Float64()/2))
		if time.Now().Add(wait).After(end) {
			stop(1, why)
		}
		fmt.Fprintf(os.Stderr, "%s Sent again in %.0f s.\n", why, wait.Seconds())
		time.Sleep(wait)
	}
}

func min(a, b time.Duration) time.Duration {
	if a < b {
		return a
	}
	return b
}

func main() {
	if len(os.Args) != 2 {
		stop(2, "Name the file of the order.")
	}
	body, err := os.ReadFile(os.Args[1])
	if err != nil {
		stop(2, err.Error())
	}
	// The id comes from the order and never changes. An answer that is lost says nothing about the purchase: whoever sends the
	// order again under a new id buys it twice.
	var order struct{ ExecutionID string }
	if err := json.Unmarshal(body, &order); err != nil || order.ExecutionID == "" {
		stop(2, os.Args[1]+" is not JSON with an executionId.")
	}
	part := url.PathEscape(order.ExecutionID)
	base := os.Getenv("BUYONCE_URL")
	if base == "" {
		base = "http://127.0.0.1:4780"
	}
	address := base + "/v1/executions/" + part
	header := http.Header{}
	if token := os.Getenv("BUYONCE_TOKEN"); token != "" {
		header.Set("Authorization", "Bearer "+token)
	}
	submission := header.Clone()
	submission.Set("Content-Type", "application/json")
	submission.Set("Idempotency-Key", `"`+part+`"`)

	answer, after := ask("PUT", address, submission, body)
	// While something is worked on, the answer says when to ask again.
	for after > 0 && time.Now().Before(end) {
		time.Sleep(after)
		answer, after = ask("GET", address, header, nil)
	}

	// What may be bought weighs more than what is surely not.
	code := 0
	for _, one := range answer.Outcomes {
		price, what := "-", "-"
		if one.Price != nil {
			price = one.Price.String()
		}
		for _, text := range []string{one.Note, one.Error.Message, one.Commitment.ID} {
			if text != "" {
				what = text
			}
		}
		fmt.Printf("%-4d %-18s %-16s %s\n", one.RecIndex, one.Status, price, what)
		switch one.Status {
		case "unresolved", "in-progress", "written-off":
			code = 4
		case "refused", "rejected":
			if code == 0 {
				code = 3
			}
		}
	}
	if answer.State == "waiting" {
		code = 4
	}
	totals := []string{}
	for _, one := range answer.Totals {
		totals = append(totals, one.String())
	}
	fmt.Printf("%s: %s\n", answer.State, strings.Join(totals, ", "))
	os.Exit(code)
}
