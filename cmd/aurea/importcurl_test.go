package main

import (
	"bytes"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/aurea-orchestrator/aurea/internal/aureatest"
)

// A recording is a request that a server received.
type recording struct {
	Method, URI, Host string
	Headers           []string // sorted
	Body              string
	Parts             []string
}

// recordEverything starts a server and returns what it receives.
func recordEverything(t *testing.T) (url string, requests <-chan recording) {
	t.Helper()
	seen := make(chan recording, 10)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seen <- record(t, r)
		if r.URL.Path == "/moved" {
			http.Redirect(w, r, "/there", http.StatusFound)
		}
	}))
	t.Cleanup(server.Close)
	return server.URL, seen
}

// record returns a request without the headers that differ between clients: that
// of the client's name unless it is given, and the boundary of parts.
func record(t *testing.T, r *http.Request) recording {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		t.Error(err)
	}
	seen := recording{Method: r.Method, URI: r.RequestURI, Host: r.Host, Body: string(body)}
	for name, values := range r.Header {
		for _, value := range values {
			mediaType, parameters, _ := mime.ParseMediaType(value)
			switch {
			case name == "User-Agent" && (strings.HasPrefix(value, "curl/") || strings.HasPrefix(value, "aurea/")):
				continue
			case name == "Content-Length", name == "Expect": // curl waits with an upload, by its size and version
				continue
			case mediaType == "multipart/form-data":
				value = mediaType
				seen.Body, seen.Parts = "", partsOf(t, body, parameters["boundary"])
			}
			seen.Headers = append(seen.Headers, name+": "+value)
		}
	}
	slices.Sort(seen.Headers)
	return seen
}

// partsOf returns the parts of a body, each with its headers.
func partsOf(t *testing.T, body []byte, boundary string) (parts []string) {
	for in := multipart.NewReader(bytes.NewReader(body), boundary); ; {
		part, err := in.NextRawPart()
		if err != nil {
			return parts
		}
		content, err := io.ReadAll(part)
		if err != nil {
			t.Error(err)
		}
		h := part.Header
		parts = append(parts, h.Get("Content-Disposition")+"|"+h.Get("Content-Type")+"|"+string(content))
	}
}

// curlLines are command lines of curl, with $URL for the server. They are run in a
// directory with the files of curlFiles.
var curlLines = map[string]string{
	"plain":              `curl $URL`,
	"path and query":     `curl "$URL/a/b%20c?d=e&f=%26#g"`,
	"without a scheme":   `curl $HOST/x`,
	"query alone":        `curl "$URL?a=b"`,
	"method":             `curl -X DELETE $URL/items/7`,
	"joined flags":       `curl -sSXPUT $URL -d'a=b'`,
	"headers":            `curl -H 'X-A: 1' -H "x-b:  two words " -H 'X-Empty;' -H 'Accept:' $URL`,
	"repeated header":    `curl -H 'X-A: 1' -H 'X-A: 2' $URL`,
	"own host":           `curl -H 'Host: shop.test' $URL`,
	"data":               `curl -d a=b -d 'c=d e' $URL`,
	"data of a file":     `curl -d @lines.txt $URL`,
	"raw data":           `curl --data-raw '@not a file' $URL`,
	"data with braces":   `curl -d '{"a": "{{job}} ${HOME} {{{ $$"}' $URL`,
	"binary":             `curl --data-binary @bytes.bin $URL`,
	"binary twice":       `curl --data-binary @lines.txt --data-binary @lines.txt $URL`,
	"encoded data":       `curl --data-urlencode 'a=b c&d' --data-urlencode '=x y' --data-urlencode 'f@lines.txt' $URL`,
	"json":               `curl --json '{"a":' --json ' 1}' $URL`,
	"own content type":   `curl -H 'content-type: application/json' -d '{"a": "ü"}' $URL`,
	"get":                `curl -G -d a=b -d c=d "$URL/x?y=z"`,
	"head":               `curl -I $URL/x`,
	"user":               `curl -u 'me:pa:ss' $URL`,
	"user of the URL":    `curl http://me:p%40ss@$HOST/`,
	"bearer":             `curl --oauth2-bearer t0ken $URL`,
	"cookies":            `curl -b 'a=b; c=d' -b e=f $URL`,
	"agent and referer":  `curl -A 'me/1.0' -e http://from.test/ $URL`,
	"no agent":           `curl -A '' $URL`,
	"compressed":         `curl --compressed $URL`,
	"form":               `curl -F a=b -F 'c=d;type=text/x' -F 'file=@lines.txt' -F 'bin=@bytes.bin;filename=x.y' $URL`,
	"form with contents": `curl -F 'a=<lines.txt' --form-string 'b=@c;type=d' -F 'q="x;y"' $URL`,
	"form with a type":   `curl -H 'Content-Type: multipart/form-data' -F a=b $URL`,
	"redirect":           `curl -L $URL/moved`,
	"limits":             `curl -k --max-time 2.5 -m 3 --connect-timeout 1 --max-redirs 3 -o /dev/null $URL`,
	"upload":             `curl -T bytes.bin $URL/x`,
	"connect to":         `curl --connect-to shop.test:80:$HOST http://shop.test/x`,
	"resolve":            `curl --resolve shop.test:$PORT:127.0.0.1 http://shop.test:$PORT/x`,
	"two requests":       `curl $URL/a --next -d b $URL/b`,
	"two URLs":           `curl $URL/a $URL/b`,
	"two commands":       "# first\ncurl $URL/a\ncurl -X POST \\\n  $URL/b",
	"as a browser copies it": `curl '$URL/api?x=%7B%22a%22%3A1%7D' -X 'POST' -H 'accept: */*' \
  -H 'accept-language: en-US,en;q=0.9' -H 'content-type: application/json' -b 'sid=abc; theme=dark' \
  -H 'sec-ch-ua: "Chromium";v="140", "Not=A?Brand";v="24"' \
  --data-raw $'{"name":"O\'Brien","n":"a\\nb\u0021"}' --compressed`,
}

// curlFiles are the files beside the command lines.
var curlFiles = map[string]string{"lines.txt": "a=1\r\nb=2\n", "bytes.bin": "\x00\xff{{job}}\r\n\x80"}

// A spec that is imported from a command line of curl sends what curl sends.
func TestImportCurl(t *testing.T) {
	aureatest.Need(t, "curl")
	url, requests := recordEverything(t)
	host := strings.TrimPrefix(url, "http://")
	_, port, _ := strings.Cut(host, ":")
	t.Chdir(writeFiles(t, curlFiles))
	for name, line := range curlLines {
		t.Run(name, func(t *testing.T) {
			line := strings.NewReplacer("$URL", url, "$HOST", host, "$PORT", port).Replace(line)
			if output, err := exec.CommandContext(t.Context(), "bash", "-c", line).CombinedOutput(); err != nil {
				t.Fatalf("%s: %v %s", line, err, output)
			}
			want := received(requests)
			spec := importSpec(t, "curl", line)
			if code, _, stderr := runCommand(t, "", "run", "--quiet", "--jobs", "1", spec); code != exitOK {
				t.Fatalf("exit %d, %s", code, stderr)
			}
			if diff := cmp.Diff(want, received(requests)); diff != "" {
				t.Errorf("%s (-curl +aurea):\n%s", line, diff)
			}
			if len(want) == 0 {
				t.Error("curl has sent nothing")
			}
		})
	}
}

// received returns the requests so far.
func received(requests <-chan recording) (all []recording) {
	for {
		select {
		case r := <-requests:
			all = append(all, r)
		default:
			return all
		}
	}
}

// importSpec imports a text and returns the name of the spec file.
func importSpec(t *testing.T, format, text string, flags ...string) string {
	t.Helper()
	code, stdout, stderr := runCommand(t, text, append([]string{"import", format, "-"}, flags...)...)
	if code != exitOK {
		t.Fatalf("exit %d, %s", code, stderr)
	}
	name, err := filepath.Abs("imported.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(stdout), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}
