package main

import (
	"fmt"
	"io/fs"
	"os"
	"runtime"
	"strings"

	"github.com/aurea-orchestrator/aurea/internal/server"
)

// minToken is how many characters a token must have.
const minToken = 16

// otherUsers are the permissions of a file that let every user of the machine read
// or change it.
const otherUsers fs.FileMode = 0o006

// readTokens reads the tokens of a service. A file that everybody can read, or a
// token that can be guessed, is refused. Without a file there is no token.
func readTokens(file string) ([]server.Token, error) {
	if file == "" {
		return nil, nil
	}
	info, err := os.Stat(file)
	if err != nil {
		return nil, usageErrorf("--token-file: %v", err)
	}
	if mode := info.Mode().Perm(); mode&otherUsers != 0 && runtime.GOOS != "windows" { // which has no such permissions
		return nil, usageErrorf("--token-file %s can be read or changed by every user of this machine (its mode is %04o); chmod 600 it", file, mode)
	}
	content, err := os.ReadFile(file)
	if err != nil {
		return nil, usageErrorf("--token-file: %v", err)
	}
	tokens, err := parseTokens(string(content))
	if err != nil {
		return nil, usageErrorf("--token-file %s: %v", file, err)
	}
	return tokens, nil
}

// parseTokens reads one token a line, alone or behind its role: run, which is
// what it has without one, or read. An error does not quote a token.
func parseTokens(content string) (tokens []server.Token, err error) {
	roles := map[string]bool{} // whether a token may only read
	number := 0
	for line := range strings.Lines(content) {
		number++
		words := strings.Fields(line)
		if len(words) == 0 || strings.HasPrefix(words[0], "#") {
			continue
		}
		token := server.Token{Secret: words[len(words)-1], ReadOnly: words[0] == "read"}
		switch before, twice := roles[token.Secret]; {
		case len(words) > 2, len(words) == 2 && words[0] != "run" && words[0] != "read":
			return nil, fmt.Errorf("line %d must be a token, or run or read and a token", number)
		case len(token.Secret) < minToken:
			return nil, fmt.Errorf("the token of line %d has %d characters and can be guessed; use %d or more, such as those of openssl rand -hex 32", number, len(token.Secret), minToken)
		case twice && before != token.ReadOnly:
			return nil, fmt.Errorf("the token of line %d is there twice, with another role", number)
		}
		roles[token.Secret] = token.ReadOnly
		tokens = append(tokens, token)
	}
	if len(tokens) == 0 {
		return nil, fmt.Errorf("it holds no token; write one on a line")
	}
	return tokens, nil
}

// clientToken is the first token of a file, "" without one. Whether it is a good
// one is for the service to say.
func clientToken(file string) (string, error) {
	if file == "" {
		return "", nil
	}
	content, err := os.ReadFile(file)
	if err != nil {
		return "", usageErrorf("--token-file: %v", err)
	}
	for line := range strings.Lines(string(content)) {
		words := strings.Fields(line)
		if len(words) == 0 || strings.HasPrefix(words[0], "#") {
			continue
		}
		if len(words) > 1 && (words[0] == "run" || words[0] == "read") {
			return words[1], nil
		}
		return words[0], nil
	}
	return "", usageErrorf("--token-file %s holds no token; write one on a line", file)
}
