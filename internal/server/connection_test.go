package server

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/runs"
)

// A pipeListener is an in-memory listener: a write blocks until it is read, and
// deadlines use synctest's time.
type pipeListener struct {
	dialled chan net.Conn
	closed  chan struct{}
}

func (p pipeListener) Accept() (net.Conn, error) {
	select {
	case conn := <-p.dialled:
		return conn, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p pipeListener) Close() error {
	select {
	case <-p.closed:
	default:
		close(p.closed)
	}
	return nil
}

func (p pipeListener) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 5000} }

// A clientConn is a client's connection to a server in synctest.
type clientConn struct {
	net.Conn
	t       *testing.T
	answers *bufio.Reader
	opened  time.Time
}

// listen starts a server on pipes until stop is called; stopped is closed when
// Serve has returned.
func listen(t *testing.T, runs Runs, changes ...func(*Options)) (dial func() *clientConn, stop func(),
	stopped <-chan struct{}) {
	t.Helper()
	network := pipeListener{make(chan net.Conn), make(chan struct{})}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := New(newOptions(runs, changes...)).Serve(ctx, network); err != nil {
			t.Errorf("Serve: %v", err)
		}
	}()
	t.Cleanup(func() { cancel(); <-done })
	return func() *clientConn {
		t.Helper()
		near, far := net.Pipe()
		network.dialled <- far
		t.Cleanup(func() { _ = near.Close() })
		if err := near.SetReadDeadline(time.Now().Add(48 * time.Hour)); err != nil { // so that a hang is an error
			t.Fatal(err)
		}
		return &clientConn{near, t, bufio.NewReader(near), time.Now()}
	}, cancel, done
}

// send writes a part of a request, with a carriage return before every newline.
func (l *clientConn) send(text string) {
	l.t.Helper()
	if _, err := io.WriteString(l, strings.ReplaceAll(text, "\n", "\r\n")); err != nil {
		l.t.Fatal(err)
	}
}

func (l *clientConn) answer() (answer, error) {
	response, err := http.ReadResponse(l.answers, nil)
	if err != nil {
		return answer{}, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	return answer{response.StatusCode, response.Header, body}, err
}

// want reads one response, which must have that status.
func (l *clientConn) want(status int) answer {
	l.t.Helper()
	got, err := l.answer()
	if err != nil || got.status != status {
		l.t.Fatalf("%d %s (%v), want %d", got.status, got.body, err, status)
	}
	return got
}

// wantEnd checks that the server closes the connection so long after the given
// moment.
func (l *clientConn) wantEnd(since time.Time, after time.Duration) {
	l.t.Helper()
	rest, err := io.ReadAll(l.answers)
	if err != nil || len(rest) != 0 {
		l.t.Errorf("the server sent %q (%v), want the end of the connection", rest, err)
	}
	if took := time.Since(since); took != after {
		l.t.Errorf("the server closed the connection after %v, want %v", took, after)
	}
}

func post(length int) string {
	return fmt.Sprintf("POST /benchmark/run HTTP/1.1\nHost: localhost\nContent-Type: "+
		"application/json\nContent-Length: %d\n\n", length)
}

const getHealth = "GET /health HTTP/1.1\nHost: localhost\n\n"

// longRunningFake returns a fake whose runs last for d, unless their client
// disconnects.
func longRunningFake(d time.Duration) fake {
	return fake{do: func(ctx context.Context, spec aurea.Spec) (aurea.Run, error) {
		select {
		case <-time.After(d):
			return finished(spec), nil
		case <-ctx.Done():
			return aurea.Run{}, aurea.ErrUnavailable
		}
	}}
}

// A run may last longer than any limit of a connection, and the connection
// still serves the next request, however much later.
func TestLongRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dial, _, _ := listen(t, longRunningFake(23*time.Hour))
		l := dial()
		l.send(post(len(oneJob)) + oneJob)
		l.want(200)
		if took := time.Since(l.opened); took != 23*time.Hour {
			t.Errorf("answered after %v, want 23 h", took)
		}
		for _, pause := range []time.Duration{time.Second, writeTimeout + time.Second, idleTimeout - time.Second} {
			time.Sleep(pause)
			l.send(getHealth)
			if got, err := l.answer(); err != nil || got.status != 200 {
				t.Fatalf("asked again %v after an answer: %d %v", pause, got.status, err)
			}
		}
	})
}

// A client that sends nothing is disconnected after the timeout.
func TestSlowSenders(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dial, _, _ := listen(t, finishingFake())
		for what, sent := range map[string]string{"nothing": "",
			"a part of a header": "GET /health HTTP/1.1\nHost: loc"} {
			l := dial()
			l.send(sent)
			t.Log(what)
			l.wantEnd(l.opened, headerTimeout)
		}
		idle := dial()
		idle.send(getHealth)
		idle.want(200)
		idle.wantEnd(idle.opened, idleTimeout)

		for what, sent := range map[string]string{
			"no body":          post(100),
			"a part of a body": post(100) + `{"num_jobs"`,
			"a part of chunks": strings.Replace(post(0), "Content-Length: 0", "Transfer-Encoding: chunked", 1) +
				"5\n{\"num",
		} {
			l := dial()
			l.send(sent)
			got, err := l.answer()
			if err != nil || got.status/100 != 4 {
				t.Errorf("%s: answered with %d (%v), want a 4xx", what, got.status, err)
				continue
			}
			if took := time.Since(l.opened); took != bodyTimeout {
				t.Errorf("%s: answered after %v, want %v", what, took, bodyTimeout)
			}
			got.problem(t, got.status)
			responses := describe(t).operation("POST", "/benchmark/run")["responses"].(map[string]any)
			if _, ok := responses[strconv.Itoa(got.status)]; !ok {
				t.Errorf("%s: answered with %d, which is not described", what, got.status)
			}
		}
	})
}

// The server does not wait for a body that it refuses anyway.
func TestUnwantedBodies(t *testing.T) {
	for what, sent := range map[string]string{
		"of another type": strings.Replace(post(100), "application/json", "text/plain", 1),
		"of nothing":      strings.Replace(post(100), "/benchmark/run", "/nothing", 1),
		"of a probe":      strings.Replace(post(100), "/benchmark/run", "/health", 1),
		"of a stranger":   strings.Replace(post(100), "localhost", "example.com", 1),
		"of another page": strings.Replace(post(100), "Host:", "Sec-Fetch-Site: cross-site\nHost:", 1),
	} {
		t.Run(what, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				dial, _, _ := listen(t, finishingFake())
				l := dial()
				l.send(sent)
				got, err := l.answer()
				if err != nil || got.status/100 != 4 {
					t.Errorf("answered with %d (%v), want a 4xx", got.status, err)
				}
				if took := time.Since(l.opened); took > bodyTimeout {
					t.Errorf("answered after %v, want at most %v", took, bodyTimeout)
				}
			})
		})
	}
}

// A body that does not arrive as announced is a client error.
func TestBrokenBodies(t *testing.T) {
	chunked := strings.Replace(post(0), "Content-Length: 0", "Transfer-Encoding: chunked", 1)
	for what, sent := range map[string]string{
		"a chunk without a size":      chunked + "wat\n{}\n0\n\n",
		"a chunk that is longer":      chunked + "2\n" + oneJob + "\n0\n\n",
		"a chunk of negative size":    chunked + "-1\n\n",
		"a chunk of more than 64 bit": chunked + "fffffffffffffffff\n{}\n0\n\n",
	} {
		t.Run(what, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { checkBrokenBody(t, sent) })
		})
	}
}

func checkBrokenBody(t *testing.T, sent string) {
	dial, _, _ := listen(t, finishingFake())
	l := dial()
	go func() { _, _ = io.WriteString(l, strings.ReplaceAll(sent, "\n", "\r\n")) }() // the server may stop reading
	got, err := l.answer()
	if err != nil {
		t.Fatal(err)
	}
	if got.status < 400 || got.status > 499 {
		t.Fatalf("%d %s, want a 4xx", got.status, got.body)
	}
	got.problem(t, got.status)
	_ = l.Close()
}

// largeRun returns a run whose list of jobs exceeds any buffer.
func largeRun(spec aurea.Spec, jobs int64) aurea.Run {
	run := finished(spec)
	run.Samples.Jobs = new(aurea.JobLog)
	for i := range jobs {
		run.Samples.Jobs.Put(i, aurea.OK, 0, 0, time.Second)
	}
	return run
}

// A client that reads nothing is disconnected and delays neither others nor the
// shutdown; a slow one gets the whole response.
func TestSlowReaders(t *testing.T) {
	const jobs = 2000
	synctest.Test(t, func(t *testing.T) {
		dial, stop, stopped := listen(t,
			fake{do: func(_ context.Context, spec aurea.Spec) (aurea.Run, error) { return largeRun(spec, jobs), nil }})
		stuck, slow := dial(), dial()
		stuck.send(post(len(oneJob)) + oneJob)
		slow.send(post(len(oneJob)) + oneJob)
		slowly := make(chan document, 1)
		go func() {
			response, err := http.ReadResponse(bufio.NewReader(slowReader{slow}), nil)
			if err != nil {
				t.Error(err)
			}
			defer response.Body.Close()
			var r document
			if err := json.NewDecoder(response.Body).Decode(&r); err != nil {
				t.Errorf("a slow reader gets no result: %v", err)
			}
			slowly <- r
		}()
		time.Sleep(writeTimeout - time.Second)
		other := dial()
		other.send(getHealth)
		if other.want(200); time.Since(other.opened) != 0 {
			t.Errorf("another client waited for %v", time.Since(other.opened))
		}
		time.Sleep(time.Second + time.Millisecond)
		if _, err := stuck.answer(); !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
			t.Errorf("a client that has read nothing for %v gets %v, want the end", writeTimeout, err)
		}
		if r := <-slowly; len(r["jobs"].([]any)) != jobs {
			t.Errorf("a slow reader gets %d jobs, want %d", len(r["jobs"].([]any)), jobs)
		}
		last := dial()
		last.send(post(len(oneJob)) + oneJob)
		synctest.Wait()
		begun := time.Now()
		stop()
		<-stopped
		if took := time.Since(begun); took > 2*writeTimeout {
			t.Errorf("a client that reads nothing delayed the shutdown by %v", took)
		}
	})
}

// An unread response of any endpoint is abandoned, so that the service can shut
// down.
func TestUnreadAnswers(t *testing.T) {
	for _, path := range []string{"/", "/health", "/openapi.json", "/metrics", "/nothing"} {
		t.Run(path, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				dial, stop, stopped := listen(t, finishingFake())
				l := dial()
				l.send(strings.Replace(getHealth, "/health", path, 1))
				synctest.Wait()
				begun := time.Now()
				stop()
				select {
				case <-stopped:
				case <-time.After(time.Hour):
					_ = l.Close()
				}
				if took := time.Since(begun); took > 2*writeTimeout {
					t.Errorf("an unread response delayed the shutdown by %v", took)
				}
			})
		})
	}
}

// A slowReader reads one small part a second.
type slowReader struct{ io.Reader }

func (r slowReader) Read(p []byte) (int, error) {
	time.Sleep(time.Second)
	return r.Reader.Read(p)
}

// During a shutdown, Serve finishes responses under way and accepts no new
// requests.
func TestServeEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dial, stop, stopped := listen(t, longRunningFake(time.Hour))
		l := dial()
		l.send(post(len(oneJob)) + oneJob)
		time.Sleep(time.Minute)
		stop()
		synctest.Wait()
		select {
		case <-stopped:
			t.Error("Serve returned before the answer")
		default:
		}
		if l.want(200); time.Since(l.opened) != time.Hour {
			t.Errorf("answered after %v, want 1 h", time.Since(l.opened))
		}
		<-stopped
	})
}

// A very slow client does not delay Serve after Close. A response that is cut
// off does not look complete.
func TestCloseCutsSlowReaders(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		network := pipeListener{make(chan net.Conn), make(chan struct{})}
		server := New(newOptions(fake{do: func(_ context.Context, spec aurea.Spec) (aurea.Run,
			error) {
			return largeRun(spec, 100_000), nil
		}}))
		ctx, stop := context.WithCancel(t.Context())
		stopped := make(chan error, 1)
		go func() { stopped <- server.Serve(ctx, network) }()
		near, far := net.Pipe()
		network.dialled <- far
		read := make(chan error, 1)
		go func() {
			defer near.Close()
			_, _ = io.WriteString(near, strings.ReplaceAll(post(len(oneJob)), "\n", "\r\n")+oneJob)
			answer, err := http.ReadResponse(bufio.NewReaderSize(slowReader{near}, 16), nil)
			if err == nil {
				_, err = io.Copy(io.Discard, answer.Body)
			}
			read <- err
		}()
		time.Sleep(10 * time.Second)
		stop()
		time.Sleep(4 * time.Second)
		synctest.Wait()
		select {
		case err := <-stopped:
			t.Fatalf("Serve returned before Close (%v)", err)
		default:
		}
		server.Close()
		synctest.Wait()
		select {
		case err := <-stopped:
			if err != nil {
				t.Errorf("Serve: %v", err)
			}
		default:
			t.Error("Serve waits for the reader after Close")
		}
		if err := <-read; !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("the reader gets %v, want a truncated response", err)
		}
	})
}

// A listener that fails ends Serve with its error.
func TestServeFails(t *testing.T) {
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = listener.Close()
	if err := New(newOptions(finishingFake())).Serve(t.Context(), listener); !errors.Is(err, net.ErrClosed) {
		t.Errorf("Serve: %v, want net.ErrClosed", err)
	}
}

// connect posts a run over a connection of its own, and reads nothing.
func (s *service) connect(spec string) *net.TCPConn {
	s.t.Helper()
	conn, err := new(net.Dialer).DialContext(s.t.Context(), "tcp", s.Listener.Addr().String())
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { _ = conn.Close() })
	if _, err := io.WriteString(conn, strings.ReplaceAll(post(len(spec)), "\n", "\r\n")+spec); err != nil {
		s.t.Fatal(err)
	}
	return conn.(*net.TCPConn)
}

// A client that disconnects, with or without a reset, stops its running or
// queued run, and the next one starts.
func TestClientDisconnects(t *testing.T) {
	const long = `{"num_jobs": 10, "workload": {"kind": "sleep", "duration": "1h"}}`
	for what, linger := range map[string]int{"closes": -1, "resets": 0} {
		t.Run(what, func(t *testing.T) {
			s := serve(t, runs.Options{})
			running := s.connect(long)
			until(t, "the run to begin", func() bool { return s.manager.Stats().Active == 1 })
			queued := s.connect(long)
			until(t, "the run to wait", func() bool { return s.manager.Stats().Queued == 1 })
			cancelled := func() int64 {
				return s.manager.Stats().Runs[aurea.RunsKey{Workload: "sleep", Status: aurea.StatusCancelled}]
			}
			for i, conn := range []*net.TCPConn{queued, running} {
				if err := conn.SetLinger(linger); err != nil {
					t.Fatal(err)
				}
				_ = conn.Close()
				until(t, "the run to be cancelled", func() bool { return cancelled() == int64(i+1) })
			}
			if got := s.run(oneJob); got.status != 200 {
				t.Errorf("the next run: %d %s", got.status, got.body)
			}
			stats := s.manager.Stats()
			if jobs := stats.Workloads["sleep"].Counts; jobs.Cancelled != 10 || jobs.OK != 1 {
				t.Errorf("the jobs are %+v, want 10 cancelled and 1 ok", jobs)
			}
			if n := cancelled(); n != 2 {
				t.Errorf("%d runs were cancelled, want 2: %v", n, stats.Runs)
			}
		})
	}
}

// An unread large response does not block the service, and is complete when it
// is read at last.
func TestUnreadAnswerDoesNotBlock(t *testing.T) {
	const jobs = 60_000 // more than the sockets' buffers hold
	s := serve(t, runs.Options{})
	conn := s.connect(fmt.Sprintf(`{"num_jobs": %d, "workload": {"kind": "noop"}}`, jobs))
	until(t, "the run to end", func() bool { return len(s.manager.Stats().Runs) == 1 })
	for _, path := range []string{"/health", "/readyz", "/metrics"} {
		if got := s.call("GET", path, nil); got.status != 200 {
			t.Errorf("%s: %d, want 200", path, got.status)
		}
	}
	if got := s.run(oneJob); got.status != 200 {
		t.Errorf("the next run: %d %s", got.status, got.body)
	}
	response, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var r struct{ Jobs []struct{ Status string } }
	if err := json.NewDecoder(response.Body).Decode(&r); err != nil || len(r.Jobs) != jobs {
		t.Errorf("%d jobs are listed (%v), want %d", len(r.Jobs), err, jobs)
	}
}

// Many clients at once, each with its own run: each gets its own result.
func TestManyClients(t *testing.T) {
	const clients = 12
	s := serve(t, runs.Options{Queue: clients})
	var served atomic.Int64
	done := make(chan error)
	for i := range clients {
		go func() {
			request, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL+"/benchmark/run",
				strings.NewReader(fmt.Sprintf(`{"num_jobs": %d, "name": "client %d", "workload": {"kind": "noop"}}`,
					i+1, i)))
			got := s.try(request)
			var r struct {
				Name string
				Jobs []struct {
					ID string `json:"job_id"`
				}
				ID string `json:"benchmark_id"`
			}
			err := json.Unmarshal(got.body, &r)
			own := err == nil && r.Name == fmt.Sprintf("client %d", i) && len(r.Jobs) == i+1
			if own {
				own = r.Jobs[i].ID == fmt.Sprintf("%s-job-%d", r.ID, i)
			}
			if err == nil && !own {
				err = fmt.Errorf("client %d gets %d %.200s", i, got.status, got.body)
			}
			served.Add(1)
			done <- err
		}()
	}
	for range clients {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	if stats := s.manager.Stats(); stats.Runs[aurea.RunsKey{Workload: "noop",
		Status: aurea.StatusCompleted}] != clients || stats.Workloads["noop"].OK != clients*(clients+1)/2 {
		t.Errorf("runs %v, jobs %+v", stats.Runs, stats.Workloads["noop"].Counts)
	}
}
