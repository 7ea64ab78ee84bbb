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

// A reading is what a client makes of an answer.
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

// numbered serves raw answers by the number in a request's path, and one that is
// good for any other path.
func numbered(all []rawAnswer, closes bool, write func(c net.Conn, raw string)) func(c net.Conn) {
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

// inParallel does something for every answer, a few at once.
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

// readNumbered is what this package's client makes of an answer.
func readNumbered(t *testing.T, c *Client, url, method string) (reading, Response) {
	ctx, cancel := context.WithTimeout(t.Context(), patience)
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

// readByNetHTTP is what net/http's client makes of it.
func readByNetHTTP(t *testing.T, c *http.Transport, url, method string) reading {
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

// Every answer is read as net/http's client reads it, but for those in a table,
// which says why.
func TestAnswersBesideNetHTTP(t *testing.T) {
	all := rawAnswers()
	if len(all) < 400 {
		t.Fatalf("only %d answers are compared", len(all))
	}
	s := serveRaw(t, func(c *net.TCPConn) {
		numbered(all, true, func(c net.Conn, raw string) { _, _ = io.WriteString(c, raw) })(c)
	})
	ours := client(t, Options{})
	theirs := &http.Transport{DisableKeepAlives: true, DisableCompression: true}
	var mu sync.Mutex
	seen := map[string]bool{}
	inParallel(all, func(i int) {
		url := s.url + "/" + strconv.Itoa(i)
		we, _ := readNumbered(t, ours, url, all[i].method)
		they := readByNetHTTP(t, theirs, url, all[i].method)
		mu.Lock()
		defer mu.Unlock()
		known, listed := differences[all[i].name]
		seen[all[i].name] = true
		switch {
		case we == they && listed:
			t.Errorf("%s is %v to both; it is in the table of differences", all[i].name, we)
		case we != they && !listed:
			t.Errorf("%s\n\tis to us       %v\n\tto net/http    %v", all[i].name, we, they)
		case we != they && (known.we != we.String() || known.they != they.String()):
			t.Errorf("%s is to us %v, to net/http %v, not %s and %s", all[i].name, we, they, known.we, known.they)
		}
	})
	for name := range differences {
		if !seen[name] {
			t.Errorf("there is no answer %s, which is in the table of differences", name)
		}
	}
}

// An answer is the same however TCP cuts it, at every byte; and one that ends at
// any byte is what it is to net/http, where both read the whole alike.
func TestAnswersHoweverCut(t *testing.T) {
	all := rawAnswers()
	inParallel(all, func(i int) {
		raw, toHEAD := all[i].raw, all[i].method == "HEAD"
		whole, _, err := read(strings.NewReader(raw), toHEAD, 0)
		want := readingOf(whole, err)
		same := func(how string, src io.Reader) {
			a, _, err := read(src, toHEAD, 0)
			if got := readingOf(a, err); got != want {
				t.Errorf("%s is at once %v, %s %v", all[i].name, want, how, got)
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
			a, _, err := read(strings.NewReader(raw[:at]), toHEAD, 0)
			we := readingOf(a, err)
			status, body, err := standard([]byte(raw[:at]), all[i].method)
			they := reading{err == nil, status, string(body)}
			if we.ok && they.ok && we != they {
				t.Errorf("%q is to us %v, to net/http %v", raw[:at], we, they)
			}
			if we.ok && !they.ok {
				t.Errorf("%q, which has broken off, is to us %v, and refused by net/http", raw[:at], we)
			}
		}
	})
}

func readingOf(a Response, err error) reading {
	if err != nil {
		return reading{}
	}
	return reading{true, a.Status, string(a.Body)}
}

// The request behind any answer gets its own answer, over TCP and over TLS in
// records of their own, all in one segment.
func TestAnswerBehindAnyAnswer(t *testing.T) {
	var all []rawAnswer
	for _, answer := range rawAnswers() {
		in := newReader(strings.NewReader(answer.raw))
		a := Response{}
		_, err := responseReader{in: &in, response: &a, keep: 1 << 20}.read(answer.method == "HEAD")
		var known *Error
		if in.release(); err == nil && !bytes.HasSuffix([]byte(answer.raw), a.Body) || errors.As(err, &known) {
			all = append(all, answer) // the others wait for the end of the connection
		}
	}
	if len(all) < 200 {
		t.Fatalf("only %d answers are followed by another", len(all))
	}
	follow := func(c *Client, url string) {
		inParallel(all, func(i int) {
			first, _ := readNumbered(t, c, url+"/"+strconv.Itoa(i), all[i].method)
			a, _, err := read(strings.NewReader(all[i].raw), all[i].method == "HEAD", 0)
			if want := readingOf(a, err); first != want {
				t.Errorf("%s is %v, in memory %v", all[i].name, first, want)
			}
			if next, _ := readNumbered(t, c, url+"/good", "GET"); next.body != "good" {
				t.Errorf("behind %s: got %v", all[i].name, next)
			}
		})
	}
	t.Run("TCP", func(t *testing.T) {
		t.Parallel()
		s := serveRaw(t, func(c *net.TCPConn) {
			numbered(all, false, func(c net.Conn, raw string) { _, _ = io.WriteString(c, raw) })(c)
		})
		follow(client(t, Options{KeepAlive: true}), s.url)
	})
	t.Run("TLS", func(t *testing.T) {
		t.Parallel()
		s, trust := serveRawTLS(t, 0, func(c secured) {
			numbered(all, false, func(_ net.Conn, raw string) { c.say(inRecords(raw)...) })(c)
		})
		follow(client(t, Options{KeepAlive: true, TLS: trust}), s.url)
	})
}

// inRecords cuts an answer into records of a byte each, so that one of them ends
// where the answer does; and a long one into records of different lengths.
func inRecords(raw string) (pieces []string) {
	for size := 1; len(raw) > 0; raw = raw[len(pieces[len(pieces)-1]):] {
		if len(pieces) > 500 {
			size = 1000
		}
		pieces = append(pieces, raw[:min(size, len(raw))])
	}
	return pieces
}
