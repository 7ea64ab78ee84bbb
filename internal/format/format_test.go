package format

import "testing"

func TestFormatDuration(t *testing.T) {
	for seconds, want := range map[float64]string{
		0:          "0s",
		4e-8:       "40ns",
		1.23456e-6: "1.235µs",
		0.0123456:  "12.346ms",
		0.12:       "120ms",
		1.23456:    "1.2346s",
		100:        "1m40s",
		100.123:    "1m40.12s",
	} {
		if got := Duration(seconds); got != want {
			t.Errorf("duration(%v) = %s, want %s", seconds, got, want)
		}
	}
}
