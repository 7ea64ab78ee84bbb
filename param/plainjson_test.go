package param

import "testing"

func TestPlainJSON(t *testing.T) {
	got, err := PlainJSON(map[string]any{"a": "p99 < 1s & <b>", "n": []int{1, 2}, "line": "\n"})
	if err != nil {
		t.Fatal(err)
	}
	if want := `{"a":"p99 < 1s & <b>","line":"\n","n":[1,2]}`; string(got) != want {
		t.Errorf("PlainJSON = %s, want %s", got, want)
	}
	if got, err := PlainJSON(make(chan int)); err == nil || got != nil {
		t.Errorf("PlainJSON of a channel = %q, %v, want an error", got, err)
	}
}
