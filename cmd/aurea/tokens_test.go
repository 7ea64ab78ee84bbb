package main

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/aurea-orchestrator/aurea/internal/aureatest"
	"github.com/aurea-orchestrator/aurea/internal/server"
)

const (
	tokenA = "0123456789abcdef"
	tokenB = "fedcba9876543210fedcba"
)

func TestParseTokens(t *testing.T) {
	const content = "# for the team\n" + tokenA + "\n\nread " + tokenB + "\r\n\trun\txxxxxxxxxxxxxxxx\n" + tokenA
	got, err := parseTokens(content)
	want := []server.Token{
		{Secret: tokenA}, {Secret: tokenB, ReadOnly: true}, {Secret: "xxxxxxxxxxxxxxxx"}, {Secret: tokenA},
	}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("%+v (%v), want %+v", got, err, want)
	}
	for content, want := range map[string]string{
		"a":                                "the token of line 1 has 1 characters and can be guessed; use 16 or more, such as those of openssl rand -hex 32",
		"\nread short":                     "the token of line 2 has 5 characters",
		"read":                             "the token of line 1 has 4 characters",
		tokenA[:15]:                        "the token of line 1 has 15 characters",
		tokenA + " " + tokenB:              "line 1 must be a token, or run or read and a token",
		"write " + tokenA:                  "line 1 must be a token, or run or read and a token",
		"read " + tokenA + " " + tokenB:    "line 1 must be a token, or run or read and a token",
		tokenA + "\nread " + tokenA + "\n": "the token of line 2 is there twice, with another role",
		"# nothing\n":                      "it holds no token; write one on a line",
	} {
		if got, err := parseTokens(content); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v (%v), want %q", content, got, err, want)
		} else if strings.Contains(err.Error(), tokenA[:15]) {
			t.Errorf("%q: the error quotes a token: %v", content, err)
		}
	}
}

// A token file that every user of the machine can read or change is refused.
// The error has its mode.
func TestTokenFileMode(t *testing.T) {
	path := writeTestFile(t, "tokens", tokenA+"\n")
	for mode, fits := range map[os.FileMode]bool{
		0o600: true, 0o400: true, 0o440: true, 0o640: true, 0o660: true,
		0o644: false, 0o604: false, 0o666: false, 0o602: false, 0o444: false, 0o777: false,
	} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		_, err := readTokens(path)
		if fits {
			if err != nil {
				t.Errorf("%o: %v", mode, err)
			}
			continue
		}
		want := fmt.Sprintf("can be read or changed by every user of this machine (its mode is %04o); chmod 600 it", mode)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%o: %v, want %q", mode, err, want)
		}
	}
}

// A client sends the first token of its file, regardless of the token's role.
func TestFirstToken(t *testing.T) {
	for content, want := range map[string]string{
		tokenA:                           tokenA,
		"read " + tokenA + "\n" + tokenB: tokenA,
		"# mine\n\nrun " + tokenB:        tokenB,
		"short":                          "short",
		"read":                           "read",
	} {
		if got, err := firstToken("--token-file", writeTestFile(t, "tokens", content)); err != nil || got != want {
			t.Errorf("%q: %q (%v), want %q", content, got, err, want)
		}
	}
}

// SIGHUP reloads the tokens; an invalid file changes nothing. SIGTERM still
// drains the service afterwards.
func TestHangupReloadsTokens(t *testing.T) {
	tokens := writeTestFile(t, "tokens", tokenA+"\n")
	url, process, log := serveWithLog(t, "--token-file", tokens)
	go func() { _, _ = io.Copy(io.Discard, log) }()
	status := func(token string) int {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url+"/metrics", nil)
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Authorization", "Bearer "+token)
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		_ = response.Body.Close()
		return response.StatusCode
	}
	for _, step := range []struct {
		content string
		works   string
	}{{tokenB, tokenB}, {"short", tokenB}, {"read " + tokenA, tokenA}} {
		if err := os.WriteFile(tokens, []byte(step.content), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := process.Process.Signal(syscall.SIGHUP); err != nil {
			t.Fatal(err)
		}
		waitFor(t, func() bool { return status(step.works) == http.StatusOK })
	}
	if got := status(tokenB); got != http.StatusUnauthorized {
		t.Errorf("a token that was taken out of the file gets %d, want 401", got)
	}
	terminate(t, process)
}

// Without a token file SIGHUP drains the service as SIGTERM does.
func TestHangupDrainsTheService(t *testing.T) {
	_, process := aureatest.Serve(t)
	if err := process.Signal(syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	if state, err := process.Wait(); err != nil || state.ExitCode() != 0 {
		t.Errorf("ended with %v (%v), want exit 0", state, err)
	}
}
