package main

import (
	"errors"
	"math"
	"strconv"
	"strings"
)

// A byteSize is a flag for a positive number of bytes: "2GB", "512MiB",
// "1048576".
type byteSize int64

// byteUnits maps a unit in lower case to its number of bytes.
var byteUnits = map[string]float64{
	"": 1, "b": 1,
	"kb": 1e3, "mb": 1e6, "gb": 1e9, "tb": 1e12,
	"kib": 1 << 10, "mib": 1 << 20, "gib": 1 << 30, "tib": 1 << 40,
}

// Set implements pflag.Value.
func (s *byteSize) Set(text string) error {
	digits := strings.TrimRight(text, "BbKkMmGgTtIi ")
	unit, known := byteUnits[strings.ToLower(strings.TrimSpace(text[len(digits):]))]
	number, err := strconv.ParseFloat(digits, 64)
	bytes := number * unit
	if err != nil || !known || !(bytes >= 1 && bytes < math.MaxInt64) || strings.ContainsAny(digits, "xXpP_") {
		return errors.New("must be a number of bytes such as 2GB, 512MiB or 1048576")
	}
	*s = byteSize(bytes)
	return nil
}

func (s *byteSize) String() string {
	if *s == 0 {
		return ""
	}
	return strconv.FormatInt(int64(*s), 10)
}

// Type returns the name of a size in --help.
func (s *byteSize) Type() string { return "size" }
