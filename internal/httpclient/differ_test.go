package httpclient

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
)

// A reading is how a client reads an answer.
type reading struct {
	ok     bool
	status int
	body   string
}

func (r reading) String() string {
	if !r.ok {
		return "refused"
	}
	return fmt.Sprintf("%d %.60q", r.status, r.body)
}

// serveNumbered serves raw answers by the number in the path, and a valid one
// for any other path.
func serveNumbered(all []rawAnswer, closes bool, write func(c net.Conn, raw string)) func(c net.Conn) {
	return func(c net.Conn) {
		for in := bufio.NewReader(c); ; {
			r, err := http.ReadRequest(in)
			if err != nil {
				return
			}
			raw := good
			if number, err := strconv.Atoi(strings.TrimPrefix(r.URL.Path, "/")); err == nil {
				raw = all[number].raw
			}
			write(c, raw)
			if closes {
				return
			}
		}
	}
}

// inParallel calls do for every answer, a few at once.
func inParallel(all []rawAnswer, do func(i int)) {
	var group sync.WaitGroup
	for part := range 4 {
		group.Go(func() {
			for i := part; i < len(all); i += 4 {
				do(i)
			}
		})
	}
	group.Wait()
}

// readWithClient returns how this package's client reads an answer.
func readWithClient(t *testing.T, c *Client, url, method string) (reading, Response) {
	ctx, cancel := context.WithTimeout(t.Context(), testTimeout)
	defer cancel()
	r, err := c.NewRequest(method, url, nil, nil)
	if err != nil {
		t.Error(err)
		return reading{}, Response{}
	}
	var a Response
	if err := c.Do(ctx, r, 1<<20, &a); err != nil {
		if ctx.Err() != nil {
			t.Errorf("%s %s hangs: %v", method, url, err)
		}
		return reading{}, a
	}
	return reading{true, a.Status, string(a.Body)}, a
}

// readWithNetHTTP returns how net/http's client reads it.
func readWithNetHTTP(t *testing.T, c *http.Transport, url, method string) reading {
	r, err := http.NewRequestWithContext(t.Context(), method, url, nil)
	if err != nil {
		t.Error(err)
		return reading{}
	}
	answer, err := c.RoundTrip(r)
	if err != nil {
		return reading{}
	}
	defer answer.Body.Close()
	if answer.StatusCode == http.StatusSwitchingProtocols {
		return reading{true, 101, ""}
	}
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		return reading{}
	}
	return reading{true, answer.StatusCode, string(body)}
}

// Every answer is read as net/http reads it, except for those in a table of
// differences, which gives the reasons.
func TestAnswersBesideNetHTTP(t *testing.T) {
	all := rawAnswers()
	if len(all) < 400 {
		t.Fatalf("compared only %d answers", len(all))
	}
	s := serveRaw(t, func(c *net.TCPConn) {
		serveNumbered(all, true, func(c net.Conn, raw string) { _, _ = io.WriteString(c, raw) })(c)
	})
	ours := client(t, Options{})
	theirs := &http.Transport{DisableKeepAlives: true, DisableCompression: true}
	var mu sync.Mutex
	seen := map[string]bool{}
	inParallel(all, func(i int) {
		url := s.url + "/" + strconv.Itoa(i)
		ours, _ := readWithClient(t, ours, url, all[i].method)
		theirs := readWithNetHTTP(t, theirs, url, all[i].method)
		mu.Lock()
		defer mu.Unlock()
		known, listed := differences[all[i].name]
		seen[all[i].name] = true
		switch {
		case ours == theirs && listed:
			t.Errorf("both read %s as %v, but it is in the table of differences", all[i].name, ours)
		case !listed && ours != theirs:
			t.Errorf("%s\n\tis read as        %v\n\tby net/http as    %v", all[i].name, ours, theirs)
		case ours == theirs:
		default:
			if got := ours.String(); got != known.ours {
				t.Errorf("%s is read as %s, the table of differences says %s", all[i].name, got, known.ours)
			}
			if got := theirs.String(); got != known.theirs {
				t.Errorf("net/http reads %s as %s, the table of differences says %s", all[i].name, got, known.theirs)
			}
		}
	})
	for name := range differences {
		if !seen[name] {
			t.Errorf("the table of differences has an unknown answer %s", name)
		}
	}
}

// An answer is read the same however TCP splits it. A truncated answer is read
// as net/http reads it, if both read the whole alike.
func TestAnswersInAnySegments(t *testing.T) {
	all := rawAnswers()
	inParallel(all, func(i int) {
		raw, toHEAD := all[i].raw, all[i].method == "HEAD"
		whole, _, err := readAnswer(strings.NewReader(raw), toHEAD, 0)
		want := newReading(whole, err)
		same := func(how string, src io.Reader) {
			a, _, err := readAnswer(src, toHEAD, 0)
			if got := newReading(a, err); got != want {
				t.Errorf("%s is read as %v at once, %s as %v", all[i].name, want, how, got)
			}
		}
		same("byte by byte", iotest.OneByteReader(strings.NewReader(raw)))
		if len(raw) > 2000 {
			return
		}
		for at := range len(raw) {
			same(fmt.Sprintf("cut at %d", at), io.MultiReader(strings.NewReader(raw[:at]), strings.NewReader(raw[at:])))
			if _, differs := differences[all[i].name]; differs {
				continue
			}
			a, _, err := readAnswer(strings.NewReader(raw[:at]), toHEAD, 0)
			ours := newReading(a, err)
			status, body, err := readStandard([]byte(raw[:at]), all[i].method)
			theirs := reading{err == nil, status, string(body)}
			switch {
			case !ours.ok:
			case !theirs.ok:
				t.Errorf("%q is truncated, read as %v, and refused by net/http", raw[:at], ours)
			case ours != theirs:
				t.Errorf("%q is read as %v, by net/http as %v", raw[:at], ours, theirs)
			}
		}
	})
}

// newReading returns the reading of a response.
func newReading(a Response, err error) reading {
	if err != nil {
		return reading{}
	}
	return reading{true, a.Status, string(a.Body)}
}

// The request after any answer gets its own answer, over TCP and over TLS, with
// all records in one segment.
func TestNextAnswerIsIndependent(t *testing.T) {
	var all []rawAnswer
	for _, answer := range rawAnswers() {
		in := newReader(strings.NewReader(answer.raw))
		a := Response{}
		_, err := responseReader{in: &in, response: &a, keep: 1 << 20}.read(answer.method == "HEAD")
		var known *Error
		in.release()
		complete := err == nil && !bytes.HasSuffix([]byte(answer.raw), a.Body)
		if complete || errors.As(err, &known) {
			all = append(all, answer) // the others end with the connection
		}
	}
	if len(all) < 200 {
		t.Fatalf("only %d answers can be followed by another", len(all))
	}
	follow := func(c *Client, url string) {
		inParallel(all, func(i int) {
			first, _ := readWithClient(t, c, url+"/"+strconv.Itoa(i), all[i].method)
			a, _, err := readAnswer(strings.NewReader(all[i].raw), all[i].method == "HEAD", 0)
			if want := newReading(a, err); first != want {
				t.Errorf("%s is read as %v, from memory as %v", all[i].name, first, want)
			}
			if next, _ := readWithClient(t, c, url+"/good", "GET"); next.body != "good" {
				t.Errorf("after %s: got %v", all[i].name, next)
			}
		})
	}
	t.Run("TCP", func(t *testing.T) {
		t.Parallel()
		s := serveRaw(t, func(c *net.TCPConn) {
			serveNumbered(all, false, func(c net.Conn, raw string) { _, _ = io.WriteString(c, raw) })(c)
		})
		follow(client(t, Options{KeepAlive: true}), s.url)
	})
	t.Run("TLS", func(t *testing.T) {
		t.Parallel()
		s, trust := serveRawTLS(t, 0, func(c tlsConn) {
			serveNumbered(all, false, func(_ net.Conn, raw string) { c.writeRecords(splitRecords(raw)...) })(c)
		})
		follow(client(t, Options{KeepAlive: true, TLS: trust}), s.url)
	})
}

// splitRecords splits an answer into records of one byte, so that one of them
// ends with the answer, and a long one into larger records.
func splitRecords(raw string) (pieces []string) {
	for size := 1; len(raw) > 0; raw = raw[len(pieces[len(pieces)-1]):] {
		if len(pieces) > 500 {
			size = 1000
		}
		pieces = append(pieces, raw[:min(size, len(raw))])
	}
	return pieces
}
