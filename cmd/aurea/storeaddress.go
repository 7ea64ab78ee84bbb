package main

import (
	"os"
	"slices"
	"strings"

	"github.com/spf13/pflag"
)

// A storeAddress is the flags that select a database. The address may contain a
// password, so errors do not quote it.
type storeAddress struct {
	address string
	file    string
}

// addFlags declares the flags; usage describes --store.
func (s *storeAddress) addFlags(flags *pflag.FlagSet, usage string) {
	flags.StringVar(&s.address, "store", "", usage)
	flags.StringVar(&s.file, "store-file", "",
		"file whose first line is the value of --store; it hides a password from other users, who can see flags")
}

// read returns the address; "" if neither flag is given.
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
		return "", usageErrorf(
			"--store-file %s has nothing in its first line; write postgres://USER:PASSWORD@HOST/DATABASE there", s.file)
	}
	return s.address, checkStoreScheme("--store-file", s.address)
}

// checkStoreScheme checks the scheme of an address, if there is one.
func checkStoreScheme(flag, address string) error {
	if address == "" {
		return nil
	}
	scheme, _, found := strings.Cut(address, "://")
	if !found || !slices.Contains([]string{"sqlite", "postgres", "postgresql"}, scheme) {
		return usageErrorf("%s must be sqlite://FILE or postgres://USER@HOST/DATABASE; "+
			"what was given does not begin with one of these schemes", flag)
	}
	return nil
}

// kind returns "postgres" or "sqlite". Call it after read.
func (s *storeAddress) kind() string {
	if scheme, _, ok := strings.Cut(s.address, "://"); ok && scheme != "sqlite" {
		return "postgres"
	}
	return "sqlite"
}
