package server

import (
	"context"
	"fmt"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/log"
	cdpruntime "github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// A tab is the page in a real browser.
type tab struct {
	t   testing.TB
	ctx context.Context

	last  string // the id of the run shown last
	close func()

	mu      sync.Mutex
	faults  []string // messages of the console, and uncaught errors
	refused int      // responses of 400 and above, which the console always reports
}

// anyRefused is for a test in which the number of failed requests depends on
// time.
const anyRefused = -1

// visit opens a page in a browser context of its own, which ends with the
// test. Then the console must have no messages but those of refused requests
// that the test expects.
func visit(t testing.TB, url string, refused int) *tab {
	t.Helper()
	b := openTab(t, refused)
	b.do(chromedp.Navigate(url))
	return b
}

// openTab opens an empty page as visit does.
func openTab(t testing.TB, refused int) *tab {
	t.Helper()
	ctx, _ := chromedp.NewContext(chromium.context(t), chromedp.WithNewBrowserContext()) // ended by Cancel, which waits
	b := &tab{t: t, ctx: ctx, last: "no run yet"}
	b.close = sync.OnceFunc(func() {
		if err := chromedp.Cancel(ctx); err != nil {
			t.Errorf("the page did not close: %v", err)
		}
		b.mu.Lock()
		defer b.mu.Unlock()
		if b.refused != refused && refused != anyRefused || len(b.faults) > 0 {
			t.Errorf("the console reports %d refused requests, want %d, and %q", b.refused, refused, b.faults)
		}
	})
	t.Cleanup(b.close)
	// the first action opens the page, for as long as its context lasts
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(1280, 900)); err != nil {
		t.Fatal(err)
	}
	if err := chromedp.Listen(ctx, b.listen); err != nil {
		t.Fatal(err)
	}
	return b
}

// host serves a fake's page until the test and its browser have ended.
func host(t testing.TB, runs Runs, changes ...func(*Options)) (url string) {
	t.Helper()
	s := httptest.NewServer(New(newOptions(runs, changes...)))
	t.Cleanup(s.Close)
	return s.URL
}

// listen collects the messages of the console and of the log, which has
// violations of the content security policy.
func (b *tab) listen(event any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch event := event.(type) {
	case *log.EventEntryAdded:
		switch entry := event.Entry; {
		case entry.Source == log.EntrySourceNetwork:
			b.refused++
		case entry.Level == log.EntryLevelWarning || entry.Level == log.EntryLevelError:
			b.faults = append(b.faults, entry.Text)
		}
	case *cdpruntime.EventConsoleAPICalled:
		b.faults = append(b.faults, fmt.Sprint("console.", event.Type))
	case *cdpruntime.EventExceptionThrown:
		b.faults = append(b.faults, fmt.Sprintf("%s %+v", event.ExceptionDetails.Text,
			event.ExceptionDetails.Exception))
	}
}

// do runs actions of a user.
func (b *tab) do(actions ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	for _, action := range actions {
		act(b, action)
	}
}

// act runs an action in the browser, for testTimeout at most.
func act[T any](b *tab, action chromedp.Action[T]) T {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, testTimeout)
	defer cancel()
	value, err := chromedp.Run(ctx, action)
	if err != nil {
		b.t.Fatal(err)
	}
	return value
}

func (b *tab) click(selector string) { b.t.Helper(); b.do(chromedp.Click(chromedp.CSS(selector))) }

// look evaluates JavaScript in the page.
func look[T any](b *tab, script string, args ...any) T {
	b.t.Helper()
	return act(b, chromedp.Evaluate[T](fmt.Sprintf(script, args...), chromedp.EvalAwaitPromise))
}

// text returns the text of an element, once the page has it.
func (b *tab) text(selector string) string {
	b.t.Helper()
	b.until("document.querySelector(%q)", selector)
	return strings.ReplaceAll(look[string](b, "document.querySelector(%q).innerText.trim()", selector), "\u00a0", " ")
}

// until waits until a condition holds in the page. A condition that throws does
// not hold yet: the elements it reads may be missing while the page changes.
func (b *tab) until(condition string, args ...any) {
	b.t.Helper()
	condition = fmt.Sprintf(condition, args...)
	until(b.t, condition, func() bool {
		return look[bool](b, "(() => { try { return Boolean(%s) } catch { return false } })()", condition)
	})
}

func decodeDocument(t testing.TB, text string) document {
	t.Helper()
	var d document
	answer{status: 200, body: []byte(text)}.into(t, &d)
	return d
}

// focus returns the id of the focused element.
func (b *tab) focus() string { b.t.Helper(); return look[string](b, "document.activeElement.id") }

func colorScheme(scheme string) chromedp.Action[chromedp.Void] {
	return media("prefers-color-scheme", scheme)
}
