package template

import (
	"strings"
	"testing"
)

// {{user}} is the number of the user, where users do the jobs. Elsewhere a captured
// value may have the name.
func TestUserField(t *testing.T) {
	parser := Parser{Users: true}
	parsed, err := parser.Parse("{{user}}/{{ raw user }}/{{base64 {{user}}}}")
	if err != nil {
		t.Fatal(err)
	}
	if got, want := parsed.Render(Input{Job: 3, User: 12}, AppendQuery), "12/12/MTI%3D"; got != want {
		t.Errorf("Render = %s, want %s", got, want)
	}
	if parsed.Fixed() || !parser.UsesUser() {
		t.Errorf("Fixed = %v and UsesUser = %v, want false and true", parsed.Fixed(), parser.UsesUser())
	}
	if !Reserved("user", true) || Reserved("user", false) {
		t.Error("the name must be reserved where there are users, and only there")
	}
	captured := Parser{Captured: []string{"user"}}
	parsed, err = captured.Parse("{{user}}")
	if err != nil {
		t.Fatal(err)
	}
	if got := parsed.Render(Input{User: 12, Captured: []string{"ann"}}, nil); got != "ann" || captured.UsesUser() {
		t.Errorf("a captured user is %s, want ann", got)
	}
	for text, want := range map[string]string{
		"{{user}}":   "has {{user}}, and the spec has no users; set users in place of concurrency",
		"{{user 1}}": "has {{user 1}}, which is not a field; there are {{job}}, {{user}}, ",
	} {
		if _, err := new(Parser).Parse(text); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
}
