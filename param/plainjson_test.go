package param

import "testing"

func TestPlainJSON(t *testing.T) {
	got, err := PlainJSON(map[string]any{"a": "p99 < 1s & <b>", "n": []int{1, 2}, "line": "\n"})
	if want := `{"a":"p99 < 1s & <b>","line":"\n","n":[1,2]}`; err != nil || string(got) != want {
		t.Errorf("%s, %v; want %s", got, err, want)
	}
	if got, err := PlainJSON(make(chan int)); err == nil || got != nil {
		t.Errorf("a channel is %q, %v", got, err)
	}
}
