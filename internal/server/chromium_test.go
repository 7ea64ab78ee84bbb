package server

import (
	"context"
	"fmt"
	"os"
	"slices"
	"sync"
	"testing"

	"github.com/chromedp/chromedp"
	"go.uber.org/goleak"

	"github.com/aurea-orchestrator/aurea/internal/aureatest"
)

// TestMain ends the browser of the tests before it looks for goroutines that
// were left.
func TestMain(m *testing.M) { goleak.VerifyTestMain(endingChromium{m}) }

type endingChromium struct{ tests *testing.M }

func (e endingChromium) Run() int {
	code := e.tests.Run()
	if err := chromium.end(); err != nil {
		fmt.Fprintln(os.Stderr, "the browser did not end:", err)
		code = 1
	}
	return code
}

// chromium is the one browser of all tests. Each test opens a browser context
// of its own in it, which shares nothing with those of others: no cookie, no
// storage, no cache, no window.
var chromium sharedBrowser

// A sharedBrowser starts when it is first used.
type sharedBrowser struct {
	mu    sync.Mutex
	ctx   context.Context // of chromedp; nil before the start
	close func() error
	err   error // why it did not start
}

// context returns a context from which chromedp.NewContext opens windows.
func (s *sharedBrowser) context(t testing.TB) context.Context {
	t.Helper()
	program := aureatest.Need(t, "chromium")
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ctx == nil && s.err == nil {
		s.start(program)
	}
	if s.err != nil {
		t.Fatalf("the browser did not start: %v", s.err)
	}
	return s.ctx
}

func (s *sharedBrowser) start(program string) {
	options := append(slices.Clone(chromedp.DefaultExecAllocatorOptions[:]), chromedp.ExecPath(program),
		chromedp.NoSandbox)
	allocator, free := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, cancel := chromedp.NewContext(allocator)
	if s.err = chromedp.Do(ctx); s.err != nil { // this starts it, for as long as its context lasts
		cancel()
		free()
		return
	}
	s.ctx = ctx
	s.close = func() error {
		err := chromedp.Cancel(ctx) // it waits
		free()
		return err
	}
}

// end ends the browser, if it was started, and waits until it has ended.
func (s *sharedBrowser) end() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.close == nil {
		return nil
	}
	return s.close()
}
