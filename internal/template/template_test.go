package template

import (
	"fmt"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

func render(t *testing.T, text string, seed uint64, job int64) string {
	t.Helper()
	parsed, err := (&Parser{Seed: seed}).Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return parsed.Render(Input{Job: job}, nil)
}

// Each template renders to a text that matches the pattern.
func TestTemplate(t *testing.T) {
	const uuid = `[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}`
	for text, want := range map[string]string{
		"":                     `^$`,
		"plain":                `^plain$`,
		"{{job}}/{{ seed }}":   `^17/42$`,
		`{"id": "{{uuid}}"}`:   `^\{"id": "` + uuid + `"\}$`,
		"{{int -3 3}}":         `^-?[0-3]$`,
		"{{float 1 2}}":        `^1\.[0-9]+$`,
		"{{hex 16}} {{hex 1}}": `^[0-9a-f]{16} [0-9a-f]$`,
		"{{choice red green}}": `^(red|green)$`,
		"{{{{job}} is {{job}}": `^\{\{job}} is 17$`,
		"a}}b":                 `^a}}b$`,
	} {
		if got := render(t, text, 42, 17); !regexp.MustCompile(want).MatchString(got) {
			t.Errorf("%q renders to %q, want a match of %s", text, got, want)
		}
	}
}

// A rendered text depends only on the seed and the job's number. Two fields of a
// template differ.
func TestTemplateIsPure(t *testing.T) {
	const text = "{{uuid}} {{uuid}} {{int 0 1000000000}} {{hex 16}}"
	if a, b := render(t, text, 1, 5), render(t, text, 1, 5); a != b {
		t.Errorf("the same job renders to %q, then to %q", a, b)
	}
	if a, b := render(t, text, 1, 5), render(t, text, 1, 6); a == b {
		t.Errorf("jobs 5 and 6 both render to %q", a)
	}
	if a, b := render(t, text, 1, 5), render(t, text, 2, 5); a == b {
		t.Errorf("seeds 1 and 2 both render to %q", a)
	}
	if two := strings.Fields(render(t, text, 1, 5)); two[0] == two[1] {
		t.Errorf("two fields both render to %q", two[0])
	}
}

// Integers are uniform over their range, both ends included.
func TestTemplateInt(t *testing.T) {
	parsed, err := (&Parser{Seed: 3}).Parse("{{int 1 6}}")
	if err != nil {
		t.Fatal(err)
	}
	var counts [7]int
	for job := range int64(6000) {
		n, err := strconv.Atoi(parsed.Render(Input{Job: job}, nil))
		if err != nil {
			t.Fatal(err)
		}
		counts[n]++
	}
	for n := 1; n <= 6; n++ {
		if counts[n] < 850 || counts[n] > 1150 {
			t.Errorf("%d is drawn %d times of 6000, want about 1000", n, counts[n])
		}
	}
}

// Only the values of fields are escaped.
func TestTemplateEscapes(t *testing.T) {
	parsed, err := (&Parser{}).Parse("/a b?q={{choice x&y}}")
	if err != nil {
		t.Fatal(err)
	}
	brackets := func(line, value []byte) []byte { return fmt.Appendf(line, "<%s>", value) }
	if got := parsed.Render(Input{Job: 1}, brackets); got != "/a b?q=<x&y>" {
		t.Errorf("Render = %q, want only the field escaped", got)
	}
}

func TestWrongTemplates(t *testing.T) {
	const widest = "{{int -9223372036854775808 9223372036854775807}}"
	for text, want := range map[string]string{
		"{{jobs}}":      "has {{jobs}}, which is not a field; there are {{job}}, ",
		"{{}}":          "has {{}}, which is not a field",
		"{{job 1}}":     "has {{job 1}}, which is not a field",
		"{{int 1}}":     "has {{int 1}}, which is not a field",
		"{{int 5 1}}":   "has {{int 5 1}}: both must be whole numbers, the first no larger than the second",
		"{{int a 1}}":   "has {{int a 1}}: both must be whole numbers",
		"{{hex 17}}":    "has {{hex 17}}: the digits must be 1 to 16",
		"{{float 1 a}}": "has {{float 1 a}}: both must be numbers",
		"{{choice}}":    "has {{choice}}, which is not a field",
		"{{job":         "has {{ without }}",
		widest:          "has " + widest + ": both must be whole numbers",
	} {
		if _, err := (&Parser{}).Parse(text); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
}

// Any text is refused or renders to the same text each time. A text without
// fields renders to itself, but for {{{{.
func FuzzTemplate(f *testing.F) {
	for _, text := range []string{
		"", "{{job}}", "{{{{", "{{int 1 2}}", "{{uuid}}{{hex 3}}", "}}{{", "{{float 1e308 -1e308}}", "{{choice a b}}",
	} {
		f.Add(text, uint64(1), int64(2))
	}
	f.Fuzz(func(t *testing.T, text string, seed uint64, job int64) {
		one, err := (&Parser{Seed: seed}).Parse(text)
		if err != nil {
			return
		}
		in := Input{Job: job}
		again, _ := (&Parser{Seed: seed}).Parse(text)
		if a, b := one.Render(in, nil), again.Render(in, nil); a != b {
			t.Errorf("%q renders to %q, then to %q", text, a, b)
		}
		if one.Fixed() && one.Render(in, nil) != strings.ReplaceAll(text, "{{{{", "{{") {
			t.Errorf("%q has no fields and renders to %q", text, one.Render(in, nil))
		}
	})
}

// Values are escaped like net/url does it.
func TestAppendQuery(t *testing.T) {
	var all []byte
	for b := range 256 {
		all = append(all, byte(b))
	}
	if got, want := string(AppendQuery([]byte("a="), all)), "a="+url.QueryEscape(string(all)); got != want {
		t.Errorf("AppendQuery = %s, want %s", got, want)
	}
}

// A captured value is what the job has captured, and empty before.
func TestCapturedFields(t *testing.T) {
	parser := Parser{Captured: []string{"token", "id"}}
	parsed, err := parser.Parse("/{{id}}?t={{token}}&r={{raw token}}")
	if err != nil {
		t.Fatal(err)
	}
	if parsed.Fixed() {
		t.Error("a template with captured values is fixed")
	}
	in := Input{Captured: []string{"a b/c", "7"}}
	if got, want := parsed.Render(in, AppendQuery), "/7?t=a+b%2Fc&r=a b/c"; got != want {
		t.Errorf("Render = %s, want %s", got, want)
	}
	if got, want := parsed.Render(Input{}, AppendQuery), "/?t=&r="; got != want {
		t.Errorf("Render without captured values = %s, want %s", got, want)
	}
	const unknown = ", which is not a field, and which no earlier step captures; "
	for text, want := range map[string]string{
		"{{tokn}}":    "has {{tokn}}" + unknown + "did you mean {{token}}?",
		"{{id 1}}":    "has {{id 1}}" + unknown + "captured are token, id; ",
		"{{raw xyz}}": "has {{xyz}}" + unknown + "captured are token, id; ",
	} {
		if _, err := parser.Parse(text); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
}

// wholeTemplate returns a template with all that a team uses at once: the user,
// values that are captured, drawn and of the data, a timestamp and a signature.
func wholeTemplate(t testing.TB) (Template, Input) {
	t.Helper()
	cells := []string{"alice@example.com", "correct horse"}
	parser := Parser{
		Seed: 1, Users: true, Captured: []string{"token", "cart"}, Columns: []string{"email", "password"},
		Cell: func(line []byte, _ int64, column int) []byte { return append(line, cells[column]...) },
	}
	parsed, err := parser.Parse("/carts/{{cart}}?token={{token}}&item={{int 1 1000}}&job={{job}}" +
		"&user={{data.email}}&password={{data.password}}&no={{user}}&at={{timestamp ms}}" +
		"&basic={{base64 {{data.email}}:x}}")
	if err != nil {
		t.Fatal(err)
	}
	return parsed, Input{
		Now: 1767323045678901234, User: 9999, Captured: []string{"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0/x", "0199"},
	}
}

// A template allocates nothing for a job. Its text is the only allocation of Render.
func TestTemplateAllocations(t *testing.T) {
	if testing.Short() {
		t.Skip("the race detector allocates")
	}
	parsed, in := wholeTemplate(t)
	line := make([]byte, 0, 1024)
	if n := testing.AllocsPerRun(200, func() {
		line = parsed.Append(line[:0], in, AppendQuery)
		in.Job++
	}); n != 0 {
		t.Errorf("Append makes %v allocations, want none", n)
	}
	if n := testing.AllocsPerRun(200, func() {
		parsed.Render(in, AppendQuery)
		in.Job++
	}); n != 1 {
		t.Errorf("Render makes %v allocations, want its text alone", n)
	}
}

// BenchmarkAppend measures a request's URL and body with all kinds of fields.
func BenchmarkAppend(b *testing.B) {
	parsed, in := wholeTemplate(b)
	b.Run("append", func(b *testing.B) {
		line := make([]byte, 0, 1024)
		b.ReportAllocs()
		for b.Loop() {
			line = parsed.Append(line[:0], in, AppendQuery)
			in.Job++
		}
	})
	b.Run("render", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			parsed.Render(in, AppendQuery)
			in.Job++
		}
	})
}
