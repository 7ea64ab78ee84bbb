package httpclient

import (
	"fmt"
	"strings"
)

// A rawAnswer is an answer to be read by this package and by net/http.
type rawAnswer struct{ name, method, raw string }

// rawAnswers returns a few hundred answers, valid and invalid. In their text, $
// is CRLF.
func rawAnswers() (all []rawAnswer) {
	add := func(method, name, format string, lines ...string) {
		for _, line := range lines {
			raw := strings.ReplaceAll(strings.Replace(format, "%", line, 1), "$", "\r\n")
			if len(line) > 100 {
				line = fmt.Sprintf("%.12s… and more, %d bytes", line, len(line))
			}
			all = append(all, rawAnswer{fmt.Sprintf("%s: %q", name, line), method, raw})
		}
	}
	for _, g := range answerGroups {
		method := g.method
		if method == "" {
			method = "GET"
		}
		add(method, g.name, g.format, g.lines...)
	}
	for _, method := range []string{"GET", "HEAD", "POST"} {
		for _, status := range []int{200, 201, 204, 205, 206, 304, 404, 500} {
			for _, framing := range []string{
				"$", "Content-Length: 0$$", "Content-Length: 5$$hello", "Content-Length: 5$$",
				"Transfer-Encoding: chunked$$5$hello$0$$", "Transfer-Encoding: chunked$$0$$", "$hello",
			} {
				add(method, fmt.Sprintf("%s gets %d", method, status), fmt.Sprintf("HTTP/1.1 %d x$%%", status), framing)
			}
		}
	}
	return all
}

var answerGroups = []struct {
	name, method, format string
	lines                []string
}{
	{"status line", "", "%$Content-Length: 5$$hello", []string{
		"HTTP/1.1 200 OK", "HTTP/1.1 200 ", "HTTP/1.1 200", "HTTP/1.0 200 OK", "HTTP/1.2 200 OK", "HTTP/1.9 200 OK",
		"HTTP/1.12 200 OK", "HTTP/1.01 200 OK", "HTTP/2.0 200 OK", "HTTP/2 200 OK", "HTTP/3.0 200 OK",
		"HTTP/0.9 200 OK",
		"http/1.1 200 OK", "HTTP/1.1  200 OK", "HTTP/1.1\t200 OK", "HTTP/1.1 200\tOK", "HTTP/1.1 2000 OK",
		"HTTP/1.1 20 OK", "HTTP/1.1 200OK", "HTTP/1.1 +20 OK", "HTTP/1.1 -20 OK", "HTTP/1.1 0x2 OK",
		"HTTP/1.1 000 OK", "HTTP/1.1 099 OK", "HTTP/1.1 600 x", "HTTP/1.1 999 x",
		" HTTP/1.1 200 OK", "HTTP/1.1", "HTTP/1.1 ", "ICY 200 OK", "HTTP /1.1 200 OK", "HTTP/ 1.1 200 OK",
		"HTTP/1. 200 OK", "HTTP/.1 200 OK", "HTTP/11 200 OK", "HTTP/1.1 200 O\x00K", "HTTP/1.1 200 O\rK",
		"HTTP/1.1 200 \xff\xe9", "HTTP/1.1 200 a b  c", "", "200 OK", "GET / HTTP/1.1", "HTTP/1.1 200 OK\n",
		"HTTP/1.1 200 OK:",
	}},
	{"header", "", "HTTP/1.1 200 OK$%$Content-Length: 5$$hello", []string{
		"A: b", "A:b", "A:", "A:  b  ", "A:\tb\t", "A : b", "A\t: b", " A: b", "\tA: b", ": b", "A", "A b: c",
		"A\x00: b", "A\x7f: b", "\xe9: b", "A: \xe9\xff", "A: b\x00c", "A: b\x01c", "A: b\x7fc", "A: b\rc", "A: b\r",
		"A: b\tc", "A(b): c", "A/b: c", "A@b: c", "A\"b: c", "A,b: c", "A;b: c", "!#$%&'*+-.^_`|~9: b",
		"A: b$ c", "A: b$\tc", "A: b$  c$\td", "A: b$ ", "A:$ b", "A: b$ c: d", "A: b\n c", "A: b\nC: d", "A: b\n",
		"A: b: c", "A: \"b", "A: b$$ c", "\rA: b", "A: b\r$C: d", "Set-Cookie: a=b$Set-Cookie: c=d",
		"Date: nonsense", "Content-Type: ;;;", "Content-Encoding: gzip", "Upgrade: h2c", "Trailer: Content-Length",
	}},
	{"length", "", "HTTP/1.1 200 OK$%$$hello", []string{
		"Content-Length: 5", "content-length: 5", "CONTENT-LENGTH:5", "Content-Length:  5\t", "Content-Length: 05",
		"Content-Length: 0000000000000000000005", "Content-Length: +5", "Content-Length: -5", "Content-Length: 5.0",
		"Content-Length: 5e0", "Content-Length: 0x5", "Content-Length: 5 5", "Content-Length: 5,5",
		"Content-Length: 5, 5", "Content-Length: 5,6", "Content-Length: ,5", "Content-Length: 5;",
		"Content-Length: five", "Content-Length:", "Content-Length: ", "Content-Length: 4", "Content-Length: 6",
		"Content-Length: 0", "Content-Length: \"5\"", "Content-Length: ５", "Content-Length: 5\x0b",
		"Content-Length: 9223372036854775807", "Content-Length: 9223372036854775808",
		"Content-Length: 18446744073709551621", "Content-Length: 99999999999999999999999999",
		"Content-Length: 5$Content-Length: 5", "Content-Length: 5$Content-Length: 6",
		"Content-Length: 6$Content-Length: 5", "Content-Length: 5$Content-Length:",
		"Content-Length: 5$content-length: 05", "Content-Length:$ 5", "Content-Length: 5$ ", "Content-Length: 1$ 2",
		"Content-Length : 5", "Content_Length: 5", "X-Content-Length: 5",
		"Content-Length: 5$Transfer-Encoding: identity",
	}},
	{"coding", "", "HTTP/1.1 200 OK$%$$5$hello$0$$", []string{
		"Transfer-Encoding: chunked", "transfer-encoding: CHUNKED", "Transfer-Encoding:chunked",
		"Transfer-Encoding: \tchunked ", "Transfer-Encoding: chunked, chunked", "Transfer-Encoding: gzip, chunked",
		"Transfer-Encoding: chunked, gzip", "Transfer-Encoding: identity", "Transfer-Encoding: identity, chunked",
		"Transfer-Encoding: chunked;a=b", "Transfer-Encoding: xchunked", "Transfer-Encoding: chunkedx",
		"Transfer-Encoding: \"chunked\"", "Transfer-Encoding: ,chunked", "Transfer-Encoding: chunked,",
		"Transfer-Encoding:", "Transfer-Encoding: chunked$Transfer-Encoding: chunked",
		"Transfer-Encoding: chunked$Transfer-Encoding: identity",
		"Transfer-Encoding: gzip$Transfer-Encoding: chunked", "Transfer-Encoding:$ chunked",
		"Transfer-Encoding: chunked$Content-Length: 5", "Content-Length: 3$Transfer-Encoding: chunked",
		"Transfer-Encoding: chunked$Content-Length: x", "Transfer-Encoding: \x0bchunked",
		"Transfer-Encoding : chunked", "Transfer_Encoding: chunked",
	}},
	{"coding of HTTP/1.0", "", "HTTP/1.0 200 OK$%$$5$hello$0$$", []string{
		"Transfer-Encoding: chunked", "Transfer-Encoding: chunked$Content-Length: 5",
		"Connection: keep-alive$Transfer-Encoding: chunked",
	}},
	{"chunks", "", "HTTP/1.1 200 OK$Transfer-Encoding: chunked$$%", []string{
		"5$hello$0$$", "05$hello$0$$", "0000000000000005$hello$0$$", "00000000000000005$hello$0$$", "5 $hello$0$$",
		"5\t$hello$0$$", " 5$hello$0$$", "+5$hello$0$$", "-5$hello$0$$", "0x5$hello$0$$", "5h$hello$0$$",
		"g$hello$0$$", "$hello$0$$", "5\nhello\n0\n\n", "5$hello\n0$$", "5\nhello$0$$", "5$hello$0\n\n",
		"5$hello$0$\n", "5\rhello\r0\r\r", "5\r\r\nhello$0$$",
		"A$0123456789$0$$", "a$0123456789$0$$", "2$he$3$llo$0$$", "5$hello$00000$$", "5$hell$0$$", "5$hello!$0$$",
		"5$hello0$$", "5$hello$$0$$", "5$hello$", "5$hello$0", "5$hello$0$", "5$hel", "0$$", "", "0",
		"fffffffffffffffff$hello$0$$", "7fffffffffffffff$hello$0$$", "8000000000000000$hello$0$$",
		"ffffffffffffffff$hello$0$$",
		"5;a$hello$0$$", "5;a=b$hello$0$$", "5; a = b$hello$0$$", "5 ;a$hello$0$$", "5;a=\"b;c\"$hello$0$$",
		"5;$hello$0$$", "5;;;$hello$0$$", "5;a\x00$hello$0$$", "5;a\rb$hello$0$$", "5;a\nb$hello$0$$",
		"5;a=\xff$hello$0$$", "5,a$hello$0$$", "5 a$hello$0$$", "5;" + strings.Repeat("x", 2000) + "$hello$0$$",
		"5;" + strings.Repeat("x", 5000) + "$hello$0$$", "5$hello$0;a=b$$",
		"5$hello$0$A: b$$", "5$hello$0$A: b$C: d$$", "5$hello$0$A: b$ c$$", "5$hello$0$ A: b$$", "5$hello$0$A$$",
		"5$hello$0$A : b$$", "5$hello$0$: b$$", "5$hello$0$A: b\x00$$", "5$hello$0$A: b\rc$$", "5$hello$0$A: b\n$",
		"5$hello$0$A: b\n\n", "5$hello$0$Content-Length: 7$$", "5$hello$0$Transfer-Encoding: x$$", "5$hello$0$A: b",
		"5$hello$0$A: b$", "5$hello$0$A: " + strings.Repeat("x", 2000) + "$$",
		"5$hello$0$" + strings.Repeat("A: b$", 1500) + "$", "5$hello$0$$HTTP/1.1 200 OK$Content-Length: 4$$evil",
	}},
	{"informational", "", "%HTTP/1.1 200 OK$Content-Length: 5$$hello", []string{
		"HTTP/1.1 100 Continue$$", "HTTP/1.1 100$$", "HTTP/1.1 102 x$$", "HTTP/1.1 103 Early$Link: x$$",
		"HTTP/1.1 199 x$$", strings.Repeat("HTTP/1.1 100 Continue$$", 3),
		strings.Repeat("HTTP/1.1 103 x$A: b$$", 100), "HTTP/1.1 100 Continue$Content-Length: 5$$",
		"HTTP/1.1 100 Continue$Content-Length: 5$$hello", "HTTP/1.1 100 Continue$Transfer-Encoding: chunked$$",
		"HTTP/1.1 101 Switching$$", "HTTP/1.1 101 Switching$Upgrade: x$Connection: upgrade$$",
		"HTTP/1.1 100 Continue$Connection: close$$", "HTTP/1.0 100 Continue$$", "HTTP/1.1 100 x$A: b\x00$$", "$",
		"$$", "\n",
	}},
	{"connection", "", "HTTP/1.1 200 OK$%$Content-Length: 5$$hello", []string{
		"Connection: close", "connection: CLOSE", "Connection: Close", "Connection: keep-alive",
		"Connection: x, close", "Connection: close, x", "Connection: x$Connection: close", "Connection: ,close,",
		"Connection: xclose", "Connection: \"close\"", "Connection:", "Connection: x,$ close",
		"Connection: keep-alive, close", "Keep-Alive: timeout=0", "Proxy-Connection: close",
	}},
	{"connection of HTTP/1.0", "", "HTTP/1.0 200 OK$%Content-Length: 5$$hello", []string{
		"", "Connection: keep-alive$", "Connection: Keep-Alive$", "Connection: close$",
		"Connection: keep-alive, close$",
	}},
	{"size", "", "HTTP/1.1 200 OK$%Content-Length: 5$$hello", []string{
		"A: " + strings.Repeat("b", 4000) + "$", "A: " + strings.Repeat("b", 70_000) + "$",
		strings.Repeat("A: b$", 1100), strings.Repeat("A: b$", 20_000), strings.Repeat("A", 5000) + ": b$",
		"A: " + strings.Repeat("b$ ", 3000) + "c$", "A: " + strings.Repeat("b", 400_000) + "$",
	}},
	{"behind it", "", "HTTP/1.1 200 OK$Content-Length: 5$$hello%", []string{
		"", "!", "$", "$$", "HTTP/1.1 200 OK$Content-Length: 4$$evil", strings.Repeat("x", 5000),
	}},
	{"to the end", "", "HTTP/1.1 200 OK$%", []string{
		"$hello", "A: b$$hello$$", "Connection: keep-alive$$hello", "$", "",
	}},
	{"lengths of no body", "HEAD", "HTTP/1.1 200 OK$%$$", []string{
		"Content-Length: 5", "Content-Length: 9223372036854775807", "Content-Length: 9223372036854775808",
		"Content-Length: 99999999999999999999999999", "Content-Length: x", "Content-Length: -1",
		"Content-Length: 5$Content-Length: 6", "Content-Length: 5, 5", "Transfer-Encoding: chunked",
		"Transfer-Encoding: chunked$Content-Length: 5", "Transfer-Encoding: gzip",
	}},
}
