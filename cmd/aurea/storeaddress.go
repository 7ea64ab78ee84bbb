package main

import (
	"os"
	"slices"
	"strings"

	"github.com/spf13/pflag"
)

// A storeAddress is the flags that say which database. There may be a password in
// an address: what is said of it to anybody is its scheme.
type storeAddress struct {
	address string
	file    string
}

func (s *storeAddress) addFlags(flags *pflag.FlagSet, what string) {
	flags.StringVar(&s.address, "store", "", what)
	flags.StringVar(&s.file, "store-file", "", "file whose first line is what --store would be: other users of this machine see what is given as a flag")
}

// read returns the address; "" when none was given.
func (s *storeAddress) read() (string, error) {
	if s.file == "" {
		return s.address, checkStoreScheme("--store", s.address)
	}
	if s.address != "" {
		return "", usageErrorf("give --store or --store-file, not both")
	}
	content, err := os.ReadFile(s.file)
	if err != nil {
		return "", usageErrorf("--store-file: %v", err)
	}
	line, _, _ := strings.Cut(string(content), "\n")
	s.address = strings.TrimSpace(line)
	if s.address == "" {
		return "", usageErrorf("--store-file %s has nothing in its first line; write postgres://USER:PASSWORD@HOST/DATABASE there", s.file)
	}
	return s.address, checkStoreScheme("--store-file", s.address)
}

func checkStoreScheme(flag, address string) error {
	if address == "" {
		return nil
	}
	scheme, _, found := strings.Cut(address, "://")
	if !found || !slices.Contains([]string{"sqlite", "postgres", "postgresql"}, scheme) {
		return usageErrorf("%s must be sqlite://FILE or postgres://USER@HOST/DATABASE; what was given does not begin with one of these schemes", flag)
	}
	return nil
}

// kind is what sort of store it is, for people. It is called after read.
func (s *storeAddress) kind() string {
	if scheme, _, ok := strings.Cut(s.address, "://"); ok && scheme != "sqlite" {
		return "postgres"
	}
	return "sqlite"
}
