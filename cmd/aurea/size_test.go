package main

import "testing"

func TestSize(t *testing.T) {
	for text, want := range map[string]byteSize{
		"1": 1, "1048576": 1 << 20, "512MiB": 512 << 20, "2GB": 2e9, "2gb": 2e9, "1.5 GiB": 3 << 29, "3kB": 3000, "7B": 7, "1TiB": 1 << 40,
	} {
		var s byteSize
		if err := s.Set(text); err != nil || s != want {
			t.Errorf("%q is %d, %v, want %d", text, s, err, want)
		}
	}
	for _, text := range []string{
		"", "0", "-1", "GB", "2XB", "2GBGB", "0.1", "1e30", "Inf", "NaN", "0x10", "9223372036854775808", "2 G", "1_000",
	} {
		var s byteSize
		if err := s.Set(text); err == nil {
			t.Errorf("%q is %d", text, s)
		}
	}
}

// A parsed size is positive, and parses to the same value once it is formatted.
func FuzzSize(f *testing.F) {
	f.Add("2GB")
	f.Add("1.5e3 kib")
	f.Fuzz(func(t *testing.T, text string) {
		var s, again byteSize
		if s.Set(text) != nil {
			return
		}
		if s < 1 {
			t.Fatalf("%q is %d", text, s)
		}
		if err := again.Set(s.String()); err != nil || s < 1<<53 && again != s {
			t.Fatalf("%q is %d, then %d, %v", text, s, again, err)
		}
	})
}
