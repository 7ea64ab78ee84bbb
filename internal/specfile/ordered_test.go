package specfile

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A file becomes JSON in its own order, with the line of each value.
func TestJSON(t *testing.T) {
	for content, want := range map[string]struct {
		json  string
		lines []int
	}{
		"name: x\nseed: 18446744073709551615\nlabels:\n  b: '1'\n  a: 1.50\n": {
			`{"name":"x","seed":18446744073709551615,"labels":{"b":"1","a":1.50}}`, []int{1, 1, 2, 3, 4, 5}},
		"z: &z\n  k: 1\ny:\n- *z\n- {<<: *z,\n   b: [2,\n3]}\n": {
			`{"z":{"k":1},"y":[{"k":1},{"b":[2,3],"k":1}]}`, []int{1, 1, 2, 3, 4, 2, 5, 6, 6, 7, 5}},
		"w: {kind: http,\n  body: !!binary /w==}\n": {
			`{"w":{"kind":"http","body_base64":"/w=="}}`, []int{1, 1, 1, 1}},
		"{\"b\": [1,\n {\"z\": \"\\ud83d\\ude00\"}],\n\n \"a\": null}": {
			`{"b":[1,{"z":"😀"}],"a":null}`, []int{1, 1, 1, 2, 2, 4}},
	} {
		file, err := Parse("f", []byte(content), testOptions)
		if err != nil {
			t.Errorf("%q: %v", content, err)
			continue
		}
		encoded, lines, err := file.JSON()
		if err != nil {
			t.Errorf("%q: %v", content, err)
		}
		if diff := cmp.Diff(want.json, string(encoded)); diff != "" {
			t.Errorf("%q (-want +got):\n%s", content, diff)
		}
		if diff := cmp.Diff(want.lines, lines); diff != "" {
			t.Errorf("the lines of %q (-want +got):\n%s", content, diff)
		}
	}
}
