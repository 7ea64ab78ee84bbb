package transport

import (
	"maps"
	"net/http"
	"net/url"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// userAgent is who asks, where the caller does not say.
var userAgent = sync.OnceValue(func() string {
	version := "dev"
	if build, ok := debug.ReadBuildInfo(); ok && build.Main.Version != "" && build.Main.Version != "(devel)" {
		version, _, _ = strings.Cut(build.Main.Version, "+")
	}
	return "aurea/" + version
})

// serialize is a request as HTTP/1.1 writes it (RFC 9112), with its headers in a
// fixed order. What it is given has been checked.
func serialize(method, requestTarget, host string, header http.Header, body []byte, keepAlive bool) []byte {
	var b strings.Builder
	b.WriteString(method + " " + requestTarget + " HTTP/1.1\r\nHost: " + host + "\r\n")
	if agent, given := agentOf(header); !given {
		b.WriteString("User-Agent: " + userAgent() + "\r\n")
	} else if agent != "" {
		b.WriteString("User-Agent: " + agent + "\r\n")
	}
	for _, name := range slices.Sorted(maps.Keys(header)) {
		switch http.CanonicalHeaderKey(name) {
		case "Host", "User-Agent", "Content-Length":
			continue
		case "Connection":
			if !keepAlive {
				continue
			}
		}
		for _, value := range header[name] {
			b.WriteString(name + ": " + strings.Trim(value, " \t") + "\r\n")
		}
	}
	if !keepAlive {
		b.WriteString("Connection: close\r\n")
	}
	if len(body) > 0 || method == "POST" || method == "PUT" || method == "PATCH" {
		b.WriteString("Content-Length: " + strconv.Itoa(len(body)) + "\r\n")
	}
	b.WriteString("\r\n")
	b.Write(body)
	return []byte(b.String())
}

// agentOf is the User-Agent that the caller wants, under whatever spelling.
func agentOf(header http.Header) (agent string, given bool) {
	for name, values := range header {
		if http.CanonicalHeaderKey(name) == "User-Agent" {
			return strings.Trim(strings.Join(values, " "), " \t"), true
		}
	}
	return "", false
}

// requestTarget is the path and the query as they go into a request line: as
// net/url escapes them, and no byte that would end it early.
func requestTarget(u *url.URL) string {
	const hex = "0123456789ABCDEF"
	uri := u.RequestURI()
	if !strings.ContainsFunc(uri, func(r rune) bool { return r <= ' ' || r >= 0x7f }) {
		return uri
	}
	var b strings.Builder
	for i := range len(uri) {
		if c := uri[i]; c <= ' ' || c >= 0x7f {
			b.Write([]byte{'%', hex[c>>4], hex[c&15]})
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}
